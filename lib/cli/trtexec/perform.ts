import { basename } from 'node:path';
import { CalibrtError } from '../../errors.js';
import { checkOutputPaths, writeFileAtomic } from '../../files.js';
import type { GivenArgument, TrtexecArguments } from './arguments.js';
import type { BackendChoice, TrtexecBackend } from './backend.js';
import { banner } from './banner.js';
import type { TrtexecLog } from './log.js';
import { readSettings, type TrtexecSettings } from './options/index.js';
import { buildPhase } from './phases/build.js';
import type { CalibrationOptions } from './phases/calibration-options.js';
import { describeEngine, inferencePhase } from './phases/inference.js';
import { loadPhase, planVersionPhase, timeDeserializePhase } from './phases/load.js';
import type { Run } from './phases/run.js';
import { deviceLines } from './report/device.js';
import { leftOut } from './report/left-out.js';
import { optimizationProfileLines } from './report/optimization-profiles.js';
import { reportPage } from './report/page.js';
import { ourName } from './result-line.js';
import { treatmentNotes } from './treatments.js';

/** What {@link perform} works with beside the command line. */
export interface PerformTools {
  readonly log: TrtexecLog;
  readonly open: (choice: BackendChoice) => Promise<TrtexecBackend>;
  readonly signal: AbortSignal;
  readonly backend: BackendChoice['backend'];
}

/**
 * A run whose command line is in order: banner, device, build or load, inference.
 *
 * @returns Whether it passed, where that is not an exception's matter.
 */
export async function perform(
  args: TrtexecArguments,
  calibration: CalibrationOptions,
  { log, open, signal, backend: choice }: PerformTools,
): Promise<boolean> {
  const skipInference = args.has('--skipInference');
  const plan = args.has('--loadEngine') ? args.text('--loadEngine') : undefined;
  const backend = await open({ backend: choice, plan, skipInference, verbose: args.has('--verbose') });
  const notes = treatmentNotes(args, backend.flavour, backend.name);
  const settings = readSettings(args, backend.flavour, (text) => log.warn(text));
  for (const text of notes.nothing) log.warn(text);
  for (const text of notes.model) log.info(text);
  for (const text of notes.refused) log.error(text);
  if (notes.refused.length > 0) return false;
  for (const line of banner(settings, args, backend.flavour)) log.info(line);
  log.verbose = settings.reporting.verbose;
  await checkExports(settings, args.has('--report') ? args.text('--report') : undefined);

  const devices = await backend.devices();
  for (const line of deviceLines(devices, settings.device)) log.info(line);
  const run: Run = { args, settings, calibration, backend, devices, log, signal, facts: [] };
  checkDevice(run);
  log.info();
  log.info(`TensorRT version: ${backend.version}`);
  if (backend.flavour === 'rtx') log.info(`${backend.name} by ${ourName()}`);
  else log.info('Loading standard plugins');
  const { loadEngine } = settings.build;
  const hasPassed = await (loadEngine === undefined ? buildAndRun(run) : loadAndRun(run, loadEngine));
  if (args.has('--report')) await writeReport(run);
  return hasPassed;
}

async function writeReport({ args, settings, backend, devices, facts }: Run): Promise<void> {
  const conditions = [
    ['library', backend.name],
    ['device', devices.devices[settings.device]?.name ?? 'none: built ahead of time'],
    ['calibrt', ourName()],
    ['flags', args.given.flatMap(({ uses }) => uses.map(argumentText)).join(' ')],
  ] as const;
  const rest = conditions.map(([label, value]) => ({ section: 'Conditions', label, value }));
  const title = basename(settings.onnx ?? settings.build.loadEngine ?? '');
  await writeFileAtomic(args.text('--report'), reportPage(title, [...facts, ...rest]));
}

function argumentText({ name, value, hasValue }: GivenArgument): string {
  return hasValue ? `${name}=${value}` : name;
}

/** Files that cannot be written are told before anything is built. */
async function checkExports({ reporting, onnx, build }: TrtexecSettings, report: string | undefined): Promise<void> {
  const { exportTimes, exportOutput, exportProfile, exportLayerInfo } = reporting;
  const outputs = [exportTimes, exportOutput, exportProfile, exportLayerInfo, report];
  await checkOutputPaths(outputs, [onnx, build.loadEngine]);
}

/** Building ahead of time needs no GPU; everything else does. */
function checkDevice({ args, settings, backend, devices }: Run): void {
  const { device, build } = settings;
  if (args.has('--getPlanVersionOnly')) return;
  if (devices.devices.length === 0) {
    if (backend.buildsAheadOfTime && build.skipInference && build.loadEngine === undefined) return;
    const remedy = backend.buildsAheadOfTime
      ? 'build only, with --skipInference'
      : 'TensorRT-RTX builds without one: --backend=tensorrt-rtx --skipInference';
    throw new CalibrtError('ERR_NO_GPU', `no GPU can be used (${devices.problem}): ${remedy}`);
  }
  if (device >= 0 && device < devices.devices.length) return;
  throw new CalibrtError('ERR_USAGE', `--device=${device}: there ${are(devices.devices.length)}, counted from 0`);
}

function are(count: number): string {
  return count === 1 ? 'is 1 GPU' : `are ${count} GPUs`;
}

async function buildAndRun(run: Run): Promise<boolean> {
  const { args, settings, log, devices, backend } = run;
  const { plan, served } = await buildPhase(run);
  if (settings.build.skipInference) {
    const { dumpLayerInfo, exportLayerInfo, dumpOptimizationProfile } = settings.reporting;
    const wanted = dumpLayerInfo || dumpOptimizationProfile || exportLayerInfo !== undefined;
    const canLoad = devices.devices.length > 0;
    if (canLoad && (wanted || !backend.buildsAheadOfTime)) {
      await using engine = await loadPhase(run, plan);
      await describeEngine(run, engine);
    } else if (dumpOptimizationProfile) {
      for (const line of optimizationProfileLines(served)) log.info(line);
    }
    for (const text of leftOut(args, canLoad ? undefined : devices.problem)) log.warn(text);
    log.info('Skipped inference phase since --skipInference is added.');
    return true;
  }
  if (settings.inference.timeDeserialize) return timeDeserializePhase(run);
  await using engine = await loadPhase(run, plan);
  await inferencePhase(run, engine);
  return true;
}

async function loadAndRun(run: Run, plan: string): Promise<boolean> {
  const { settings, log, args } = run;
  if (args.has('--getPlanVersionOnly')) {
    await planVersionPhase(log, plan);
    return true;
  }
  if (settings.inference.timeDeserialize) return timeDeserializePhase(run);
  await using engine = await loadPhase(run, plan);
  if (settings.build.skipInference) {
    await describeEngine(run, engine);
    for (const text of leftOut(args)) log.warn(text);
    log.info('Skipped inference phase since --skipInference is added.');
    return true;
  }
  await inferencePhase(run, engine);
  return true;
}

import { readFile } from 'node:fs/promises';
import { checkOutputPath, writeFileAtomic } from '../../../files.js';
import { openModel } from '../../../model/index.js';
import { ofOriginal } from '../../../pipeline/build/cast.js';
import { Workspace } from '../../../pipeline/workspace.js';
import { formatNumber } from '../format-number.js';
import type { ServedShapes } from '../report/optimization-profiles.js';
import { buildOptions } from './build-options.js';
import { implicitScales, type ImplicitScales } from './calibration-table.js';
import { networkProfiles, servedShapes } from './network-profiles.js';
import { libraryLog, phase, type Run } from './run.js';
import { typedModel, type TypedModel } from './typed-model.js';

const MiB = 2 ** 20;

/** An engine, not loaded. */
export interface BuiltPlan {
  readonly plan: Uint8Array;
  readonly served: ServedShapes;
}

/** Builds the engine of `--onnx`, tells of it as trtexec does, and saves it where asked. */
export function buildPhase(run: Run): Promise<BuiltPlan> {
  return phase('Engine set up failed', async () => {
    const { settings, log, signal } = run;
    const model = settings.onnx!;
    for (const path of [settings.build.saveEngine, settings.build.timingCache.file || undefined]) {
      if (path !== undefined) await checkOutputPath(path, model);
    }
    log.info('Start parsing network model.');
    const start = performance.now();
    const { inputs } = await openModel(model, { signal });
    const network = networkProfiles(inputs, settings.build.profiles);
    await using workspace = await Workspace.create();
    const tools = {
      model,
      calibration: run.calibration,
      workspace,
      say: (text: string): void => log.info(text),
      operation: { signal, onWarning: (text: string): void => log.warn(text) },
    };
    const isTyped = run.backend.stronglyTyped;
    const typed = isTyped ? await typedModel({ ...tools, build: settings.build }) : { path: model };
    const implicit = !isTyped && settings.build.precision.int8;
    const scales = implicit
      ? await implicitScales({ ...tools, cache: settings.build.calibrationCache }, settings.build)
      : {};
    if (scales.placeholderRanges) {
      log.warn('--int8 has neither --calib nor --data: PLACEHOLDER RANGES, the engine is for timing alone');
    }
    const plan = await build(run, { model, typed, network, start, scales });
    return { plan, served: servedShapes(inputs, network.profiles) };
  });
}

interface Network {
  readonly model: string;
  /** The model, or a copy of it that has the types asked for. */
  readonly typed: TypedModel;
  readonly network: ReturnType<typeof networkProfiles>;
  readonly start: number;
  readonly scales: ImplicitScales;
}

async function build(run: Run, { model, typed, network, start, scales }: Network): Promise<Uint8Array> {
  const { settings, backend, log, signal } = run;
  let parsed = false;
  const finishParsing = (): void => {
    if (parsed) return;
    parsed = true;
    log.info(`Finished parsing network model. Parse time: ${formatNumber((performance.now() - start) / 1000)}`);
    for (const [letter, text] of network.lines) log.line(letter, text);
  };
  const { file } = settings.build.timingCache;
  const mode = backend.flavour === 'rtx' ? 'local' : settings.build.timingCache.mode;
  const cache = mode === 'global' ? await readFile(file).catch(() => undefined) : undefined;
  const options = {
    ...buildOptions(run, network.profiles),
    ...(cache === undefined ? {} : { timingCache: cache }),
    ...scales,
    ...(typed.networkName === undefined ? {} : { networkName: typed.networkName }),
    signal,
    // The builder's first step comes after the parser's last.
    onProgress: finishParsing,
  };
  const built = await backend.build(typed.path, options, libraryLog(run)).catch((error: unknown) => {
    throw ofOriginal(error, typed.path, model);
  });
  finishParsing();
  if (settings.build.saveEngine !== undefined) await writeFileAtomic(settings.build.saveEngine, built.plan);
  log.info(`Created engine with size: ${formatNumber(built.bytes / MiB)} MiB`);
  log.info(`Engine built in ${formatNumber(built.timings.build / 1000)} sec.`);
  if (mode === 'global' && built.timingCache !== undefined) await writeFileAtomic(file, built.timingCache);
  run.facts.push(
    { section: 'Engine', label: 'size', value: `${formatNumber(built.bytes / MiB)} MiB` },
    { section: 'Engine', label: 'build time', value: `${formatNumber(built.timings.build / 1000)} s` },
  );
  return built.plan;
}

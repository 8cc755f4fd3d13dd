import { writeFile } from 'node:fs/promises';
import type { TimedRun, TimingOptions } from '../../../backends/tensorrt/timing-options.js';
import { validInspectorJson } from '../../../bench/layers/valid-json.js';
import type { NamedTensors } from '../../../data/index.js';
import { writeFileAtomic } from '../../../files.js';
import type { TrtexecEngine } from '../backend.js';
import { outputJson } from '../exports/output.js';
import { profileJson } from '../exports/profile.js';
import { rawBytes, rawFileName } from '../exports/raw-bindings.js';
import { timesJson } from '../exports/times.js';
import { formatNumber } from '../format-number.js';
import { layerInfoText } from '../report/layer-info.js';
import { profileLines } from '../report/layers.js';
import { optimizationProfileLines } from '../report/optimization-profiles.js';
import { outputLines } from '../report/outputs.js';
import { performanceReport } from '../report/performance.js';
import { bindInputs, runShapes, type RunShapes } from './inputs.js';
import { phase, type Run } from './run.js';

const MiB = 2 ** 20;

/** Shapes and values to run with. */
interface RunInputs {
  readonly shapes: RunShapes;
  readonly values: NamedTensors;
}

/** Sets the engine up, runs it, and reports as trtexec does. */
export async function inferencePhase(run: Run, engine: TrtexecEngine): Promise<void> {
  const { log, settings } = run;
  const { reporting } = settings;
  const inputs = await phase('Inference set up failed', () => setUp(run, engine));
  await describeEngine(run, engine);
  log.info('Starting inference');
  await phase('Error occurred during inference', async () => {
    const timed = await timedRun(run, engine, inputs);
    report(run, timed);
    if (reporting.exportTimes !== undefined) await writeFileAtomic(reporting.exportTimes, timesJson(timed.trace));
    await reportOutputs(run, inputs, timed);
    if (reporting.dumpProfile || reporting.exportProfile !== undefined) await profile(run, engine, inputs);
  });
}

async function setUp(run: Run, engine: TrtexecEngine): Promise<RunInputs> {
  const { log, settings } = run;
  const { persistentCacheRatio: ratio, streams } = settings.inference;
  for (let stream = 0; stream < streams; ++stream) {
    log.info(
      ratio === 0
        ? 'Setting persistentCacheLimit to 0 bytes.'
        : `Setting persistentCacheLimit to ${formatNumber(ratio)} of the device's persisting L2 cache.`,
    );
  }
  const shapes = await runShapes(run, engine);
  const size = formatNumber(engine.contextMemoryBytes / MiB);
  for (let stream = 0; stream < streams; ++stream) {
    log.info(`Created execution context with device memory size: ${size} MiB`);
  }
  return { shapes, values: await bindInputs(run, engine, shapes) };
}

/** Layers and profiles of an engine, where they are asked for. */
export async function describeEngine({ settings, log }: Run, engine: TrtexecEngine): Promise<void> {
  const { dumpLayerInfo, exportLayerInfo, dumpOptimizationProfile } = settings.reporting;
  if (dumpLayerInfo || exportLayerInfo !== undefined) {
    const json = validInspectorJson(await engine.inspect());
    if (json.startsWith('"')) log.warn('The engine inspector gives no JSON: its text stands as one string.');
    if (dumpLayerInfo) {
      log.info('Layer Information:');
      log.block(layerInfoText(json));
    }
    if (exportLayerInfo !== undefined) await writeFileAtomic(exportLayerInfo, json);
  }
  if (dumpOptimizationProfile) for (const line of optimizationProfileLines(engine)) log.info(line);
}

function timingOptions(run: Run, inputs: RunInputs): TimingOptions {
  const { inference, reporting } = run.settings;
  const { args, signal } = run;
  return {
    shapes: inputs.shapes,
    inputs: inputs.values,
    profile: inference.profile,
    iterations: inference.iterations,
    warmUpMs: inference.warmUpMs,
    durationSeconds: inference.durationS,
    sleepMs: inference.sleepMs,
    idleMs: inference.idleMs,
    streams: inference.streams,
    threads: inference.threads,
    cudaGraph: inference.cudaGraph,
    spinWait: inference.spin,
    transfers: inference.transfers,
    exposeDma: inference.exposeDma,
    managedMemory: args.has('--useManagedMemory'),
    persistentCacheRatio: inference.persistentCacheRatio,
    allocationStrategy: (args.text('--allocationStrategy') || 'static') as 'static' | 'profile' | 'runtime',
    fetchOutputs: reporting.dumpOutput || reporting.dumpRawBindings || reporting.exportOutput !== undefined,
    signal,
  };
}

async function timedRun(run: Run, engine: TrtexecEngine, inputs: RunInputs): Promise<TimedRun> {
  const { log, settings } = run;
  const { cudaGraph, durationS } = settings.inference;
  if (durationS === -1) {
    log.warn('--duration=-1 is specified, inference will run until it is interrupted with Ctrl-C (SIGINT)');
  }
  if (cudaGraph) log.info('Capturing CUDA graph for the current execution context');
  const timed = await engine.time(timingOptions(run, inputs));
  if (cudaGraph && !timed.notes.some((note) => /graph/i.test(note))) {
    log.info('Successfully captured CUDA graph for the current execution context');
  }
  for (const note of timed.notes) log.warn(note);
  return timed;
}

function report({ settings, backend, log, facts }: Run, { trace }: TimedRun): void {
  const { inference, reporting } = settings;
  const lines = performanceReport(trace, {
    warmUpMs: inference.warmUpMs,
    avgRuns: reporting.avgRuns,
    percentiles: reporting.percentiles,
    streams: inference.streams,
    flavour: backend.flavour,
  });
  for (const [letter, text] of lines) log.line(letter, text);
  const summary = lines.findIndex(([, text]) => text.includes('Performance summary'));
  for (const [letter, text] of summary < 0 ? [] : lines.slice(summary + 1)) {
    const [label = '', value] = text.split(': ');
    if (letter === 'I' && value !== undefined) facts.push({ section: 'Performance', label, value });
    if (letter === 'W') facts.push({ section: 'Warnings', label: '', value: text });
  }
}

async function reportOutputs({ settings, log }: Run, { values }: RunInputs, { outputs }: TimedRun): Promise<void> {
  if (outputs === undefined) return;
  const { dumpOutput, dumpRawBindings, exportOutput } = settings.reporting;
  if (dumpOutput) for (const line of outputLines(outputs)) log.info(line);
  if (dumpRawBindings) {
    log.info('Dumping I/O Bindings to RAW Files:');
    for (const [mode, tensors] of [
      ['input', values],
      ['output', outputs],
    ] as const) {
      for (const [name, tensor] of Object.entries(tensors)) {
        const file = rawFileName(name, mode, tensor);
        log.info(`Writing file for ${mode} binding ${name} to ${file}`);
        await writeFile(file, rawBytes(tensor));
      }
    }
  }
  if (exportOutput !== undefined) await writeFileAtomic(exportOutput, outputJson(outputs));
}

/** A run of its own, so that measuring layers does not slow the one that is reported. */
async function profile(run: Run, engine: TrtexecEngine, inputs: RunInputs): Promise<void> {
  const { log, settings } = run;
  const { dumpProfile, exportProfile } = settings.reporting;
  const options = { ...timingOptions(run, inputs), cudaGraph: false, fetchOutputs: false, profileLayers: true };
  const { layers = [], profiledIterations = 0 } = await engine.time(options);
  for (const { name, averageMs, percentage } of layers) {
    const value = `${formatNumber(averageMs)} ms, ${formatNumber(percentage)} %`;
    run.facts.push({ section: 'Layers', label: name, value });
  }
  if (dumpProfile) for (const line of profileLines(layers, profiledIterations)) log.info(line);
  if (exportProfile !== undefined) await writeFileAtomic(exportProfile, profileJson(layers, profiledIterations));
  if (engine.auxiliaryStreams > 0) {
    log.warn(
      `The engine uses ${engine.auxiliaryStreams} auxiliary streams, so the "Total" latency may not be accurate because some ` +
        'layers may have run in parallel!',
    );
  }
}

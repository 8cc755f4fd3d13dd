import type { BenchmarkTarget, BuildPrecision } from '../../pipeline/bench/options.js';
import type { Command, FlagValues } from '../command.js';
import { benchFlags } from '../flags/bench.js';

/** `calibrt bench MODEL_OR_PLAN...`. */
export const bench: Command = {
  name: 'bench',
  summary: 'time models and plans side by side, on the GPU or the CPU',
  args: [{ name: 'models', description: 'ONNX models or engine plans; the first is the reference', variadic: true }],
  flags: benchFlags,
  examples: [
    'calibrt bench model.onnx model.int8.onnx --backend onnxruntime',
    'calibrt bench fp32.plan int8.plan --cuda-graph --duration 10',
    'calibrt bench model.onnx --precision fp32,fp16,int8 --shapes input:1x3x224x224 --shapes input:8x3x224x224',
    'calibrt bench model.plan --json > before.json; calibrt bench model.plan --baseline before.json',
  ],

  async run({ args, flags, console, signal }) {
    const { benchmark } = await import('../../pipeline/bench/benchmark.js');
    const { reportOf } = await import('../../pipeline/bench/report.js');
    const { benchText } = await import('../bench/text.js');
    const { checkExports, writeExports } = await import('../bench/exports.js');
    const { readBenchFlags } = await import('../flags/read-bench.js');
    const options = readBenchFlags(flags);
    const targets = await targetsOf(args, flags);
    const exports = await checkExports(flags, targets.length, [...args, flags['baseline'] as string | undefined]);
    const results = await benchmark(targets, {
      ...options,
      profile: flags['profile'] === true || exports.some(({ what }) => what === 'profile'),
      outputs: exports.some(({ what }) => what === 'output'),
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
      onLog: (severity, message) => console.log(`[${severity}] ${message}`),
    });
    console.endProgress();
    for (const path of await writeExports(exports, results)) console.note(`wrote ${path}`);
    console.result(results.map(reportOf), benchText(results, process.stdout.columns || undefined));
  },
};

/** Every model on every backend in every precision and shape. */
async function targetsOf(models: readonly string[], flags: FlagValues): Promise<BenchmarkTarget[]> {
  const { parseList, parseShapes } = await import('../parse.js');
  const { readChoices } = await import('../flags/read-bench.js');
  const { buildPrecisions } = await import('../../pipeline/bench/options.js');
  const { isPlan } = await import('../../pipeline/evaluation/evaluate-plan.js');
  const backends = readChoices('--backend', parseList('--backend', String(flags['backend'] ?? 'auto')), [
    'auto',
    'onnxruntime',
    'tensorrt',
    'tensorrt-rtx',
  ] as const);
  const given = flags['precision'];
  const precisions: readonly (BuildPrecision | undefined)[] =
    given === undefined
      ? [undefined]
      : readChoices('--precision', parseList('--precision', String(given)), buildPrecisions);
  const shapes = ((flags['shapes'] ?? []) as readonly string[]).map((text) => parseShapes('--shapes', text));
  const targets = [];
  for (const model of models) {
    // A plan was built in one precision; those asked for are for the models beside it.
    const plan = models.length > 1 && (await isPlan(model));
    for (const backend of backends) {
      for (const precision of plan ? [undefined] : precisions) {
        for (const each of shapes.length === 0 ? [undefined] : shapes) {
          targets.push({ model, backend, ...(precision && { precision }), ...(each && { shapes: each }) });
        }
      }
    }
  }
  return targets;
}

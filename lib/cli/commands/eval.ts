import type { CompareResult } from '../../backends/onnxruntime/index.js';
import type { Command } from '../command.js';
import { sampleFlags } from '../flags/samples.js';

/** `calibrt eval REFERENCE CANDIDATE --data …`. */
export const evaluate: Command = {
  name: 'eval',
  summary: 'accuracy of a candidate model against a reference, and against labels where there are any',
  args: [
    { name: 'reference', description: 'ONNX file, usually FP32' },
    { name: 'candidate', description: 'ONNX file with the same inputs and outputs, usually INT8' },
  ],
  flags: [
    ...sampleFlags,
    { name: 'threads', type: 'integer', value: 'N', default: 'all cores', description: 'threads of ONNX Runtime' },
    {
      name: 'as-run',
      type: 'boolean',
      description:
        "run Q/DQ with the CPU's integer kernels; default: as written, in float, which is what a model for TensorRT means",
    },
  ],
  examples: ['calibrt eval model.onnx model.int8.onnx --data test/ --preset imagenet'],

  async run({ args, flags, console, signal }) {
    const { DEFAULT_LIMIT } = await import('../../data/index.js');
    const { evaluate } = await import('../../pipeline/verify.js');
    const { readSampleFlags, requireData } = await import('../flags/read-samples.js');
    const { metricsTable } = await import('../tables.js');
    const [reference, candidate] = args as [string, string];
    const compared = await evaluate(reference, candidate, {
      limit: DEFAULT_LIMIT,
      ...requireData(readSampleFlags(flags)),
      ...(flags['batch'] === undefined ? {} : { batch: Number(flags['batch']) }),
      ...(flags['threads'] === undefined ? {} : { threads: Number(flags['threads']) }),
      exactQdq: flags['asRun'] !== true,
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
    });
    console.endProgress();
    const { samples, skipped, outputs } = compared;
    const hits = topK(compared);
    console.result(
      { reference, candidate, samples, skipped, outputs, ...hits },
      metricsTable(outputs, `on ${samples} samples`, hits),
    );
  },
};

/** Top-1 and top-5 of both and what the candidate gained or lost, as shares; empty without labels. */
function topK({
  labelled,
}: CompareResult): Record<string, { reference: number; candidate: number; difference: number }> {
  if (labelled === undefined) return {};
  const entries = (['top1', 'top5'] as const).map((name) => {
    const [reference, candidate] = [labelled.reference[name], labelled.candidate[name]];
    return [name, { reference, candidate, difference: candidate - reference }] as const;
  });
  return Object.fromEntries(entries);
}

import type { Command } from '../command.js';
import { budgetFlags } from '../flags/metric.js';
import { methodFlags, placementFlags } from '../flags/quantization.js';
import { sampleFlags } from '../flags/samples.js';

/** `calibrt sensitivity MODEL --data …`. */
export const sensitivity: Command = {
  name: 'sensitivity',
  summary: 'rank the layers by what quantizing each one costs',
  args: [{ name: 'model', description: 'FP32 ONNX file' }],
  flags: [
    ...budgetFlags,
    { name: 'samples', type: 'integer', value: 'N', default: '32', description: 'samples of the draw that judge' },
    { name: 'table', type: 'string', value: 'FILE', description: 'take the ranges from this table; no calibration' },
    ...sampleFlags,
    ...methodFlags,
    ...placementFlags,
  ],
  examples: [
    'calibrt sensitivity model.onnx --data photos/ --preset imagenet',
    "calibrt sensitivity detector.onnx --data photos/ --metric 'sqnr:scores[...,1]' --min 29 --resume ranking.json",
  ],

  async run({ args, flags, console, signal }) {
    const { sensitivity } = await import('../../pipeline/sensitivity/sensitivity.js');
    const { readBudgetFlags } = await import('../flags/read-metric.js');
    const { readMethodFlags, readPlacementFlags } = await import('../flags/read-quantization.js');
    const { defined, readSampleFlags, requireData } = await import('../flags/read-samples.js');
    const { curveTable, precisionRows, sensitivityTable } = await import('../tables.js');
    const { table } = await import('../table.js');
    const result = await sensitivity(args[0]!, {
      ...requireData(readSampleFlags(flags)),
      ...readMethodFlags(flags),
      ...readPlacementFlags(flags),
      ...readBudgetFlags(flags),
      ...defined({ samples: flags['samples'], table: flags['table'] }),
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
    });
    console.endProgress();
    const found =
      result.auto === undefined ? '' : `\n\n${table(precisionRows(result.auto))}\n\n${curveTable(result.auto)}`;
    console.result(result, `${sensitivityTable(result)}${found}`);
    if (result.auto?.met === false) {
      const { budgetError } = await import('../../pipeline/precision/auto-precision.js');
      throw budgetError(result.auto, 'the list is of the best that was found');
    }
  },
};

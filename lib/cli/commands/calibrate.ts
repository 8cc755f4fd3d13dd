import type { Command } from '../command.js';
import { methodFlags, placementFlags } from '../flags/quantization.js';
import { sampleFlags } from '../flags/samples.js';

/** `calibrt calibrate MODEL -o TABLE`. */
export const calibrate: Command = {
  name: 'calibrate',
  summary: 'write a calibration table: the range of every activation',
  args: [{ name: 'model', description: 'FP32 ONNX file' }],
  flags: [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      value: 'TABLE',
      required: true,
      description: 'the table: .json (calibrt), .cache (TensorRT), .txt (tpu-mlir)',
    },
    {
      name: 'format',
      type: 'string',
      value: 'NAME',
      choices: ['calibrt', 'tensorrt', 'tpu-mlir'],
      default: 'by the suffix of the output',
      description: 'format of the table',
    },
    ...sampleFlags,
    ...methodFlags,
    ...placementFlags,
  ],
  examples: ['calibrt calibrate model.onnx -o table.json --data photos/ --preset imagenet'],

  async run({ args, flags, console, signal }) {
    const { calibrate } = await import('../../pipeline/calibration/calibrate.js');
    const { describeSample } = await import('../describe.js');
    const { readMethodFlags, readPlacementFlags } = await import('../flags/read-quantization.js');
    const { readSampleFlags, requireData } = await import('../flags/read-samples.js');
    const { table } = await import('../table.js');
    const result = await calibrate(args[0]!, String(flags['output']), {
      ...requireData(readSampleFlags(flags)),
      ...readMethodFlags(flags),
      ...readPlacementFlags(flags),
      ...(flags['format'] === undefined ? {} : { format: flags['format'] as 'calibrt' }),
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
    });
    console.endProgress();
    console.note(describeSample(result.firstSample));
    const { sayVerdicts } = await import('../verdicts.js');
    sayVerdicts(console, result.verdicts);
    const rows = [
      ['table', result.output],
      ['method', result.method],
      ['samples', String(result.samples)],
      ['tensors', String(Object.keys(result.tensors).length)],
      ['time', `${((result.timings['calibrate'] ?? 0) / 1000).toFixed(2)} s`],
    ];
    console.result(result, table(rows));
  },
};

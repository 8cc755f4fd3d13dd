import type { Command } from '../command.js';
import { buildFlags } from '../flags/build.js';

/** `calibrt build MODEL -o PLAN`. */
export const build: Command = {
  name: 'build',
  summary: 'build a TensorRT engine plan from an FP32, FP16 or Q/DQ model',
  args: [{ name: 'model', description: 'ONNX file' }],
  flags: buildFlags,
  examples: [
    'calibrt build model.int8.onnx -o model.plan --target sm86,sm89,sm120',
    'calibrt build model.onnx -o model.plan --backend tensorrt --int8 --calibrator entropy2 --data photos/ --cache model.cache',
  ],

  async run({ args, flags, console, signal }) {
    const { buildPlan } = await import('../../pipeline/build/build.js');
    const { readBuildFlags } = await import('../flags/read-build.js');
    const { describeSample } = await import('../describe.js');
    const { formatBytes, table } = await import('../table.js');
    const result = await buildPlan(args[0]!, String(flags['output']), {
      ...readBuildFlags(flags),
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
      onLog: (severity, message) => console.log(`[${severity}] ${message}`),
    });
    console.endProgress();
    if (result.firstSample) console.note(describeSample(result.firstSample));
    for (const note of result.notes) console.note(note);
    if (result.cast) {
      const { describeCast } = await import('../../pipeline/build/cast.js');
      console.note(`built from a temporary copy that was cast: ${describeCast(result.cast)}`);
    }
    const rows = [
      ['plan', `${result.plan} (${formatBytes(result.bytes)})`],
      ['builder', `${result.backend} ${result.libraryVersion}`],
      ['targets', result.target.join(', ')],
      ['layers', String(result.layers)],
      ...(result.weightBytes === undefined ? [] : [['weights', formatBytes(result.weightBytes)]]),
      ...(result.calibration === undefined ? [] : [['scales', describeCalibration(result.calibration)]]),
      ['build time', `${(result.timings['build']! / 1000).toFixed(2)} s`],
    ];
    console.result(result, table(rows));
  },
};

function describeCalibration({ from, samples }: { readonly from: string; readonly samples: number }): string {
  return from === 'cache' ? 'from a cache or table, no sample asked for' : `calibrated on ${samples} samples`;
}

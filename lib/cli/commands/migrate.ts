import type { MigrateOptions, MigrateResult } from '../../pipeline/migration/migrate.js';
import type { Command } from '../command.js';
import { placementFlags } from '../flags/quantization.js';
import { sampleFlags } from '../flags/samples.js';
import { writtenFlags } from '../flags/written.js';

/** Placement flags that mean nothing for a cache: TensorRT's form and symmetric ranges are what it is for. */
const unfitting = new Set(['for', 'activations']);

/** `calibrt migrate MODEL --cache FILE -o OUT`. */
export const migrate: Command = {
  name: 'migrate',
  summary: 'implicit INT8 (a calibration cache of TensorRT up to 10) to a Q/DQ model for TensorRT 11 and RTX',
  args: [{ name: 'model', description: 'FP32 ONNX file that the cache was made for' }],
  flags: [
    {
      name: 'cache',
      type: 'string',
      value: 'FILE',
      required: true,
      description: 'calibration cache, as writeCalibrationCache got it; of any version of TensorRT',
    },
    {
      name: 'output',
      short: 'o',
      type: 'string',
      value: 'FILE',
      required: true,
      description: 'the Q/DQ model to write',
    },
    {
      name: 'map',
      type: 'string',
      value: 'LINE=TENSOR',
      repeat: true,
      description: 'which tensor a line means whose name is not one of the model',
    },
    {
      name: 'map-file',
      type: 'string',
      value: 'FILE',
      description: 'the same from a JSON file, {"LINE": "TENSOR"}; --map wins',
    },
    ...writtenFlags,
    { name: 'threads', type: 'integer', value: 'N', default: 'all cores', description: 'threads of the verification' },
    ...sampleFlags,
    ...placementFlags.filter(({ name }) => !unfitting.has(name)),
  ],
  examples: [
    'calibrt migrate model.onnx --cache calibration.cache -o model.qdq.onnx',
    'calibrt migrate model.onnx --cache calibration.cache -o model.qdq.onnx --data test/ --preset imagenet',
    "calibrt migrate model.onnx --cache old.cache -o model.qdq.onnx --map '(Unnamed Layer* 8) [Convolution]_output=conv2'",
    'calibrt table model.qdq.onnx -o calibration.cache',
  ],

  async run({ args, flags, console, signal }) {
    const { migrate } = await import('../../pipeline/migration/migrate.js');
    const { readMapFile } = await import('../../pipeline/migration/mapping.js');
    const { readPlacementFlags } = await import('../flags/read-quantization.js');
    const { defined, readSampleFlags } = await import('../flags/read-samples.js');
    const { migrationText } = await import('../migration-text.js');
    const given = flags as Record<string, string | undefined>;
    const pairs = flags['map'] as readonly string[] | undefined;
    const result: MigrateResult = await migrate(args[0]!, given['output']!, {
      ...readSampleFlags(flags),
      ...readPlacementFlags(flags),
      ...defined<Pick<MigrateOptions, 'batch' | 'threads' | 'highPrecision' | 'weightStorage'>>({
        batch: flags['batch'],
        threads: flags['threads'],
        highPrecision: flags['highPrecision'],
        weightStorage: flags['weights'],
      }),
      cache: given['cache']!,
      map: [...(given['mapFile'] === undefined ? [] : await readMapFile(given['mapFile'])), ...(pairs ?? [])],
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
    });
    console.endProgress();
    console.result(result, migrationText(result));
  },
};

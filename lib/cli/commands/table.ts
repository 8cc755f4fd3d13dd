import type { Command } from '../command.js';
import { methodFlags, placementFlags } from '../flags/quantization.js';

/** `calibrt table IN... [-o OUT]`. */
export const table: Command = {
  name: 'table',
  summary: 'show, convert, merge, recompute, compare or check calibration tables',
  args: [
    {
      name: 'in',
      description: 'calibration tables or caches, or a Q/DQ model (.onnx); several tables are merged into one',
      variadic: true,
    },
  ],
  flags: [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      value: 'TABLE',
      description: 'write it: .json (calibrt), .cache (TensorRT), .txt (tpu-mlir)',
    },
    {
      name: 'format',
      type: 'string',
      value: 'NAME',
      choices: ['calibrt', 'tensorrt', 'tpu-mlir'],
      default: 'by the suffix of the output',
      description: 'format of what is written',
    },
    {
      name: 'cache-version',
      type: 'string',
      value: 'V',
      default: "the cache's own, else 101600",
      description: "in a TensorRT cache's header: 100900 is 10.9.0; TensorRT takes only its own",
    },
    {
      name: 'cache-algorithm',
      type: 'string',
      value: 'NAME',
      default: "the cache's own, else EntropyCalibration2",
      description: "in that header: must be that of the build's calibrator",
    },
    ...searchFlags(),
    { name: 'compare', type: 'string', value: 'TABLE', description: 'compare with this one, tensor by tensor' },
    {
      name: 'model',
      type: 'string',
      value: 'MODEL',
      description: "check that every tensor of this model has a range; exit 1 where one hasn't",
    },
    {
      name: 'tensors',
      type: 'string',
      value: 'SET',
      choices: ['qdq', 'all'],
      default: 'all for a TensorRT cache or a tpu-mlir table, else qdq',
      description: 'what --model counts: tensors with Q/DQ, or all, as an implicit build needs',
    },
    ...placementFlags,
  ],
  examples: [
    'calibrt table ranges.json',
    'calibrt table ranges.json --method percentile --percentile 99.999 -o ranges.cache',
    'calibrt table monday.json tuesday.json -o both.json',
    'calibrt table ranges.json --compare calibration.cache',
    'calibrt table calibration.cache --model model.onnx',
    'calibrt table model.qdq.onnx -o calibration.cache',
  ],

  async run({ args, flags, console, signal }) {
    const { checkCoverage } = await import('../../pipeline/table/coverage.js');
    const { combineTables, convertTable } = await import('../../pipeline/table/convert.js');
    const { readTableOrModel } = await import('../../pipeline/table/of-model.js');
    const { compareTables, tableFormatOf } = await import('../../tables/index.js');
    const { CalibrtError } = await import('../../errors.js');
    const { readMethodFlags, readPlacementFlags } = await import('../flags/read-quantization.js');
    const { defined } = await import('../flags/read-samples.js');
    const { comparisonText, coverageText, rangesJson, rangesText } = await import('../calibration-tables.js');

    const { output, compare, model, tensors, format, cacheVersion, cacheAlgorithm } = flags as Record<
      string,
      string | undefined
    >;
    if (args.length > 1 && output === undefined && compare === undefined && model === undefined) {
      throw new CalibrtError('ERR_USAGE', 'several tables are merged: give --output, or --compare to compare two');
    }
    if (format !== undefined && output === undefined) {
      throw new CalibrtError('ERR_USAGE', '--format is the format of what is written: give --output too');
    }
    const search = readMethodFlags(flags) as Parameters<typeof combineTables>[1];
    const content = await (output === undefined
      ? combineTables(args, search)
      : convertTable(args, output, { ...search, ...defined({ format, cacheVersion, cacheAlgorithm }) }));
    // What was written decides what it must cover.
    const written = output === undefined ? undefined : (format ?? tableFormatOf(output));
    const needed = tensors ?? (written === undefined ? undefined : written === 'calibrt' ? 'qdq' : 'all');
    const comparison = compare === undefined ? undefined : compareTables(content, await readTableOrModel(compare));
    const coverage =
      model === undefined
        ? undefined
        : await checkCoverage(content, model, {
            ...readPlacementFlags(flags),
            ...defined({ tensors: needed }),
            signal,
          });
    if (coverage?.sameModel === false) console.warn(`${args.join(', ')}: made for another model than ${model}`);

    const texts = [
      ...(comparison === undefined ? [] : [comparisonText(comparison, args.join(' + '), compare!)]),
      ...(coverage === undefined ? [] : [coverageText(coverage)]),
      ...(output === undefined
        ? []
        : [`wrote ${output}: ${Object.keys(content.tensors).length} tensors, ${content.method}`]),
    ];
    console.result(
      { inputs: args, ...defined({ output, comparison, coverage }), ...rangesJson(content) },
      texts.length > 0 ? texts.join('\n\n') : rangesText(content, args[0]!),
    );
    return coverage === undefined || coverage.missing.length === 0 ? 0 : 1;
  },
};

/** The method flags that stored statistics can serve: nothing that takes the model. */
function searchFlags(): Command['flags'] {
  return methodFlags
    .filter(({ name }) => name !== 'threads')
    .map((flag) =>
      flag.name === 'method'
        ? {
            ...flag,
            choices: flag.choices!.filter((choice) => choice !== 'auto'),
            default: 'the ranges as they are',
            description: 'search the ranges anew in the statistics of our .json',
          }
        : flag,
    );
}

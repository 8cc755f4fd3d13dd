import { CalibrtError } from '../../../errors.js';
import type { ActivationOptions, MethodOptions } from '../../../pipeline/calibration/ranges.js';
import type { SampleOptions } from '../../../pipeline/calibration/samples.js';
import { camelCase, type FlagValues } from '../../command.js';
import { readMethodFlags } from '../../flags/read-quantization.js';
import { readSampleFlags } from '../../flags/read-samples.js';
import type { TrtexecArguments } from '../arguments.js';
import { borrowedFlags } from '../flags/calibrt.js';
import { ArgumentProblem } from '../problems.js';

/** What calibrt's own flags say. */
export interface CalibrationOptions {
  /** Undefined without `--data`. */
  readonly samples: SampleOptions | undefined;
  /** Whether an INT8 build that has no ranges may have placeholders. */
  readonly placeholderRanges: boolean;
  readonly method: MethodOptions & ActivationOptions;
}

/**
 * Reads the flags of samples and methods in their `=` form.
 *
 * @throws ArgumentProblem naming the flag.
 */
export function readCalibrationOptions(args: TrtexecArguments): CalibrationOptions {
  const values: FlagValues = Object.fromEntries(
    borrowedFlags.flatMap((flag) => {
      const name = `--${flag.name}`;
      if (!args.has(name)) return [];
      if (flag.choices && !flag.choices.includes(args.text(name))) {
        throw new ArgumentProblem(`${name} must be one of ${flag.choices.join(', ')}, not ${args.text(name)}`);
      }
      const text = flag.repeat ? args.texts(name) : args.text(name);
      return [
        [
          camelCase(flag.name),
          flag.type === 'integer' ? args.integer(name) : flag.type === 'number' ? args.number(name) : text,
        ],
      ];
    }),
  );
  try {
    const samples = readSampleFlags(values);
    return {
      samples: samples.data === undefined ? undefined : (samples as SampleOptions),
      placeholderRanges: args.has('--placeholder-ranges'),
      method: readMethodFlags(values),
    };
  } catch (cause) {
    if (cause instanceof CalibrtError) throw new ArgumentProblem(cause.message, { cause });
    throw cause;
  }
}

import type { RepairOptions } from '../../pipeline/repair/repair.js';
import type { Flag, FlagValues } from '../command.js';
import { defined } from './read-samples.js';

/** Repairs of the float network before and after its calibration. */
export const repairFlags: readonly Flag[] = [
  {
    name: 'equalize',
    type: 'boolean',
    description:
      'even out the ranges of channels between layers first, where that gains; leaves the FP32 function as it is',
  },
  {
    name: 'smooth',
    type: 'boolean',
    description:
      'move outliers from the inputs of matrix products into their weights (SmoothQuant), where that gains; leaves the FP32 function as it is',
  },
  {
    name: 'smooth-alpha',
    type: 'number',
    value: 'A',
    default: 'the best of 0.3, 0.5 and 0.7 for each tensor',
    description: 'with --smooth: how much moves, from 0 to 1',
  },
  {
    name: 'bias-correction',
    type: 'boolean',
    description: "put the mean shift of each layer's output by INT8 into its bias, where that gains",
  },
];

/** What the repair flags say, as the library's options. */
export function readRepairFlags(flags: FlagValues): RepairOptions {
  return defined<RepairOptions>({
    equalize: flags['equalize'],
    smooth: flags['smooth'],
    smoothAlpha: flags['smoothAlpha'],
    biasCorrection: flags['biasCorrection'],
  });
}

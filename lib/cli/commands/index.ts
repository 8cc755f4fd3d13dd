import type { Command } from '../command.js';
import { bench } from './bench.js';
import { build } from './build.js';
import { calibrate } from './calibrate.js';
import { doctor } from './doctor.js';
import { evaluate } from './eval.js';
import { inspect } from './inspect.js';
import { lint } from './lint.js';
import { migrate } from './migrate.js';
import { quantize } from './quantize.js';
import { sensitivity } from './sensitivity.js';
import { table } from './table.js';
import { trtexec } from './trtexec.js';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  quantize,
  calibrate,
  build,
  bench,
  evaluate,
  sensitivity,
  migrate,
  lint,
  table,
  trtexec,
  inspect,
  doctor,
];

import { open, stat } from 'node:fs/promises';
import { readPlanHeader } from '../../../backends/tensorrt/plan.js';
import { CalibrtError } from '../../../errors.js';
import type { TrtexecEngine, TrtexecLoadOptions } from '../backend.js';
import { formatNumber } from '../format-number.js';
import type { TrtexecLog } from '../log.js';
import { libraryLog, phase, type Run } from './run.js';

const MiB = 2 ** 20;

/** Makes a plan an engine and says how long it took. */
export function loadPhase(run: Run, plan: string | Uint8Array): Promise<TrtexecEngine> {
  return phase('Engine set up failed', async () => {
    const { log, settings } = run;
    const start = performance.now();
    if (typeof plan === 'string') {
      const { length } = await readPlanHeader(plan);
      log.info(`Engine loaded in ${seconds(start)} sec.`);
      log.info(`Loaded engine with size: ${formatNumber(length / MiB)} MiB`);
    }
    const budget = settings.inference.weightStreamingBudget;
    const engine = await run.backend.load(
      plan,
      {
        ...loadOptions(run),
        ...(budget === undefined || budget.kind === 'all' ? {} : { weightStreamingBudget: inWords(budget) }),
      },
      libraryLog(run),
    );
    log.info(`Engine deserialized in ${seconds(start)} sec.`);
    return engine;
  });
}

function loadOptions({ args, settings }: Run): TrtexecLoadOptions {
  return {
    device: settings.device,
    allowHostCode: settings.build.versionCompatible,
    tempdir: args.text('--tempdir') || undefined,
  };
}

function inWords(
  budget: Exclude<NonNullable<Run['settings']['inference']['weightStreamingBudget']>, { kind: 'all' }>,
): number | 'automatic' | `${number}%` {
  if (budget.kind === 'automatic') return 'automatic';
  return budget.kind === 'percent' ? `${budget.percent}%` : budget.bytes;
}

function seconds(start: number): string {
  return formatNumber((performance.now() - start) / 1000);
}

/** `--getPlanVersionOnly`: which version made the plan, by its first 28 bytes. */
export function planVersionPhase(log: TrtexecLog, path: string): Promise<void> {
  return phase('Engine set up failed', async () => {
    const { version, kind } = await readPlanHeader(path);
    const file = await open(path);
    try {
      const { buffer } = await file.read(new Uint8Array(1), 0, 1, 27);
      const product = kind === 'tensorrt-rtx' ? 'TensorRT-RTX' : 'TensorRT';
      log.info(`Plan was created with ${product} version ${version}.${buffer[0]!}`);
    } finally {
      await file.close();
    }
  });
}

const warmUps = 2;
const timed = 20;
/** How many times slower than the average the first may be. */
const tolerance = 2;

/**
 * `--timeDeserialize`: how long the plan takes to become an engine.
 *
 * @returns Whether the first time was within trtexec's tolerance of the average.
 */
export function timeDeserializePhase(run: Run): Promise<boolean> {
  return phase('Engine deserialization failed', async () => {
    const { log, settings } = run;
    const plan = settings.build.loadEngine ?? settings.build.saveEngine;
    if (plan === undefined) {
      throw new CalibrtError('ERR_USAGE', '--timeDeserialize needs an engine file: give --loadEngine or --saveEngine');
    }
    await stat(plan);
    const once = async (): Promise<number> => {
      const start = performance.now();
      const engine = await run.backend.load(plan, loadOptions(run), () => undefined);
      const elapsed = performance.now() - start;
      await engine[Symbol.asyncDispose]();
      return elapsed;
    };
    log.info('Begin deserialization warmup...');
    for (let i = 0; i < warmUps; ++i) await once();
    log.info('Begin deserialization engine timing...');
    const first = await once();
    log.info(`First deserialization time = ${formatNumber(first)} milliseconds`);
    let total = 0;
    for (let i = 0; i < timed; ++i) total += await once();
    const average = total / timed;
    log.info(
      `Total deserialization time = ${formatNumber(total)} milliseconds in ${timed} iterations, ` +
        `average time = ${formatNumber(average)} milliseconds, first time = ${formatNumber(first)} milliseconds.`,
    );
    if (first <= tolerance * average) return true;
    const ratio = `First deserialization time divided by average time is ${formatNumber(first / average)}.`;
    log.info(`${ratio} Exceeds tolerance of ${tolerance}x.`);
    return false;
  });
}

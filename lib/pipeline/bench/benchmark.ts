import { WorkerProcess } from '../../backends/onnxruntime/index.js';
import { abortError, throwIfAborted } from '../../errors.js';
import { compareToBaseline, findSaved, nothingSaved, readBaseline } from './baseline.js';
import { hostConditions } from './conditions.js';
import type { Contender, ProfiledRun, Round } from './contender.js';
import { CpuContender } from './cpu.js';
import { engineTools, type EngineTools } from './engine-tools.js';
import { planRounds, type BenchmarkOptions, type BenchmarkTarget } from './options.js';
import { resultOf, type BenchmarkResult } from './report.js';
import { resolveTargets, type ResolvedTarget } from './targets.js';
import { TensorRtContender } from './tensorrt.js';

/**
 * Times models and engine plans side by side. They take turns, round by round, each round with a session (execution context) of its own;
 * figures are over the queries of all rounds, confidence intervals over rounds.
 *
 * @param targets - Models and plans; a path stands for a target with defaults. The first is what the others are compared with.
 * @param tools - How engines are built and loaded; default: by the library that is found.
 * @returns One result for each target, in order.
 * @throws CalibrtError `ERR_USAGE` for options that are out of range, exclude each other, or do not fit a model; `ERR_MODEL_*`, `ERR_DATA_*`,
 *   `ERR_PLAN_INVALID` for what is timed; `ERR_NO_GPU`, `ERR_BACKEND_*`, `ERR_NATIVE_*`, `ERR_BUILD` of the backends; `ERR_ABORTED`.
 */
export async function benchmark(
  targets: readonly (string | BenchmarkTarget)[],
  options: BenchmarkOptions = {},
  tools: EngineTools = engineTools,
): Promise<BenchmarkResult[]> {
  const plan = planRounds(options);
  const saved = options.baseline === undefined ? undefined : await readBaseline(options.baseline);
  const resolved = await resolveTargets(targets, options);
  const host = await hostConditions();
  await using worker = new WorkerProcess();
  const contenders: Contender[] = [];
  try {
    for (const target of resolved) contenders.push(await createContender(target, worker, options, tools));
    for (const warning of new Set(contenders.flatMap(({ warnings }) => warnings))) options.onWarning?.(warning);
    const earlier = contenders.map((now) => saved && findSaved(now, saved, contenders.length === 1));
    // Before minutes are spent on it.
    const missing = contenders.map((now, index) =>
      saved && earlier[index] === undefined ? [nothingSaved(now, saved, options.baseline!)] : [],
    );
    for (const warning of missing.flat()) options.onWarning?.(warning);
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const rounds = contenders.map((): Round[] => []);
    const total = plan.rounds * contenders.length;
    for (let turn = 0; turn < total; turn++) {
      const index = whoseTurn(turn, contenders.length);
      options.onProgress?.({ phase: 'bench', done: turn, total, detail: contenders[index]!.label });
      throwIfAborted(options.signal);
      rounds[index]!.push(await contenders[index]!.round(plan, signal));
    }
    options.onProgress?.({ phase: 'bench', done: total, total });
    const profiled: (ProfiledRun | undefined)[] = [];
    for (const contender of contenders) {
      throwIfAborted(options.signal);
      profiled.push(options.profile === true || options.outputs === true ? await contender.profile(signal) : undefined);
    }
    const measured = contenders.map((contender, index) => ({
      contender,
      rounds: rounds[index]!,
      profiled: profiled[index],
    }));
    return measured.map((each, index): BenchmarkResult => {
      const result = resultOf(each, measured[0]!, plan.percentiles, host);
      const then = earlier[index];
      const warnings = [...result.warnings, ...missing[index]!];
      return { ...result, warnings, ...(then === undefined ? {} : { baseline: compareToBaseline(result, then) }) };
    });
  } catch (error) {
    throw options.signal?.aborted ? abortError(options.signal) : error;
  } finally {
    for (const contender of contenders) await contender[Symbol.asyncDispose]();
  }
}

/** Each round begins with another one, so that none always runs after the same. */
function whoseTurn(turn: number, count: number): number {
  const round = Math.floor(turn / count);
  return (turn + round) % count;
}

function createContender(
  target: ResolvedTarget,
  worker: WorkerProcess,
  options: BenchmarkOptions,
  tools: EngineTools,
): Promise<Contender> {
  const { label, model, shapes, backend } = target;
  if (backend === 'onnxruntime') return CpuContender.create(label, model, shapes, worker, options);
  return TensorRtContender.create(target, options, tools);
}

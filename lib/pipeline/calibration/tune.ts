import { tuningCandidates, widestBest, type DynamicRange } from '../../../calibrators/index.js';
import { dialFeeds, dialsOf, measureBranches, type Model, type Placement } from '../../model/index.js';
import type { NativeStatistics } from '../../native.js';
import { reduceOn } from '../repair/reduce.js';
import type { RepairJudge } from '../repair/trial.js';
import { integerForm } from './integer-form.js';
import type { FoundRanges } from './ranges.js';

/** Samples that tune; as every candidate costs a run of twice the network, few. */
const TUNING_SAMPLES = 16;

/**
 * Widens the ranges of a method where the operators that read a tensor gain by it: of `count` candidates between the method's threshold
 * and all that was observed, each operator has the one with which its output is nearest to FP32's (Euclidean distance, over some of the
 * samples), and the widest of a tensor's operators wins. Tensors that no operator reads, or where the method clips nothing, stay.
 *
 * @param model - The cleaned network.
 * @param found - The method's ranges.
 * @returns the ranges of all tensors of `found`.
 * @throws CalibrtError `ERR_USAGE` for samples that can be read only once; `ERR_DATA_*`; `ERR_ABORTED`.
 */
export async function tuneRanges(
  model: Model,
  placement: Placement,
  found: FoundRanges,
  statistics: ReadonlyMap<string, NativeStatistics>,
  count: number,
  judge: RepairJudge,
): Promise<FoundRanges> {
  const candidates = new Map<string, readonly DynamicRange[]>();
  for (const { tensor } of placement.activations) {
    const range = found.ranges.get(tensor)!;
    const { min, max, amax } = statistics.get(tensor)!.summary();
    const observed = judge.symmetry === 'symmetric' ? { min: -amax, max: amax } : { min, max };
    candidates.set(tensor, tuningCandidates(range, observed, count));
  }
  const label = `${found.label}, tuned(${count})`;
  const steps = Math.max(0, ...[...candidates.values()].map(({ length }) => length));
  if (steps < 2) return { label, ranges: found.ranges };
  const trials = Array.from({ length: steps }, (_, step) => {
    const forms = placement.activations.map(({ tensor }) => {
      const own = candidates.get(tensor)!;
      return [tensor, integerForm(tensor, own[Math.min(step, own.length - 1)]!, placement.form)] as const;
    });
    return dialFeeds(dialsOf(placement, new Map(forms)));
  });
  const measures = await measureBranches(model, placement);
  const { trials: sums } = await reduceOn('tune', measures, 'sum', trials, judge, TUNING_SAMPLES);
  const errorsOf = (tensor: string): number[][] =>
    measures.branches.flatMap((branch, output) =>
      branch.tensor === tensor ? [sums.map((outputs) => outputs[output]![0]!)] : [],
    );
  const tuned = [...candidates].map(
    ([tensor, own]) =>
      [
        tensor,
        widestBest(
          own,
          errorsOf(tensor).map((e) => e.slice(0, own.length)),
        ),
      ] as const,
  );
  return { label, ranges: new Map([...found.ranges, ...tuned]) };
}

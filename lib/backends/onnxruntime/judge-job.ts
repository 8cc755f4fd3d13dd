import {
  MetricsAccumulator,
  numbers,
  openMetric,
  samplePairs,
  type Metric,
  type OutputMetrics,
} from '../../accuracy/index.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { storedBatches } from './batch-store.js';
import { ownRows } from './fixed-batch.js';
import { peakRssMb, type JobContext } from './job-context.js';
import { NonFiniteCounter, nonFiniteOf } from './non-finite.js';
import type { JudgeJob, JudgeResult, Judgement } from './protocol.js';
import { Session } from './runtime.js';

/** Runs one network after another over stored samples and judges each by what the reference made of them, stored too. */
export async function judge(job: JudgeJob, context: JobContext): Promise<JudgeResult> {
  const metric = job.metric === undefined ? undefined : await openMetric(job.metric, job.outputs);
  const judgements: Judgement[] = [];
  for (const candidate of job.candidates) {
    judgements.push(await judgeOne(candidate, metric, job));
    context.onProgress({ phase: job.phase, done: judgements.length, total: job.candidates.length });
  }
  return { judgements, peakRssMb: peakRssMb() };
}

async function judgeOne(candidate: string, metric: Metric | undefined, job: JudgeJob): Promise<Judgement> {
  const session = await Session.open(candidate, { threads: job.threads, exactQdq: job.exactQdq });
  const fed = new Set(session.inputNames);
  const outputs = new Map(job.outputs.map((name) => [name, new MetricsAccumulator()]));
  const counters = new Map(job.outputs.map((name) => [name, new NonFiniteCounter()]));
  const pass = metric?.start();
  const references = storedBatches(job.reference);
  for await (const { names, inputs, labels } of storedBatches(job.inputs)) {
    const expected = ((await references.next()).value as { inputs: NamedTensors }).inputs;
    const feeds = Object.fromEntries(Object.entries(inputs).filter(([name]) => fed.has(name)));
    // An output that the cut left behind is what the part before it made.
    const made = job.outputs.filter((name) => !(name in inputs));
    const size = job.fixedBatch ? job.batch : names.length;
    const rows = ({ dtype, ...tensor }: Tensor): ArrayLike<number> =>
      numbers({ dtype, data: ownRows({ dtype, ...tensor }, names.length, size) });
    await session.run(feeds, made, async (results) => {
      const actual = Object.fromEntries(job.outputs.map((name) => [name, results[name] ?? inputs[name]!]));
      for (const [name, accumulator] of outputs) {
        const values = rows(actual[name]!);
        counters.get(name)!.add(values);
        accumulator.add(rows(expected[name]!), values, expected[name]!.shape.at(-1) ?? 1);
      }
      const labelled = labels === undefined ? { names } : { names, labels };
      if (pass) for (const pair of samplePairs(labelled, expected, actual, size)) await pass.add(pair);
    });
  }
  await session.dispose();
  const found = Object.fromEntries([...outputs].map(([name, sums]): [string, OutputMetrics] => [name, sums.result()]));
  const nonFinite = nonFiniteOf(counters);
  const judged = { outputs: found, ...(Object.keys(nonFinite).length === 0 ? {} : { nonFinite }) };
  if (metric === undefined || pass === undefined) return judged;
  const value = await pass.result();
  return { ...judged, metric: { value, standardError: pass.standardError?.() ?? null } };
}

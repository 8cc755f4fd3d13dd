import type { NamedTensors, Tensor } from '../../data/tensor.js';
import type { EvaluateJob } from './protocol.js';
import { Session } from './runtime.js';

/** Runs a small model once and answers with copies of all its outputs. */
export async function evaluate(job: EvaluateJob): Promise<NamedTensors> {
  const session = await Session.open(job.model, { threads: 1, exactQdq: true });
  try {
    return await session.run(job.feeds, session.outputNames, (outputs) => {
      const copies = Object.entries(outputs).map(([name, tensor]): [string, Tensor] => [
        name,
        { ...tensor, data: tensor.data.slice() },
      ]);
      return Object.fromEntries(copies);
    });
  } finally {
    await session.dispose();
  }
}

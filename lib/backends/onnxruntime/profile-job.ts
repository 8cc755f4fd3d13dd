import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { parseProfile } from './profile-events.js';
import type { ProfileJob, ProfileResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs before those that count: the first allocates. */
const WARM_UP_RUNS = 3;

const PREFIX = 'kernels';

/** Times every kernel of a model, in a session of its own: a profiler costs time, which the runs that are timed as a whole must not see. */
export async function profile(job: ProfileJob): Promise<ProfileResult> {
  const session = await Session.open(job.model, {
    threads: job.threads,
    exactQdq: false,
    forTiming: true,
    spinning: job.spinning,
    name: job.name,
    profilePrefix: join(job.folder, PREFIX),
  });
  try {
    const run = session.prepare(job.feeds);
    for (let done = 0; done < WARM_UP_RUNS + job.runs; done++) (await run())();
    const outputs = await session.run(job.feeds, session.outputNames, (results) =>
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]): [string, Tensor] => [
          name,
          { ...tensor, data: tensor.data.slice() },
        ]),
      ),
    );
    session.endProfiling();
    const kernels = parseProfile(await takeProfile(job.folder), WARM_UP_RUNS, job.runs);
    return { kernels, outputs };
  } finally {
    await session.dispose();
  }
}

async function takeProfile(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.startsWith(PREFIX));
  if (file === undefined) throw new CalibrtError('ERR_BACKEND_FAILED', `ONNX Runtime wrote no profile to ${folder}`);
  try {
    return await readFile(join(folder, file), 'utf8');
  } finally {
    await rm(join(folder, file));
  }
}

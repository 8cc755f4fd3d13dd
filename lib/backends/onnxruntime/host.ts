import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Batch } from '../../data/batch.js';
import { CalibrtError, abortError, deserializeError, throwIfAborted } from '../../errors.js';
import type { OperationOptions } from '../../progress.js';
import type { CaptureState, Job, JobResults, ToChild, ToParent } from './protocol.js';

/** Options of {@link WorkerProcess.run}, beside progress and abort. */
export interface RunOptions extends OperationOptions {
  /** The batches of a job whose source is a stream; read only as fast as the child asks. */
  readonly stream?: AsyncIterable<Batch>;
  /** Told how far a capture is, where its job asks for that. */
  readonly onCheckpoint?: (state: CaptureState) => void;
}

const STDERR_TAIL = 4096;

/**
 * V8 lets its young generation grow to three times 16 MB while short-lived objects come fast, and native memory of tensors waits
 * there for its wrapper to be collected. With 1 MB a calibration of 250 samples on a small network peaked at 113 MB in place of
 * 139, in the same time.
 */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=1';

function childEnvironment(): NodeJS.ProcessEnv {
  return {
    // Each thread that decodes, infers or counts would keep a heap of its own, with holes that grow over the samples: 180 to 190 MB
    // on a detector, against 175 throughout.
    MALLOC_ARENA_MAX: '2',
    // Outputs are freed after every run. Given back to the system, their pages are zeroed for the next one: 4 ms of 60 in a ResNet-50 run.
    // The peak is the same.
    MALLOC_MMAP_THRESHOLD_: `${64 << 20}`,
    MALLOC_TRIM_THRESHOLD_: `${256 << 20}`,
    ...process.env,
    // Without this, ONNX Runtime's telemetry writes files to the temporary folder and tries to send them.
    ORT_DISABLE_TELEMETRY: '1',
  };
}

/**
 * A forked process that runs ONNX Runtime. It is a process and no worker thread because ONNX Runtime blocks the thread that calls
 * it, and a worker terminated inside such a call takes the whole process down; a process can be killed at any moment.
 */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #stderr = '';
  #busy = false;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [SMALL_YOUNG_GENERATION],
      env: childEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#exited = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    // A job listens for errors itself; between jobs there is nobody to tell.
    this.#child.on('error', () => undefined);
  }

  /**
   * Runs one job; one at a time.
   *
   * @throws CalibrtError the job's own error; `ERR_ABORTED` when the signal fires (the process is then dead);
   *   `ERR_CHILD` when the process dies (out of memory, a crash in a native library), with the end of its stderr.
   */
  async run<J extends Job>(job: J, options: RunOptions = {}): Promise<JobResults[J['kind']]> {
    throwIfAborted(options.signal);
    if (this.#busy) throw new CalibrtError('ERR_INTERNAL', 'a worker process runs one job at a time');
    this.#busy = true;
    try {
      return (await this.#converse(job, options)) as JobResults[J['kind']];
    } finally {
      this.#busy = false;
    }
  }

  /** Ends the process and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #converse(job: Job, options: RunOptions): Promise<unknown> {
    const child = this.#child;
    const batches = options.stream?.[Symbol.asyncIterator]();
    return new Promise<unknown>((resolve, reject) => {
      const settle = (done: () => void): void => {
        child.off('message', onMessage).off('exit', onExit).off('error', fail);
        options.signal?.removeEventListener('abort', onAbort);
        void Promise.resolve(batches?.return?.()).catch(() => undefined);
        done();
      };
      const fail = (error: unknown): void => settle(() => reject(error));
      const onAbort = (): void => {
        child.kill('SIGKILL');
        fail(abortError(options.signal));
      };
      const onExit = (code: number | null, signal: string | null): void => {
        // The last words of a crash may still be in the pipe when `exit` is told.
        void this.#exited.then(() => fail(this.#deathError(code, signal)));
      };
      const onMessage = (message: ToParent): void => {
        try {
          if (message.type === 'progress') options.onProgress?.(message.progress);
          else if (message.type === 'warning') options.onWarning?.(message.message);
          else if (message.type === 'checkpoint') options.onCheckpoint?.(message.state);
          else if (message.type === 'result') settle(() => resolve(message.result));
          else if (message.type === 'error') fail(deserializeError(message.error));
          else void this.#sendNext(batches).catch(abandon);
        } catch (error) {
          abandon(error);
        }
      };
      // What the caller's own callback or iterable threw is what the caller gets; the child's work is void.
      const abandon = (error: unknown): void => {
        child.kill('SIGKILL');
        fail(error);
      };
      child.on('message', onMessage).on('exit', onExit).on('error', fail);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
      else this.#send({ type: 'job', job });
    });
  }

  async #sendNext(batches: AsyncIterator<Batch> | undefined): Promise<void> {
    const next = await batches?.next();
    this.#send({ type: 'batch', batch: next === undefined || next.done === true ? null : next.value });
  }

  #send(message: ToChild): void {
    // A failed send means that the child is gone, which `exit` reports with its reason.
    this.#child.send(message, () => undefined);
  }

  #deathError(code: number | null, signal: string | null): CalibrtError {
    const how = signal === null ? `exited with ${code}` : `was killed by ${signal}`;
    const hint = signal === 'SIGKILL' ? ' (out of memory?)' : '';
    const details = this.#stderr.trim() === '' ? [] : this.#stderr.trim().split('\n');
    return new CalibrtError('ERR_CHILD', `the process that runs ONNX Runtime ${how}${hint}`, { details });
  }
}

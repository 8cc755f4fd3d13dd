import type { DataType, ModelInput } from '../../data/index.js';
import type { NativeBuildJob, NativeCalibrationEvent } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
import type { CalibrationSummary } from './build-options.js';
import { calibrationBatches } from './calibration-batches.js';
import type { NativeCalibrator } from './calibrators.js';

/** Batches that wait in pinned memory while TensorRT works on the one before. */
const batchesAhead = 2;

/**
 * Feeds a build's calibrator: begins the loader when TensorRT asks for the first batch, stays two batches ahead of it, and keeps what
 * the calibration gives.
 *
 * To TensorRT, no more batches is a normal end, also when the loader failed: what the loader threw is kept here, and cancels the build.
 */
export class CalibrationFeed {
  readonly #calibrator: NativeCalibrator;
  readonly #served: Uint8Array | undefined;
  readonly #options: OperationOptions;
  readonly #written = new Map<'cache' | 'histogram', Uint8Array>();
  #job: NativeBuildJob | undefined;
  #failure: { readonly error: unknown } | undefined;
  #queued = 0;
  #samples = 0;
  #batches = 0;
  #stopped = false;
  #wake: (() => void) | undefined;

  /**
   * @param served - The cache that the calibrator serves.
   */
  constructor(calibrator: NativeCalibrator, served: Uint8Array | undefined, options: OperationOptions) {
    this.#calibrator = calibrator;
    this.#served = served;
    this.#options = options;
  }

  /** What the loader threw, or a check of what it gave. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** What the calibrator wrote, where its calibration was whole. */
  get written(): ReadonlyMap<'cache' | 'histogram', Uint8Array> {
    return this.#failure === undefined ? this.#written : new Map();
  }

  handle(event: NativeCalibrationEvent, job: NativeBuildJob): void {
    if (event.type === 'calibrated') {
      this.#written.set(event.file, event.bytes);
    } else if (event.type === 'taken') {
      this.#queued--;
      this.#wake?.();
    } else {
      this.#job = job;
      void this.#run(event.inputs.map((input) => ({ ...input, dtype: input.dtype as DataType })));
    }
  }

  /** The build has ended, or is about to: lets the loader go. One that never answers is not waited for. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Where the scales came from; for a build that succeeded. */
  summary(): CalibrationSummary {
    const cache = this.#written.get('cache') ?? this.#served ?? new Uint8Array();
    const histograms = this.#written.get('histogram');
    return {
      from: this.#batches === 0 ? 'cache' : 'samples',
      samples: this.#samples,
      batches: this.#batches,
      cache,
      ...(histograms === undefined ? {} : { histograms }),
    };
  }

  async #run(inputs: readonly ModelInput[]): Promise<void> {
    const job = this.#job!;
    try {
      await this.#feed(job, inputs);
      if (!this.#stopped) job.endBatches();
    } catch (error) {
      if (!this.#stopped) this.#failure = { error };
      job.cancel();
    }
  }

  async #feed(job: NativeBuildJob, inputs: readonly ModelInput[]): Promise<void> {
    const { loader, options } = this.#calibrator;
    const { limit, lastBatch } = options;
    const { onProgress, onWarning } = this.#options;
    const samples = typeof loader === 'function' ? loader() : loader!;
    for await (const batch of calibrationBatches(samples, inputs, { limit, lastBatch, onWarning })) {
      while (this.#queued >= batchesAhead && !this.#stopped) await this.#room();
      if (this.#stopped) return;
      job.feed(batch.bytes);
      this.#queued++;
      this.#batches++;
      this.#samples += batch.samples;
      onProgress?.({ phase: 'calibrate', done: this.#samples, ...(limit === undefined ? {} : { total: limit }) });
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

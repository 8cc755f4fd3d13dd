/** The one door to ONNX Runtime: session settings, feeds and fetches. It is opened only in the forked child. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { DataType, NamedTensors, Tensor, TensorData } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';

type Ort = typeof import('onnxruntime-node');

/** How a session computes. */
export interface SessionSettings {
  /** Intra-op threads: part of what makes results reproducible, so it is always set. */
  readonly threads: number;
  /**
   * Run QuantizeLinear and DequantizeLinear as written, in float, in place of ONNX Runtime's fused integer kernels: what a Q/DQ
   * model means, without what a CPU makes of it (8-bit products saturate on AVX2).
   */
  readonly exactQdq: boolean;
  /** What errors call the model; default: its path. For temporary files, of which the user knows nothing. */
  readonly name?: string | undefined;
  /**
   * For timing what users will see: integer kernels as ONNX Runtime chooses them. Default false: kernels that never saturate, which
   * take more than twice the time, also on CPUs whose kernels would not.
   */
  readonly forTiming?: boolean;
  /**
   * Let waiting threads spin, as ONNX Runtime does by itself: fastest where nothing else runs. Default false: spinning threads steal the
   * cores that decode the next samples, count histograms, or run the session timed beside this one.
   */
  readonly spinning?: boolean;
  /** Record a profile, which {@link Session.endProfiling} writes to a file whose path begins so. */
  readonly profilePrefix?: string;
}

let loading: Promise<Ort> | undefined;

/** Loads ONNX Runtime ahead of the first session; where that fails, the session tells. */
export function preload(): void {
  (loading ??= load()).catch(() => undefined);
}

async function load(): Promise<Ort> {
  try {
    // The CommonJS module arrives as `default` with its names beside it.
    const module = (await import('onnxruntime-node')) as Ort & { default?: Ort };
    return module.default ?? module;
  } catch (cause) {
    throw new CalibrtError(
      'ERR_BACKEND_MISSING',
      'onnxruntime-node cannot be loaded; calibration and verification on the CPU need it. ' +
        'Install it: `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node`',
      { cause },
    );
  }
}

/** An FP32 or Q/DQ model ready to run on the CPU. */
export class Session {
  readonly #ort: Ort;
  readonly #session: InferenceSession;

  private constructor(ort: Ort, session: InferenceSession) {
    this.#ort = ort;
    this.#session = session;
  }

  /**
   * Loads `model` (a path, so that external data resolves, or bytes).
   *
   * @throws CalibrtError `ERR_MODEL_INVALID` with ONNX Runtime's own words where it refuses the model.
   */
  static async open(model: string | Uint8Array, settings: SessionSettings): Promise<Session> {
    const ort = await (loading ??= load());
    const options: InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      intraOpNumThreads: settings.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // One block for all that a run holds at once, allocated and freed by every run: with many outputs 2 % slower, and one block more
      // for each shape of the inputs.
      enableMemPattern: settings.forTiming ?? false,
      // It writes to stderr itself; what matters comes back as an exception.
      logSeverityLevel: 4,
      ...(settings.profilePrefix === undefined
        ? {}
        : { enableProfiling: true, profileFilePrefix: settings.profilePrefix }),
      extra: {
        session: {
          intra_op: { allow_spinning: settings.spinning ? '1' : '0' },
          ...(settings.exactQdq ? { disable_quant_qdq: '1' } : {}),
          // Products of 8-bit numbers must not saturate in 16 bits on CPUs without VNNI.
          ...(settings.forTiming ? {} : { x64quantprecision: '1' }),
        },
        // It takes the zero point of FP8 for that of a UINT8 that starts at 0, and drops the Relu before it.
        ...(settings.exactQdq ? { optimization: { disable_specified_optimizers: 'ReluQuantRewrite' } } : {}),
      },
    };
    try {
      const session =
        typeof model === 'string'
          ? await ort.InferenceSession.create(model, options)
          : await ort.InferenceSession.create(model, options);
      return new Session(ort, session);
    } catch (cause) {
      const name = settings.name ?? (typeof model === 'string' ? model : 'the model');
      const reason = firstLine(cause).replace(/^Load model from .*? failed:\s*/, '');
      throw new CalibrtError('ERR_MODEL_INVALID', `ONNX Runtime cannot load ${name}: ${reason}`, { cause });
    }
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  /** Element type of an input or output; undefined where there is none of that name, or it is no tensor. */
  typeOf(name: string): string | undefined {
    const { inputMetadata, outputMetadata } = this.#session;
    const found = [...inputMetadata, ...outputMetadata].find((value) => value.name === name);
    return found?.isTensor ? found.type : undefined;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /**
   * Runs once and hands `use` the outputs, whose memory is given back when it returns.
   *
   * @throws CalibrtError `ERR_BACKEND_FAILED` with ONNX Runtime's own words.
   */
  async run<T>(
    feeds: NamedTensors,
    outputs: readonly string[],
    use: (outputs: NamedTensors) => T | Promise<T>,
  ): Promise<T> {
    // Only inputs are wanted, which the caller has; ONNX Runtime refuses a run that fetches nothing.
    if (outputs.length === 0) return await use({});
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = this.#toOrt(tensor);
    let results: Awaited<ReturnType<InferenceSession['run']>>;
    try {
      results = await this.#session.run(inputs, [...outputs]);
    } catch (cause) {
      throw new CalibrtError('ERR_BACKEND_FAILED', `ONNX Runtime failed while running: ${firstLine(cause)}`, { cause });
    }
    try {
      const views: Record<string, Tensor> = {};
      for (const name of outputs) views[name] = fromOrt(name, results[name]!);
      return await use(views);
    } finally {
      for (const name of outputs) results[name]?.dispose();
    }
  }

  /**
   * The same run again and again, for timing: the inputs are converted once, and every output is fetched. Each run resolves to what
   * gives its outputs' memory back.
   *
   * @throws CalibrtError as {@link Session.run} does.
   */
  prepare(feeds: NamedTensors): () => Promise<() => void> {
    const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, this.#toOrt(tensor)]));
    return async () => {
      try {
        const results = await this.#session.run(inputs);
        return () => Object.values(results).forEach((tensor) => tensor.dispose());
      } catch (cause) {
        throw new CalibrtError('ERR_BACKEND_FAILED', `ONNX Runtime failed while running: ${firstLine(cause)}`, {
          cause,
        });
      }
    };
  }

  /** Writes the profile; see {@link SessionSettings.profilePrefix}. */
  endProfiling(): void {
    this.#session.endProfiling();
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  #toOrt(tensor: Tensor): OrtTensor {
    const { dtype, data } = tensor;
    // Where Node has Float16Array, onnxruntime-node wants it; calibrt's own type is the bits on every version.
    const half = (globalThis as { Float16Array?: new (b: ArrayBufferLike, o: number, n: number) => TensorData })
      .Float16Array;
    const payload = dtype === 'float16' && half ? new half(data.buffer, data.byteOffset, data.length) : data;
    return new this.#ort.Tensor(dtype as 'float32', payload as Float32Array, tensor.shape);
  }
}

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const dtype = tensor.type as string;
  if (dtype === 'string') {
    throw new CalibrtError('ERR_MODEL_UNSUPPORTED', `output ${name} holds strings; calibrt compares numbers only`);
  }
  const data = tensor.data as unknown as TensorData;
  const plain = dtype === 'float16' ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return { dtype: dtype as DataType, shape: tensor.dims, data: plain };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}

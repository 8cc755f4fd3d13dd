import { checkOutputPath } from '../files.js';
import { describeModel, fixModel, lintModel, openModel, type Finding, type Fixed } from '../model/index.js';

/** Options of {@link lint}. */
export interface LintOptions {
  /** Where to write the model with everything fixed that can be without other scales. */
  readonly fix?: string;
  readonly signal?: AbortSignal;
}

/** What `calibrt lint --json` prints. */
export interface LintResult {
  readonly model: string;
  /** QuantizeLinear and DequantizeLinear nodes. */
  readonly nodes: number;
  /** What breaks a rule; with `fix`, what still does. */
  readonly findings: readonly Finding[];
  /** The model that `fix` wrote. */
  readonly output?: string;
  /** What `fix` did, one by one. */
  readonly fixed?: readonly Fixed[];
}

/**
 * Checks a Q/DQ model against the rules of TensorRT's explicit quantization: what the parser or the builder refuses, and what keeps
 * operators from fusing.
 *
 * @param path - The Q/DQ model, whoever made it; it is not changed.
 * @throws CalibrtError `ERR_MODEL_NOT_FOUND`, `ERR_MODEL_INVALID`; with `fix` also `ERR_OUTPUT`, `ERR_MODEL_UNSUPPORTED`.
 */
export async function lint(path: string, options: LintOptions = {}): Promise<LintResult> {
  const { fix, signal } = options;
  if (fix !== undefined) await checkOutputPath(fix, path);
  const model = await openModel(path, { signal, writes: [fix] });
  const { quantizeLinear, dequantizeLinear } = describeModel(model).quantization;
  const result = { model: path, nodes: quantizeLinear + dequantizeLinear };
  if (fix === undefined) return { ...result, findings: await lintModel(model) };
  const fixed = await fixModel(model);
  const findings = await lintModel(model);
  await model.save(fix);
  return { ...result, findings, output: fix, fixed };
}

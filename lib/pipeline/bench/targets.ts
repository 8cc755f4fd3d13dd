import { basename } from 'node:path';
import { flavours } from '../../backends/tensorrt/flavours.js';
import { locateTensorRt } from '../../backends/tensorrt/index.js';
import { CalibrtError } from '../../errors.js';
import { native } from '../../native.js';
import { isPlan } from '../evaluation/evaluate-plan.js';
import type { BenchmarkBackend, BenchmarkOptions, BenchmarkTarget, BuildPrecision } from './options.js';

/** A target of which everything is decided. */
export interface ResolvedTarget {
  readonly label: string;
  readonly model: string;
  readonly isPlan: boolean;
  /** `auto`: of TensorRT's libraries, the one that built the plan, or that is found. */
  readonly backend: BenchmarkBackend;
  readonly precision: BuildPrecision;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/**
 * Decides where each target runs and what it is called.
 *
 * @throws CalibrtError `ERR_USAGE` for none at all, a plan on the CPU, or a precision that the backend cannot give.
 */
export async function resolveTargets(
  targets: readonly (string | BenchmarkTarget)[],
  options: Pick<BenchmarkOptions, 'library'>,
): Promise<ResolvedTarget[]> {
  if (targets.length === 0)
    throw new CalibrtError('ERR_USAGE', 'nothing to time: name an ONNX model or an engine plan');
  const all = targets.map((target): BenchmarkTarget => (typeof target === 'string' ? { model: target } : target));
  const resolved: ResolvedTarget[] = [];
  for (const target of all) {
    const plan = await isPlan(target.model);
    const { model, shapes = {}, precision = 'fp32' } = target;
    const backend = await backendOf(target, plan, options.library);
    check(target, plan, backend);
    resolved.push({ label: target.label ?? '', model, isPlan: plan, backend, precision, shapes });
  }
  const labels = labelsOf(resolved);
  return resolved.map((target, index) => ({ ...target, label: labels[index]! }));
}

async function backendOf(
  { backend = 'auto' }: BenchmarkTarget,
  plan: boolean,
  library: string | undefined,
): Promise<BenchmarkBackend> {
  if (backend !== 'auto' || plan) return backend;
  return library !== undefined || (await canRunEngines()) ? 'auto' : 'onnxruntime';
}

/** Whether there is a GPU, and a TensorRT to build for it. */
async function canRunEngines(): Promise<boolean> {
  try {
    const { devices } = await native().probeCuda();
    return devices.length > 0 && flavours.some(({ flavour }) => locateTensorRt(flavour).found !== undefined);
  } catch {
    // Without the addon there is no TensorRT either.
    return false;
  }
}

function check({ model, precision }: BenchmarkTarget, plan: boolean, backend: BenchmarkBackend): void {
  if (plan && backend === 'onnxruntime') {
    throw new CalibrtError(
      'ERR_USAGE',
      `${model} is an engine plan, which runs on a GPU alone: leave out --backend onnxruntime`,
    );
  }
  if (precision === undefined || (!plan && backend !== 'onnxruntime')) return;
  const why = plan
    ? 'an engine plan has its precision built in: leave out --precision, or give the ONNX model'
    : `on the CPU a model is timed in the precision that it has: leave out --precision; for INT8, write a model with ` +
      '`calibrt quantize MODEL -o OUT --for onnxruntime`';
  throw new CalibrtError('ERR_USAGE', `${model}: ${why}`);
}

/** The file's name, and what tells it from others of that name. */
function labelsOf(targets: readonly ResolvedTarget[]): string[] {
  const files = targets.map(({ model }) => {
    const name = basename(model);
    return targets.every((each) => each.model === model || basename(each.model) !== name) ? name : model;
  });
  const details = targets.map((target) => {
    const same = targets.filter(({ model }) => model === target.model);
    const differs = (of: (each: ResolvedTarget) => string): string[] =>
      same.some((each) => of(each) !== of(target)) ? [of(target)] : [];
    return [...differs(({ backend }) => backend), ...differs(({ precision }) => precision), ...differs(shapesText)];
  });
  const labels = targets.map(({ label }, index) => label || [files[index]!, ...details[index]!].join(' '));
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return count === 1 ? label : `${label} (${count})`;
  });
}

function shapesText({ shapes }: ResolvedTarget): string {
  const entries = Object.entries(shapes);
  if (entries.length === 1) return entries[0]![1].join('x');
  return entries.map(([name, dims]) => `${name}:${dims.join('x')}`).join(',');
}

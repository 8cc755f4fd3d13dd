import { CalibrtError } from '../../errors.js';
import type { LoadOptions, RuntimeOptions } from './engine-options.js';
import type { Engine } from './engine.js';
import { flavours } from './flavours.js';
import { readPlanHeader } from './plan.js';
import { createRuntime } from './runtime.js';

/**
 * Reads an engine plan and makes it ready to run, with the library that it was built by.
 *
 * @param plan - Path of the plan, or the plan itself, which must stay as it is until the engine is made.
 * @throws CalibrtError `ERR_PLAN_INVALID` for what is no plan, is truncated, or was built by another version or for another GPU;
 *   `ERR_NO_GPU`, `ERR_BACKEND_MISSING`, `ERR_NATIVE_MISSING`, `ERR_BACKEND_UNSUPPORTED`: the machine or the library; `ERR_USAGE` for
 *   options that do not fit the plan.
 */
export async function loadEngine(
  plan: string | Uint8Array,
  options: RuntimeOptions & LoadOptions = {},
): Promise<Engine> {
  const { kind, version } = await readPlanHeader(plan);
  const maker = kind === 'tensorrt-rtx' ? 'rtx' : version.split('.')[0];
  const known = flavours.find(({ flavour, backend }) => flavour === maker && backend === kind);
  if (known === undefined) {
    const name = typeof plan === 'string' ? plan : 'the plan';
    throw new CalibrtError(
      'ERR_PLAN_INVALID',
      `${name} was built by ${kind === 'tensorrt' ? 'TensorRT' : 'TensorRT-RTX'} ${version}, which calibrt does not know: build it again`,
    );
  }
  // A library of another flavour that was asked for is opened all the same, and then told apart from the plan's.
  const { backend = 'auto' } = options;
  const flavour = options.flavour ?? (backend === 'auto' || backend === kind ? known.flavour : undefined);
  const runtime = await createRuntime({ ...options, ...(flavour === undefined ? {} : { flavour }) });
  return runtime.load(plan, options);
}

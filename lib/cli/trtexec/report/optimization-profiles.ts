import type { EngineTensor } from '../../../backends/tensorrt/engine-options.js';
import { dimsText } from '../banner.js';

/** Shapes that each profile serves: of an engine, or of what it was built for. */
export interface ServedShapes {
  readonly tensors: readonly Pick<EngineTensor, 'name' | 'mode' | 'shape' | 'profiles'>[];
  /** How many there are. */
  readonly profiles: number;
}

/** Lines of `--dumpOptimizationProfile`: what each profile serves of each input. */
export function optimizationProfileLines({ tensors, profiles }: ServedShapes): string[] {
  const lines = ['Optimization Profile Information:'];
  for (let index = 0; index < profiles; ++index) {
    for (const { name, mode, shape, profiles: ranges } of tensors) {
      if (mode !== 'input') continue;
      const { min, opt, max } = ranges[index] ?? { min: shape, opt: shape, max: shape };
      const text = (dims: readonly number[]): string => (dims.length === 0 ? 'scalar' : dimsText(dims));
      lines.push(`Model input ${name} (profile ${index}): min=${text(min)}, opt=${text(opt)}, max=${text(max)}`);
    }
  }
  return lines;
}

import type { EngineDescription } from '../../../backends/tensorrt/engine-options.js';
import { dimsText } from '../banner.js';

/** Lines of `--dumpOptimizationProfile`: what each profile serves of each input. */
export function optimizationProfileLines({ tensors, profiles }: EngineDescription): string[] {
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

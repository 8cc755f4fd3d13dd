import { breathe } from '../../breathe.js';
import type { Graph } from '../graph.js';
import type { Initializer } from '../initializer.js';
import { toHalf, type HalfType, type HalfValues } from './half.js';

/** The float32 constants of a graph in 16 bits, each converted once. */
export class HalfConstants {
  readonly #converted = new Map<string, HalfValues>();

  constructor(
    private readonly graph: Graph,
    readonly type: HalfType,
  ) {}

  /** The initializer of that name, where it is one of float32 that no caller can override. */
  of(name: string): Initializer | undefined {
    const tensor = this.graph.initializers.get(name);
    return tensor?.dtype === 'float32' && !this.graph.isInput(name) ? tensor : undefined;
  }

  async convert(name: string): Promise<HalfValues | undefined> {
    const known = this.#converted.get(name);
    const tensor = this.of(name);
    if (known || !tensor) return known;
    const { data } = await tensor.read();
    const values = toHalf(data as Float32Array, this.type);
    await breathe();
    this.#converted.set(name, values);
    return values;
  }

  /** What {@link convert} made of it. */
  converted(name: string): Uint16Array | undefined {
    return this.#converted.get(name)?.bits;
  }

  /** Puts other bits in place of those converted. */
  replace(name: string, bits: Uint16Array): void {
    this.#converted.set(name, { bits, overflows: false, vanishes: false, normal: true });
  }
}

import type { ElementType } from '../element-type.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';
import type { HalfConstants } from './constants.js';
import {
  applyStatistics,
  fullReasons,
  halfRules,
  passMagnitude,
  passStatistics,
  typeBlind,
  type HalfRule,
} from './operators.js';
import { scaleFits } from './scales.js';

/** A node that stays in FP32, and why. */
export interface KeptNode {
  readonly node: string;
  readonly reason: string;
}

/** Which nodes compute in 16 bits. */
export interface Decision {
  readonly half: ReadonlySet<GraphNode>;
  /** Nodes with float32 inputs or outputs that stay as they are. */
  readonly kept: ReadonlyMap<GraphNode, string>;
}

// Sums and their like; the greatest and the least are values as others are.
const isReduction = (node: GraphNode): boolean => fullReasons.has(node.opType) && node.opType.startsWith('Reduce');

/** Decides node by node, in graph order: by name, by operator, by the constants it reads, by what its inputs may hold. */
export class Decider {
  private readonly half = new Set<GraphNode>();
  private readonly kept = new Map<GraphNode, string>();
  /** Tensors that may exceed what 16 bits hold. */
  private readonly large = new Set<string>();
  /** Results of reductions, changed by constants at most. */
  private readonly statistics = new Set<string>();

  constructor(
    private readonly graph: Graph,
    private readonly types: ReadonlyMap<string, ElementType>,
    private readonly constants: HalfConstants,
    private readonly keep: (name: string) => boolean,
  ) {}

  async decide(): Promise<Decision> {
    for (const node of this.graph.nodes) {
      if (isSource(node) || (node.domain === '' && typeBlind.has(node.opType)) || !this.computesFloat(node)) continue;
      const reason = await this.reasonToKeep(node);
      if (reason === undefined) this.half.add(node);
      else this.kept.set(node, reason);
    }
    this.keepBetween();
    return { half: this.half, kept: this.kept };
  }

  private async reasonToKeep(node: GraphNode): Promise<string | undefined> {
    const rule = node.domain === '' ? halfRules.get(node.opType) : undefined;
    this.followStatistics(node, rule);
    const own = this.ownReason(node, rule);
    if (own !== undefined || rule === undefined) return own;
    return (await this.constantReason(node, rule)) ?? this.inputReason(node, rule);
  }

  private ownReason(node: GraphNode, rule: HalfRule | undefined): string | undefined {
    if (this.keep(node.name)) return 'It was asked to stay.';
    if (node.subgraphs) return 'It has a body, which is left as it is.';
    const reason = node.domain === '' ? fullReasons.get(node.opType) : 'Its operator is not of ONNX.';
    if (reason !== undefined) return reason;
    if (!rule) return `There is no rule for ${node.opType} in 16 bits.`;
    const { type } = this.constants;
    if (rule.float16Only && type !== 'float16') return `TensorRT has no ${node.opType} in ${type}.`;
    if (node.inputs.some((name) => name !== '' && !this.types.has(name))) return 'The type of an input is not known.';
    if (node.is('Mul') && node.inputs[0] === node.inputs[1]) return 'A square overflows, or loses small values.';
    return undefined;
  }

  private async constantReason(node: GraphNode, rule: HalfRule): Promise<string | undefined> {
    const type = this.constants.type;
    if (node.is('QuantizeLinear', 'DequantizeLinear')) {
      if (!(await scaleFits(this.graph, node, this.constants))) return `Its scale is no normal ${type} number.`;
    }
    for (const name of halfInputs(node, rule)) {
      const values = await this.constants.convert(name);
      if (values?.overflows) {
        this.markLarge(node, rule);
        return `Its constant "${name}" exceeds ${type}.`;
      }
      const isScale = node.is('QuantizeLinear', 'DequantizeLinear') && name === node.inputs[1];
      if (values?.vanishes && !isScale) return `Its constant "${name}" is too small for ${type}.`;
    }
    return undefined;
  }

  private inputReason(node: GraphNode, rule: HalfRule): string | undefined {
    const inputs = halfInputs(node, rule);
    const large = inputs.find((name) => this.large.has(name));
    if (large !== undefined && (rule.moves || passMagnitude.has(node.opType))) {
      this.markLarge(node, rule);
      return `It reads "${large}", which may exceed ${this.constants.type}.`;
    }
    if (inputs.some((name) => this.statistics.has(name)) && !rule.moves) {
      if (applyStatistics.has(node.opType) || passStatistics.has(node.opType)) return 'It is part of a normalization.';
    }
    return undefined;
  }

  private markLarge(node: GraphNode, rule: HalfRule): void {
    if (rule.moves || passMagnitude.has(node.opType)) node.outputs.forEach((name) => this.large.add(name));
  }

  private followStatistics(node: GraphNode, rule: HalfRule | undefined): void {
    const inputs = node.inputs.filter((name) => this.isFloat(name) && !this.constants.of(name));
    const passes = rule?.moves === true || passStatistics.has(node.opType) || node.is('Pow');
    const [only] = inputs;
    const follows = passes && inputs.length === 1 && only !== undefined && this.statistics.has(only);
    if (isReduction(node) || follows) {
      for (const name of node.outputs) if (this.isFloat(name)) this.statistics.add(name);
    }
  }

  /** Nodes that move values from FP32 nodes to FP32 nodes stay with them: two casts less, and nothing is rounded. */
  private keepBetween(): void {
    const { graph, half, kept } = this;
    const stays = new Set(
      [...half].filter((node) => halfRules.get(node.opType)?.moves === true && this.variables(node).length > 0),
    );
    const isFull = (node: GraphNode | undefined): boolean =>
      node !== undefined && (kept.has(node) || stays.has(node) || isSource(node));
    const readsFull = (node: GraphNode): boolean => this.variables(node).every((name) => isFull(graph.producer(name)));
    const feedsFull = (node: GraphNode): boolean => {
      const readers = node.outputs.flatMap((name) => graph.consumers(name));
      return readers.length > 0 && readers.every(isFull) && !node.outputs.some((name) => graph.isOutput(name));
    };
    for (let before = -1; before !== stays.size;) {
      before = stays.size;
      for (const node of stays) if (!readsFull(node) || !feedsFull(node)) stays.delete(node);
    }
    for (const node of stays) {
      half.delete(node);
      kept.set(node, 'It moves values between nodes that stay.');
    }
  }

  // An input with a type of its own, as Resize's scales, says nothing about the node.
  private computesFloat(node: GraphNode): boolean {
    const rule = node.domain === '' ? halfRules.get(node.opType) : undefined;
    return [...(rule ? halfInputs(node, rule) : node.inputs), ...node.outputs].some((name) => this.isFloat(name));
  }

  /** The float32 inputs that are no constants. */
  private variables(node: GraphNode): string[] {
    return node.inputs.filter((name) => this.isFloat(name) && !this.constants.of(name));
  }

  private isFloat(name: string): boolean {
    return this.types.get(name) === 'float32';
  }
}

/** A node that makes float32 of nothing or of another type: it can make 16 bits as well. */
export function isSource(node: GraphNode): boolean {
  return (node.is('Cast') && node.int('to') === 1) || node.is('Constant', 'ConstantOfShape');
}

/** The inputs that are of the type that the node computes in, float32 or not. */
export function halfInputs(node: GraphNode, rule: HalfRule): readonly string[] {
  return node.inputs.filter((name, index) => name !== '' && (rule.inputs?.includes(index) ?? true));
}

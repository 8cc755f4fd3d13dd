import {
  exactPattern,
  placementByNode,
  placeQdq,
  restrictPlacement,
  type GraphNode,
  type Model,
  type Placement,
  type PlacementOptions,
} from '../../model/index.js';

/** A node whose quantization is tried apart, with what must go along. */
export interface Unit {
  /** The node that gives the unit its name, and that an exclude list names. */
  readonly node: string;
  readonly opType: string;
  /** The node and, before it, padding that is quantized on its behalf. */
  readonly nodes: readonly string[];
}

/** A way to quantize the network that differs from a known one from some node on only. */
export interface UnitTrial {
  readonly unit: Unit;
  readonly placement: Placement;
  /** Place in the graph's order of the first node that computes other values. */
  readonly from: number;
}

/** The units of a placement, in the graph's order. */
export function unitsOf(model: Model, placement: Placement): Unit[] {
  const units: Unit[] = [];
  const padded = new Set<string>();
  for (const { node, opType, quantized, rule } of placement.nodes) {
    if (!quantized || padded.has(node)) continue;
    // Padding has no INT8 of its own: the convolution that it is quantized for comes with it.
    const reader = rule === 'pad-before-conv' ? readerOf(model, node) : undefined;
    if (reader) padded.add(reader.name);
    units.push(
      reader
        ? { node: reader.name, opType: reader.opType, nodes: [node, reader.name] }
        : { node, opType, nodes: [node] },
    );
  }
  return units;
}

/** The unit quantized and nothing else: its inputs and its weights. */
export function alone(model: Model, placement: Placement, unit: Unit): UnitTrial {
  return { unit, placement: restrictPlacement(placement, new Set(unit.nodes)), from: positionOf(model, unit) };
}

/** The placement with some units left out; the rules are asked again, for what fuses with what may change. */
export function placeWithout(model: Model, options: PlacementOptions, units: readonly Unit[]): Placement {
  const exclude = [...(options.exclude ?? []), ...units.flatMap(({ nodes }) => nodes.map(exactPattern))];
  return placeQdq(model, { ...options, exclude });
}

/**
 * All quantized but the unit.
 *
 * @param fits - Whether a placement can be written; where the rules' own cannot, the unit alone is taken out of `placement`.
 */
export function allBut(
  model: Model,
  placement: Placement,
  options: PlacementOptions,
  unit: Unit,
  fits: (placement: Placement) => boolean,
): UnitTrial {
  const placed = placeWithout(model, options, [unit]);
  if (fits(placed)) return { unit, placement: placed, from: firstDifference(model, placement, placed) };
  const others = placement.nodes.map(({ node }) => node).filter((node) => !unit.nodes.includes(node));
  const restricted = restrictPlacement(placement, new Set(others));
  return { unit, placement: restricted, from: firstDifference(model, placement, restricted) };
}

function firstDifference(model: Model, a: Placement, b: Placement): number {
  const [first, second] = [placementByNode(a), placementByNode(b)];
  const found = model.nodes.findIndex(({ name }) => first.get(name) !== second.get(name));
  return found < 0 ? model.nodes.length : found;
}

function positionOf(model: Model, { nodes }: Unit): number {
  return model.nodes.findIndex(({ name }) => nodes.includes(name));
}

function readerOf(model: Model, node: string): GraphNode | undefined {
  const output = model.nodes.find(({ name }) => name === node)?.outputs[0];
  return output === undefined ? undefined : model.graph.consumers(output)[0];
}

import { scanFields } from './wire/fields.js';

// Field numbers of GraphProto, NodeProto and AttributeProto.
const GRAPH_NODE = 1;
const GRAPH_INITIALIZER = 5;
const GRAPH_INPUT = 11;
const GRAPH_OUTPUT = 12;
const NODE_INPUT = 1;
const NODE_OUTPUT = 2;
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_GRAPH = 6;
const ATTRIBUTE_GRAPHS = 11;
const TENSOR_LOCATION = 14;

/** What a subgraph (body of If, Loop, Scan) uses and defines. */
export interface SubgraphNames {
  /** Tensors of the surrounding graph that it reads. */
  readonly outer: ReadonlySet<string>;
  /** Tensors that it defines itself, subgraphs within included; no outer tensor may take these names. */
  readonly inner: ReadonlySet<string>;
  /** Whether constants in it lie in external files. */
  readonly external: boolean;
}

/** The names in all subgraphs of a node, from the node's attributes; read from the bytes, as the bodies stay untouched. */
export function subgraphNames(attributes: Iterable<Uint8Array>): SubgraphNames | undefined {
  const outer = new Set<string>();
  const inner = new Set<string>();
  let found = false;
  let external = false;
  for (const attribute of attributes) {
    for (const field of scanFields(attribute)) {
      if (field.no !== ATTRIBUTE_GRAPH && field.no !== ATTRIBUTE_GRAPHS) continue;
      found = true;
      const body = graphNames(field.payload);
      body.outer.forEach((name) => outer.add(name));
      body.inner.forEach((name) => inner.add(name));
      external ||= body.external;
    }
  }
  return found ? { outer, inner, external } : undefined;
}

function graphNames(graph: Uint8Array): SubgraphNames {
  const defined = new Set<string>();
  const used = new Set<string>();
  const nested = new Set<string>();
  let external = false;
  for (const field of scanFields(graph)) {
    if (field.no === GRAPH_INPUT) defined.add(nameIn(field.payload, 1));
    else if (field.no === GRAPH_OUTPUT) used.add(nameIn(field.payload, 1));
    else if (field.no === GRAPH_INITIALIZER) {
      defined.add(nameIn(field.payload, 8));
      external ||= scanFields(field.payload).some((part) => part.no === TENSOR_LOCATION && part.number === 1);
    } else if (field.no === GRAPH_NODE) {
      const attributes: Uint8Array[] = [];
      for (const part of scanFields(field.payload)) {
        if (part.no === NODE_INPUT) used.add(part.text);
        else if (part.no === NODE_OUTPUT) defined.add(part.text);
        else if (part.no === NODE_ATTRIBUTE) attributes.push(part.payload);
      }
      const within = subgraphNames(attributes);
      within?.outer.forEach((name) => used.add(name));
      within?.inner.forEach((name) => nested.add(name));
      external ||= within?.external ?? false;
    }
  }
  const outer = new Set([...used].filter((name) => name !== '' && !defined.has(name)));
  return { outer, inner: new Set([...defined, ...nested].filter((name) => name !== '')), external };
}

function nameIn(message: Uint8Array, no: number): string {
  return scanFields(message).find((field) => field.no === no)?.text ?? '';
}

/**
 * The ONNX nodes that a layer of an engine was made of. The parser notes them in the layer's metadata, `[ONNX Layer: NAME]` for each;
 * without it, names of fused layers are those of their nodes, joined by ` + ` or ` || ` and wrapped in `PWN(…)` and the like.
 *
 * @param known - Names of the model's nodes: what is none of them is left out.
 */
export function onnxNodesOf(
  name: string,
  metadata: string | undefined,
  known: ReadonlySet<string> | undefined,
): readonly string[] {
  const noted = namesInMetadata(metadata ?? '');
  const candidates = noted.length > 0 ? noted : namesInName(name);
  const nodes = known === undefined ? candidates : candidates.filter((each) => known.has(each));
  return [...new Set(nodes)];
}

function namesInMetadata(metadata: string): string[] {
  // Names may hold brackets, so the separators decide where one ends, if there are any.
  const parts = metadata.split(/\p{Cc}/u.test(metadata) ? /\p{Cc}/u : /(?<=\])(?=\[)/);
  return parts.flatMap((part) => {
    const match = /^\[ONNX Layer: (.*)\]$/s.exec(part.trim());
    return match === null ? [] : [match[1]!];
  });
}

const wrapper = /^(PWN|fusedPointwiseNode|\{ForeignNode|ForeignNode)$/;

function namesInName(name: string): string[] {
  // Made up by the builder.
  if (/^(Reformatting CopyNode|\(Unnamed Layer|__myl_|__mye)/.test(name)) return [];
  return name
    .split(/ \+ | \|\| |[()[\]{}]|, |\.\.\./)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !wrapper.test(part));
}

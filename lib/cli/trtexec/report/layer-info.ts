/**
 * The engine inspector's JSON as the one-line text that the library gives beside it.
 *
 * @param json - As `validInspectorJson` gives it; what has no layers is returned as it is.
 */
export function layerInfoText(json: string): string {
  const info: unknown = JSON.parse(json);
  if (typeof info === 'string') return info;
  const { Layers: layers = [], ...rest } = (info ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(layers)) return json;
  // 11.x says `I/O Tensors` and gives objects.
  const [[title, tensors] = ['Bindings', []]] = Object.entries(rest).filter(([, value]) => Array.isArray(value));
  return ['Layers:', ...layers.map(line), '', `${title}:`, ...(tensors as unknown[]).map(line), ''].join('\n');
}

function line(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${inline(each)}`)
    .join(', ');
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  return typeof value === 'object' && value !== null ? `{ ${line(value)} }` : String(value);
}

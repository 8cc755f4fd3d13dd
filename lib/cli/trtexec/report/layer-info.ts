/** The engine inspector's JSON as the one-line text that the library gives beside it. */
export function layerInfoText(json: string): string {
  const { Layers: layers = [], ...rest } = JSON.parse(json) as { Layers?: unknown[] } & Record<string, unknown>;
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

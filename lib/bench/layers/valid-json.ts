/**
 * The inspector's JSON made valid: some versions write control characters into their strings as they are (0x1E and 0x1F between the
 * parts of a layer's metadata). What is valid stays byte for byte.
 */
export function validInspectorJson(text: string): string {
  let inString = false;
  let escaped = false;
  let json = '';
  for (const char of text) {
    if (inString && char < ' ') {
      json += `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
      escaped = false;
      continue;
    }
    json += char;
    if (escaped) escaped = false;
    else if (inString && char === '\\') escaped = true;
    else if (char === '"') inString = !inString;
  }
  return json;
}

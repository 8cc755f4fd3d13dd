/**
 * The inspector's text as valid JSON, whatever it holds. Some versions write control characters into strings as they are (0x1E and 0x1F
 * between the parts of a layer's metadata); quotes and backslashes that nobody escaped, and numbers that are none, are mended likewise:
 * `nan` and infinities become null. What is valid stays byte for byte; what is no JSON even then (cut short, say) becomes one JSON string.
 */
export function validInspectorJson(text: string): string {
  const mended = mend(text);
  try {
    JSON.parse(mended);
    return mended;
  } catch {
    return JSON.stringify(text);
  }
}

function mend(text: string): string {
  let json = '';
  let at = 0;
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', at)) {
    const close = endOfString(text, open + 1);
    if (close === undefined) return json + text.slice(at);
    json += mendNumbers(text.slice(at, open)) + mendString(text.slice(open, close));
    at = close;
  }
  return json + mendNumbers(text.slice(at));
}

/** Behind the quote that ends a string: the first that a comma, a colon, a closing bracket or the end follows. */
function endOfString(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"' && endsValue(text, at + 1)) return at + 1;
  }
  return undefined;
}

function endsValue(text: string, start: number): boolean {
  let at = start;
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  return at === text.length || ',:]}'.includes(text[at]!);
}

/** @param text - With its quotes. */
function mendString(text: string): string {
  const inner = text.slice(1, -1).replace(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})|[\\"]|[^ -\uffff]/g, (found) => {
    if (found.length > 1) return found;
    return found < ' ' ? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}` : `\\${found}`;
  });
  return `"${inner}"`;
}

/** As C and C++ write them; valid JSON has no such words outside strings. */
function mendNumbers(text: string): string {
  return text.replace(/[-+]?\b(?:nan(?:\(\w*\))?|inf(?:inity)?)(?!\w)/gi, 'null');
}

interface Format {
  /** What the file starts with, as Latin-1; a question mark stands for any byte. */
  readonly start: string;
  readonly what: string;
}

/** What a file that is no ONNX model starts with, and what it then most likely is. */
const formats: readonly Format[] = [
  { start: '<!doctype', what: 'it is an HTML page (a failed download?)' },
  { start: '<html', what: 'it is an HTML page (a failed download?)' },
  { start: '<?xml', what: 'it is an XML text (a failed download?)' },
  { start: 'version https://git-lfs', what: 'it is a Git LFS pointer; fetch the file itself with `git lfs pull`' },
  { start: 'PK\u0003\u0004', what: 'it is a zip archive (a PyTorch checkpoint?); export the model to ONNX first' },
  { start: '\u001f\u008b', what: 'it is gzip-compressed; unpack it first' },
  { start: 'ptrt', what: 'it is a TensorRT engine plan, not the model that it was built from' },
  { start: 'ftrt', what: 'it is a TensorRT engine plan, not the model that it was built from' },
  { start: 'vtrt', what: 'it is a TensorRT-RTX engine plan, not the model that it was built from' },
  { start: '????ORTM', what: "it is in ONNX Runtime's own format; use the .onnx file that it was made from" },
  { start: '????TFL3', what: 'it is a TensorFlow Lite model; convert it to ONNX first' },
  { start: '\u0080\u0002', what: 'it is a Python pickle (a PyTorch checkpoint?); export the model to ONNX first' },
  { start: '{', what: 'it is a JSON text' },
];

/** A guess at what `bytes` are instead of an ONNX model, as the end of a sentence; `undefined` where nothing is known. */
export function guessFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart().toLowerCase();
  const matches = (pattern: string): boolean =>
    Array.from(pattern, (char, i) => (char === '?' ? i < start.length : char === start[i])).every(Boolean);
  return formats.find((format) => matches(format.start.toLowerCase()))?.what;
}

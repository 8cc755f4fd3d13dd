/** What a file that is no ONNX model starts with, and what it then most likely is. */
const formats: readonly (readonly [RegExp, string])[] = [
  [/^\s*<(!doctype|html|\?xml)/i, 'it is an HTML or XML page (a failed download?)'],
  [/^version https:\/\/git-lfs/, 'it is a Git LFS pointer; fetch the file itself with `git lfs pull`'],
  [/^PK\x03\x04/, 'it is a zip archive (a PyTorch checkpoint?); export it to ONNX first'],
  [/^\x1f\x8b/, 'it is gzip-compressed; unpack it first'],
  [/^(ptrt|ftrt|vtrt)/, 'it is a TensorRT engine plan, not the model that it was built from'],
  [/^....ORTM/s, "it is in ONNX Runtime's own format; use the .onnx file that it was made from"],
  [/^....TFL3/s, 'it is a TensorFlow Lite model; convert it to ONNX first'],
  [/^\x80[\x02-\x05]/, 'it is a Python pickle (a PyTorch checkpoint?); export it to ONNX first'],
  [/^\s*[[{]/, 'it is a JSON text'],
];

/** A guess at what `bytes` are instead of an ONNX model, as the end of a sentence; `undefined` where nothing is known. */
export function guessFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return formats.find(([pattern]) => pattern.test(start))?.[1];
}

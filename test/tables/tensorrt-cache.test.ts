import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTensorRtCache, parseTable, parseTensorRtCache, serializeTable } from '#lib/tables/index.js';

/** Lines of the kinds that public caches of TensorRT 5 to 10 hold. */
const caches: Record<string, string> = {
  'TensorRT 8, blanks and brackets': [
    'TRT-8502-EntropyCalibration2',
    'x: 4000890a',
    '/conv1/Conv_output_0: 3f9db09c',
    '(Unnamed Layer* 8) [Constant]_output: 39137939',
    '(Unnamed Layer* 9) [Matrix Multiply]_output: 3e74c2e0',
    '',
  ].join('\n'),
  'TensorRT 10, names with colons': [
    'TRT-100300-MinMaxCalibration',
    'images:0: 3c010a14',
    'model/block: 1/add: 3d895e44',
    'StatefulPartitionedCall/model/conv/BiasAdd:0: 3c60dd38',
    '',
  ].join('\n'),
  'numbers as names, in their own order': 'TRT-8601-EntropyCalibration2\n9: 3c010a14\n10: 3c60dd38\n2: 3d895e44\n',
  CRLF: 'TRT-8401-EntropyCalibration2\r\ndata: 3c008912\r\nprob: 3c083ffd\r\n',
  'no newline at the end': 'TRT-7202-EntropyCalibration2\ndata: 3c008912\nprob: 3c083ffd',
  'capitals, short digits, empty lines': 'TRT-8601-EntropyCalibration2\na: 3C010A14\n\nb: 0\nc: 7f\n\n',
  'a version in letters': 'TRT-8ABC-MinMaxCalibration\na: 3c010204\n',
};

describe('calibration caches', () => {
  it.each(Object.entries(caches))('%s: written back byte for byte', (_, text) => {
    const table = parseTable(Buffer.from(text), 'x.cache');
    expect(Object.keys(table.tensors).length).toBeGreaterThan(0);
    expect(Buffer.from(serializeTable(table, 'tensorrt')).toString()).toBe(text);
  });

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('TRT-8601-EntropyCalibration2\ncaf'),
      Buffer.from([0xe9]),
      Buffer.from(': 3c010204\n'),
    ]);
    expect(serializeTable(parseTable(bytes, 'x.cache'), 'tensorrt')).toEqual(bytes);
  });

  it('splits names at the last colon and reads the digits as a float32, most significant first', () => {
    const { version, algorithm, entries } = parseTensorRtCache(caches['TensorRT 10, names with colons']!, 'x.cache');
    expect({ version, algorithm }).toEqual({ version: '100300', algorithm: 'MinMaxCalibration' });
    expect(entries.map(({ name }) => name)).toEqual([
      'images:0',
      'model/block: 1/add',
      'StatefulPartitionedCall/model/conv/BiasAdd:0',
    ]);
    const known = 'TRT-8601-EntropyCalibration2\na: 3c010204\nb: 3f800000\nc: 4000890a\n';
    const [a, b, c] = parseTensorRtCache(known, 'x').entries.map(({ scale }) => scale);
    expect(a).toBe(Math.fround(1 / 127));
    expect(b).toBe(1);
    expect(c).toBeCloseTo(2.00836, 5);
  });

  it('takes scales for scales: amax is 127 of them', () => {
    const { tensors, method } = parseTable(Buffer.from('TRT-8601-EntropyCalibration2\na: 3c010204\n'), 'x');
    expect(method).toBe('EntropyCalibration2');
    expect(tensors['a']).toMatchObject({ scale: Math.fround(1 / 127), zeroPoint: 0 });
    expect(tensors['a']!.amax).toBeCloseTo(1, 6);
    expect(tensors['a']!.min).toBe(-tensors['a']!.max);
  });

  it('gives back any names and any scales', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => text.trim() === text && !/[\r\n\u2028\u2029]/.test(text));
    const scale = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => Math.abs(value));
    const entry = fc.record({ name, scale });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (item) => item.name }), (entries) => {
        const cache = { version: '101600', algorithm: 'EntropyCalibration2', entries };
        expect(parseTensorRtCache(formatTensorRtCache(cache), 'x')).toEqual(cache);
      }),
    );
  });

  it.each([
    ['', /line 1 must be TRT-VERSION-ALGORITHM/],
    ['data: 3c008912\n', /line 1 must be/],
    ['TRT-8601-EntropyCalibration2\ndata 3c008912\n', /line 2: expected/],
    ['TRT-8601-EntropyCalibration2\na: 3c008912\nb: 3c00891200\n', /line 3: expected/],
    ['TRT-8601-EntropyCalibration2\na: 7fc00000\n', /tensor a has the scale NaN/],
    ['TRT-8601-EntropyCalibration2\na: 7f800000\n', /tensor a has the scale Infinity/],
    ['TRT-8601-EntropyCalibration2\na: bf800000\n', /tensor a has the scale -1/],
  ])('refuses %j', (text, message) => {
    expect(() => parseTensorRtCache(text, 'x.cache')).toThrow(message);
    expect(() => parseTensorRtCache(text, 'x.cache')).toThrow(/^x\.cache/);
  });

  it('refuses a tensor with two scales', () => {
    const text = 'TRT-8601-EntropyCalibration2\na: 3c008912\na: 3c008913\n';
    expect(() => parseTable(Buffer.from(text), 'x.cache')).toThrow(/tensor a has two scales/);
  });
});

describe('writing a cache from another table', () => {
  const table = parseTable(Buffer.from(caches['TensorRT 8, blanks and brackets']!), 'x.cache');

  it('changes the header where asked to, and nothing else', () => {
    const text = serializeTable(table, 'tensorrt', { cacheVersion: '101600' });
    expect(text).toBe(caches['TensorRT 8, blanks and brackets']!.replace('8502', '101600'));
  });

  it('writes changed scales, under the header that was there', () => {
    const tensors = { ...table.tensors, x: { ...table.tensors['x']!, scale: 1 } };
    const text = serializeTable({ ...table, tensors }, 'tensorrt');
    expect(text).toBe(caches['TensorRT 8, blanks and brackets']!.replace('4000890a', '3f800000'));
  });

  it('refuses an asymmetric range', () => {
    const tensors = { a: { min: -1, max: 3, amax: 3, scale: 0.015625, zeroPoint: 64 } };
    expect(() => serializeTable({ method: 'minmax', tensors }, 'tensorrt')).toThrow(/tensor a has an asymmetric range/);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asymmetricRange,
  checkTable,
  compareTables,
  parseTable,
  readTable,
  serializeTable,
  symmetricRange,
  symmetricScale,
  tableCoverage,
  tableFormatOf,
  writeTable,
  type CalibrationTable,
} from '#lib/tables/index.js';

const summary = {
  count: 1000n,
  zeros: 10n,
  nans: 0n,
  infinities: 0n,
  min: -1.5,
  max: 2.25,
  amax: 2.25,
  binWidth: 2 ** -12,
  bins: 65536,
};

const table: CalibrationTable = {
  method: 'mse',
  model: { name: 'model.onnx', sha256: 'ab'.repeat(32) },
  data: { hash: 'cd'.repeat(32), samples: 20, preprocessing: { mean: [127] } },
  conditions: { calibrt: '0.1.0', onnxruntime: '1.30.0', instructionSet: 'avx2', threads: 2 },
  tensors: {
    input: symmetricRange(2.1, summary),
    '12': symmetricRange(1 / 3),
    'block: 1': asymmetricRange(-0.5, 6, summary),
  },
  statistics: { input: 'eJwDAAAAAAE=' },
};

describe('ranges', () => {
  it('has the scale that TensorRT would store', () => {
    expect(symmetricRange(127).scale).toBe(1);
    expect(symmetricRange(1).scale).toBe(Math.fround(1 / 127));
    expect(symmetricRange(1)).toMatchObject({ min: -1, max: 1, amax: 1, zeroPoint: 0 });
  });

  it('scales 127 times a scale to that scale', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true }), (scale) => {
        expect(symmetricScale(scale * 127)).toBe(scale);
      }),
    );
  });

  it('represents 0 exactly in an asymmetric range, and its ends within a step', () => {
    // Activations are float32; where their scale is denormal, a step is no longer a 255th.
    const finite = fc.float({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Math.abs(value) < 1e-30 ? 0 : value));
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const range = asymmetricRange(Math.min(a, b), Math.max(a, b));
        expect(range.min).toBeLessThanOrEqual(0);
        expect(range.max).toBeGreaterThanOrEqual(0);
        expect(Number.isInteger(range.zeroPoint)).toBe(true);
        for (const end of [range.min, range.max]) {
          const q = Math.min(255, Math.max(0, Math.round(end / (range.scale || 1)) + range.zeroPoint));
          expect(Math.abs((q - range.zeroPoint) * range.scale - end)).toBeLessThanOrEqual(range.scale * 1.001);
        }
      }),
    );
  });
});

describe("calibrt's own table", () => {
  it('comes back as it was, every number to the last bit', () => {
    expect(parseTable(Buffer.from(serializeTable(table, 'calibrt')), 't.json')).toEqual(table);
  });

  it('does not say null for what is not finite', () => {
    const tensors = { a: { ...symmetricRange(1), max: Infinity } };
    expect(() => serializeTable({ method: 'minmax', tensors }, 'calibrt')).toThrow(/tensor a has max Infinity/);
  });

  it.each([
    ['{', /t\.json is no JSON/],
    ['[]', /t\.json is none of/],
    ['{}', /\.format must be "calibrt-calibration-table", found nothing/],
    ['{"format":"calibrt-calibration-table","version":2}', /\.version must be 1/],
    ['{"format":"calibrt-calibration-table","version":1,"tensors":{}}', /\.method must be a string/],
    [
      '{"format":"calibrt-calibration-table","version":1,"method":"m","tensors":{"a":{"min":"x"}}}',
      /\.tensors\.a\.min must be a finite/,
    ],
    [
      '{"format":"calibrt-calibration-table","version":1,"method":"m","tensors":{"a":{"min":0,"max":1,"amax":1,"scale":0.1,"zeroPoint":0}}}',
      /\.tensors\.a\.scale must be a float32/,
    ],
  ])('refuses %s', (text, message) => {
    expect(() => parseTable(Buffer.from(text), 't.json')).toThrow(message);
  });

  it('holds tensors with the names of object members', () => {
    const odd = {
      method: 'mse',
      tensors: Object.fromEntries([
        ['__proto__', symmetricRange(1)],
        ['toString', symmetricRange(2)],
      ]),
    };
    const back = parseTable(Buffer.from(serializeTable(odd, 'calibrt')), 't.json');
    expect(Object.keys(back.tensors)).toEqual(['__proto__', 'toString']);
    expect(tableCoverage({ method: 'mse', tensors: {} }, ['toString']).missing).toEqual(['toString']);
  });
});

describe('tpu-mlir tables', () => {
  // The example of tpu-mlir's manual.
  const example = [
    '# generated time: 2022-08-11 10:00:59.743675',
    '# histogram number: 2048',
    '# sample number: 100',
    '# tune number: 5',
    '###',
    '# op_name    threshold    min    max',
    'images 1.0000080 0.0000000 1.0000080',
    '122_Conv 56.4281803 -102.5830231 97.6811752',
    '124_Mul 38.1586478 -0.2784646 97.6811752',
    '',
  ].join('\n');

  it('reads thresholds as symmetric ranges, min and max as what was observed', () => {
    const { tensors } = parseTable(Buffer.from(example), 'cali_table');
    expect(tensors['122_Conv']).toEqual({
      min: -56.4281803,
      max: 56.4281803,
      amax: 56.4281803,
      scale: Math.fround(56.4281803 / 127),
      zeroPoint: 0,
      observed: { min: -102.5830231, max: 97.6811752 },
    });
  });

  it('writes an unchanged table back byte for byte', () => {
    const back = serializeTable(parseTable(Buffer.from(example), 'cali_table'), 'tpu-mlir');
    expect(Buffer.from(back).toString()).toBe(example);
  });

  it('gives every threshold back to the float32 bit, in seven decimals where these suffice', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true }), (amax) => {
        const text = serializeTable({ method: 'mse', tensors: { a: symmetricRange(amax) } }, 'tpu-mlir');
        expect(Math.fround(parseTable(Buffer.from(text), 't').tensors['a']!.amax)).toBe(amax);
        expect(text).not.toContain('+');
      }),
    );
    const text = serializeTable({ method: 'mse', tensors: { a: symmetricRange(1.5, summary) } }, 'tpu-mlir');
    expect(text).toContain('\na 1.5000000 -1.5000000 2.2500000\n');
  });

  it('leaves the INT4 part alone and refuses FP8', () => {
    const { tensors } = parseTable(Buffer.from(`${example}\n#int4_th\n122_Conv 40.0 -1 1\n`), 't');
    expect(tensors['122_Conv']!.amax).toBe(56.4281803);
    expect(() => parseTable(Buffer.from(`#tpu-mlir-fp8 caliration table\na 1 -1 1\n`), 't')).toThrow(/FP8/);
  });

  it.each([
    ['# op_name threshold min max\na 1 -1\n', /t, line 2: expected/],
    ['# op_name threshold min max\na one -1 1\n', /t, line 2: expected/],
    ['# op_name threshold min max\na nan -1 1\n', /t, line 2: expected/],
  ])('refuses %j', (text, message) => {
    expect(() => parseTable(Buffer.from(text), 't')).toThrow(message);
  });

  it.each(['# Guide\n\nSome text.\n', '# a\n# b\n', '#!/bin/sh\n', '# Guide\n\n# op_name threshold min max\n'])(
    'are told from other texts that begin with a hash: %j',
    (text) => {
      expect(() => parseTable(Buffer.from(text), 'README.md')).toThrow(/README\.md is none of: calibrt calibration/);
    },
  );

  it('refuses names with blanks', () => {
    expect(() => serializeTable(table, 'tpu-mlir')).toThrow(/"block: 1" has blanks/);
  });
});

describe('fit', () => {
  it('refuses a table of another model, and says of which', () => {
    expect(() => checkTable(table, { modelSha256: 'ef'.repeat(32) }, 't.json')).toThrow(
      /t\.json was made for model\.onnx .*abababababab/,
    );
    expect(() => checkTable(table, { modelSha256: 'ab'.repeat(32) }, 't.json')).not.toThrow();
  });

  it('names the tensors without a range', () => {
    const needs = { tensors: ['input', 'a', 'b', 'c', 'd'] };
    expect(() => checkTable(table, needs)).toThrow(/no range for 4 of 5 tensors \(a, b, c, …\)/);
    expect(tableCoverage(table, needs.tensors)).toEqual({
      matched: ['input'],
      missing: ['a', 'b', 'c', 'd'],
      unused: ['12', 'block: 1'],
    });
  });

  it('takes a table that does not say of which model it is', () => {
    expect(() =>
      checkTable({ method: 'x', tensors: table.tensors }, { modelSha256: 'x', tensors: ['12'] }),
    ).not.toThrow();
  });
});

describe('comparison', () => {
  it('puts the greatest difference first, in either direction', () => {
    const ranges = (values: Record<string, number>): CalibrationTable => ({
      method: 'mse',
      tensors: Object.fromEntries(Object.entries(values).map(([name, amax]) => [name, symmetricRange(amax)])),
    });
    const result = compareTables(ranges({ a: 1, b: 1, c: 4, d: 1, z: 0 }), ranges({ a: 2, b: 1, c: 1, e: 1, z: 0 }));
    expect(result.differences.map(({ tensor, ratio }) => [tensor, ratio])).toEqual([
      ['c', 0.25],
      ['a', 2],
      ['b', 1],
      ['z', 1],
    ]);
    expect(result).toMatchObject({ equal: 2, onlyInFirst: ['d'], onlyInSecond: ['e'] });
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-tables-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('takes the format from the suffix, and tells it by the content', async () => {
    const plain = { method: 'mse', tensors: { a: symmetricRange(1) } };
    for (const [name, start] of [
      ['t.json', '{'],
      ['t.cache', 'TRT-101600-EntropyCalibration2\na: 3c010204\n'],
      ['t.txt', '# written by calibrt'],
    ] as const) {
      await writeTable(join(folder, name), plain);
      expect((await readFile(join(folder, name), 'utf8')).startsWith(start)).toBe(true);
      await writeFile(join(folder, 'unnamed'), await readFile(join(folder, name)));
      expect((await readTable(join(folder, 'unnamed'))).tensors['a']!.scale).toBe(Math.fround(1 / 127));
    }
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('refuses unknown suffixes and missing files', async () => {
    expect(() => tableFormatOf('t.xml')).toThrow(/t\.xml: a table's name ends in \.json/);
    await expect(readTable(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'ERR_TABLE_INVALID',
      message: expect.stringContaining('none.json does not exist') as string,
    });
    await expect(writeTable(join(folder, 'no/t.json'), table)).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
  });
});

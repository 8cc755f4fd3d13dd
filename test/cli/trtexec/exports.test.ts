import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validInspectorJson } from '#lib/bench/layers/valid-json.js';
import type { InferenceTrace } from '#lib/bench/trace.js';
import { outputJson } from '#lib/cli/trtexec/exports/output.js';
import { profileJson } from '#lib/cli/trtexec/exports/profile.js';
import { rawFileName } from '#lib/cli/trtexec/exports/raw-bindings.js';
import { timesJson } from '#lib/cli/trtexec/exports/times.js';
import type { Tensor } from '#lib/data/index.js';
import { planBytes, scriptedTrace } from './backend-double.js';
import { runDouble } from './run-double.js';

/** JSON.parse takes what is JSON and nothing else. */
const parse = (text: string): unknown => JSON.parse(text);

type Rows = Readonly<Record<string, unknown>>[];

const awkward = ['"', 'say "hi"', '\\', 'C:\\new\\', 'a\u0000b\u001ec\n\t\r', '\ud800', '__proto__', 'ü "\\" \u007f'];
const names = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'binary', maxLength: 20 }));

describe('--exportTimes', () => {
  const columns = Object.keys(scriptedTrace(1)).filter((name) => /(Start|End)$/.test(name));

  it('has null where a time is no number', () => {
    const trace = scriptedTrace(3);
    trace.computeEnd[1] = NaN;
    trace.d2hEnd[2] = Infinity;
    trace.h2dStart[2] = -Infinity;
    const [first, second, third] = parse(timesJson(trace)) as Rows;
    expect(Object.values(first!).every(Number.isFinite)).toBe(true);
    expect(second).toMatchObject({ startComputeMs: 202.3, endComputeMs: null, computeMs: null, latencyMs: null });
    expect(second).toMatchObject({ h2dMs: expect.closeTo(0.2, 3) as number });
    expect(third).toMatchObject({ startH2dMs: null, h2dMs: null, endD2hMs: null, d2hMs: null, latencyMs: null });
  });

  it('is valid JSON with twelve times a query, whatever they are', () => {
    const times = fc.array(fc.float(), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 4 }), (queries) => {
        const filled = columns.map((name, column) => [name, Float32Array.from(queries, (query) => query[column]!)]);
        const trace = { ...scriptedTrace(queries.length), ...Object.fromEntries(filled) } as InferenceTrace;
        const parsed = parse(timesJson(trace)) as Rows;
        expect(parsed).toHaveLength(queries.length);
        parsed.forEach((query, index) => {
          expect(Object.keys(query)).toHaveLength(12);
          expect(query['startEnqMs'] === null).toBe(!Number.isFinite(trace.enqueueStart[index]));
        });
      }),
    );
  });
});

describe('--exportProfile', () => {
  it('is valid JSON whatever layers are called and take', () => {
    fc.assert(
      fc.property(names, fc.double(), (name, timeMs) => {
        const layer = { name, timeMs, averageMs: NaN, medianMs: Infinity, percentage: -Infinity };
        const [count, parsed] = parse(profileJson([layer], 3)) as Rows;
        expect(count).toEqual({ count: 3 });
        expect(parsed).toMatchObject({ name, averageMs: null, medianMs: null, percentage: null });
        expect(parsed!['timeMs'] === null).toBe(!Number.isFinite(timeMs));
      }),
    );
  });
});

describe('--exportOutput', () => {
  const values = (tensor: Omit<Tensor, 'shape'>): unknown =>
    (parse(outputJson({ x: { ...tensor, shape: [tensor.data.length] } })) as Rows)[0]!['values'];

  it('is valid JSON whatever outputs are called and hold', () => {
    fc.assert(
      fc.property(names, fc.array(fc.float(), { maxLength: 5 }), (name, numbers) => {
        const tensor = { dtype: 'float32', shape: [numbers.length], data: Float32Array.from(numbers) } as const;
        const [output] = parse(outputJson(Object.fromEntries([[name, tensor]]))) as {
          name: string;
          values: unknown[];
        }[];
        expect(output!.name).toBe(name);
        expect(output!.values.map((value) => value === null)).toEqual(numbers.map((value) => !Number.isFinite(value)));
      }),
    );
  });

  it('has null for what is no number, in every float type', () => {
    const expected = [1, null, null, null];
    expect(values({ dtype: 'float32', data: Float32Array.of(1, NaN, Infinity, -Infinity) })).toEqual(expected);
    expect(values({ dtype: 'float64', data: Float64Array.of(1, NaN, Infinity, -Infinity) })).toEqual(expected);
    expect(values({ dtype: 'float16', data: Uint16Array.of(0x3c00, 0x7e00, 0x7c00, 0xfc00) })).toEqual(expected);
    expect(values({ dtype: 'bfloat16', data: Uint16Array.of(0x3f80, 0x7fc0, 0x7f80, 0xff80) })).toEqual(expected);
  });

  it('has all digits of integers', () => {
    expect(values({ dtype: 'int32', data: Int32Array.of(123456789, -2147483648) })).toEqual([123456789, -2147483648]);
    expect(values({ dtype: 'bool', data: Uint8Array.of(0, 1) })).toEqual([0, 1]);
    const data = BigInt64Array.of(9007199254740993n);
    expect(outputJson({ x: { dtype: 'int64', shape: [1], data } })).toContain('[ 9007199254740993 ]');
  });

  it('is valid JSON without outputs, and without values', () => {
    expect(parse(outputJson({}))).toEqual([]);
    expect(values({ dtype: 'float32', data: new Float32Array() })).toEqual([]);
  });
});

describe('--exportLayerInfo', () => {
  it('keeps what is valid JSON byte for byte', () => {
    const valid = '{ "Layers": ["a\\"b", "c\\\\", "nan, -inf", "\\u001e"],\n\t"Bindings" : [ ] }\r\n';
    expect(validInspectorJson(valid)).toBe(valid);
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(validInspectorJson(text)).toBe(text);
      }),
    );
  });

  it('is JSON whatever the inspector gives', () => {
    const pieces = fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'nan', '-inf', ' ', '1', '\u001e', 'Name');
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((each) => each.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(() => parse(validInspectorJson(text))).not.toThrow();
      }),
    );
  });

  it.each(['nan', '-nan', 'NaN', 'nan(ind)', '-nan(0x8000000)', 'inf', '-inf', '+inf', 'Infinity', '-Infinity', 'INF'])(
    'has null for a bare %s',
    (word) => {
      const text = `{"Layers": [{"Alpha": ${word},"Beta":[${word}, ${word}], "Name": "of ${word}, : ${word}"}]}`;
      expect(parse(validInspectorJson(text))).toEqual({
        Layers: [{ Alpha: null, Beta: [null, null], Name: `of ${word}, : ${word}` }],
      });
    },
  );

  it('escapes what the inspector does not', () => {
    const info = (name: string): unknown =>
      parse(validInspectorJson(`{"Layers": [{"Name": "${name}", "Kernel": [1]}]}`));
    for (const [raw, name = raw] of [
      ['a\u001eb\u001fc\n'],
      ['the "big" conv'],
      ['"'],
      ['block\\d+', 'block\\d+'],
      ['\\u00g0'],
      // Escaped already, as far as anyone can tell.
      ['a\\\\b \\"c\\"', 'a\\b "c"'],
    ]) {
      expect(info(raw!)).toEqual({ Layers: [{ Name: name, Kernel: [1] }] });
    }
  });

  it('gives back the names that were written without any escape', () => {
    // A quote before a comma, a colon or a bracket cannot be told from one that ends a string, nor a backslash from an escape.
    const written = fc.string({ unit: 'binary' }).filter((name) => !/"\s*(?:[,:\]}]|$)|\\/.test(name));
    const layers = fc.array(fc.record({ Name: written, LayerType: written }), { minLength: 1 });
    fc.assert(
      fc.property(layers, (list) => {
        const text = list.map((each) => `{"Name": "${each.Name}","LayerType": "${each.LayerType}","Gamma": nan}`);
        expect(parse(validInspectorJson(`{"Layers": [${text.join(',\n')}]}`))).toEqual({
          Layers: list.map((each) => ({ ...each, Gamma: null })),
        });
      }),
    );
  });

  it('has text that is no JSON at all as one string', () => {
    for (const text of ['', '{"Layers": [', '"', 'no layers', '{"Layers": ["a"]} and more']) {
      expect(parse(validInspectorJson(text))).toBe(text);
    }
  });
});

describe('the command', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-exports-'));
    await writeFile(join(folder, 'model.plan'), planBytes('10'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    [
      'with numbers that are none',
      '{"Layers": [{"Name": "a","Alpha": -nan}],\n"Bindings": []}',
      'Name: a, Alpha: null',
    ],
    ['cut short', '{"Layers": [{"Name": "a', 'gives no JSON'],
    ['without layers', 'null', 'Layers:'],
    ['whose layers are none', '{"Layers": 1}', '{"Layers": 1}'],
  ])('exports and prints layers %s', async (_, inspector, said) => {
    const file = join(folder, 'layers.json');
    const argv = [`--loadEngine=${join(folder, 'model.plan')}`, '--shapes=input:2x1x32x32', '--skipInference'];
    const run = await runDouble([...argv, '--dumpLayerInfo', `--exportLayerInfo=${file}`], { inspector });
    expect([run.status, run.log]).toEqual([0, expect.stringContaining(said) as string]);
    expect(() => parse(validInspectorJson(inspector))).not.toThrow();
    expect(await readFile(file, 'utf8')).toBe(validInspectorJson(inspector));
  });
});

describe('--dumpRawBindingsToFile', () => {
  it('gives names that a file may have', () => {
    const tensor = { dtype: 'float32', shape: [1, 3], data: new Float32Array(3) } as const;
    expect(rawFileName('a/b:c', 'input', tensor)).toBe('a_b_c.input.1.3.fp32.raw');
    expect(rawFileName('x'.repeat(300), 'output', tensor)).toHaveLength(150);
  });
});

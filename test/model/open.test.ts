import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CalibrtError } from '#lib/errors.js';
import { openModel, parseModel } from '#lib/model/index.js';
import { fixture, openFixture } from './helpers.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'calibrt-open-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function failure(path: string): Promise<CalibrtError> {
  const error: unknown = await openModel(path).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(CalibrtError);
  return error as CalibrtError;
}

const good = readFileSync(fixture('files/unknown-fields.onnx'));

describe('what is no model', () => {
  it('a missing file', async () => {
    const error = await failure(join(folder, 'missing.onnx'));
    expect(error.code).toBe('ERR_MODEL_NOT_FOUND');
    expect(error.message).toContain('missing.onnx does not exist');
  });

  it.each([
    ['empty.onnx', '', 'the file is empty'],
    ['page.onnx', '<!DOCTYPE html><html></html>', 'an HTML page'],
    ['pointer.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'Git LFS pointer'],
    ['checkpoint.onnx', 'PK\u0003\u0004rest', 'a zip archive'],
    ['plan.onnx', 'ptrt....', 'engine plan'],
    ['table.onnx', '{"a": 1}', 'a JSON text'],
    ['letters.onnx', 'just some text that is no model', 'no protobuf message'],
    ['half.onnx', good.subarray(0, good.length / 2), 'end too early'],
    ['head.onnx', good.subarray(0, 2), 'it holds no graph'],
  ])('%s', async (name, content, what) => {
    const error = await failure(file(name, content));
    expect(error.code).toBe('ERR_MODEL_INVALID');
    expect(error.message).toContain(join(folder, name));
    expect(error.message).toContain(what);
    expect(error.message).toContain('Expected a complete .onnx file');
  });

  it('a folder', async () => {
    const error = await failure(folder);
    expect(error.code).toBe('ERR_MODEL_INVALID');
    expect(error.message).toContain('it is a folder');
  });

  it('a model cut off anywhere, or with bytes changed, opens or is refused with one error', () => {
    const attempt = (bytes: Uint8Array): void => {
      try {
        parseModel('model.onnx', bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CalibrtError);
        expect((error as CalibrtError).code).toMatch(/^ERR_MODEL_(INVALID|UNSUPPORTED)$/);
        expect((error as CalibrtError).message).not.toMatch(/wire type|out of range|\n/);
      }
    };
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        attempt(cut ? bytes.subarray(0, at) : bytes);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        attempt(bytes);
      }),
    );
  });
});

describe('what is no valid graph', () => {
  const changed = (from: string, to: string): Uint8Array => {
    expect(to).toHaveLength(from.length);
    return Buffer.from(good.toString('latin1').replace(from, to), 'latin1');
  };

  it.each([
    [
      'reads a tensor that nothing makes',
      '\n\u0001x\n\u0001w\n\u0001b',
      '\n\u0001x\n\u0001w\n\u0001q',
      'reads "q", which nothing makes',
    ],
    [
      'an output that nothing makes',
      '\u0012\u0001y\u001a\u0004last',
      '\u0012\u0001z\u001a\u0004last',
      'nothing makes the graph output "y"',
    ],
  ])('%s', (_, from, to, what) => {
    expect(() => parseModel('model.onnx', changed(from, to))).toThrow(what);
  });

  it('weights of the wrong length', () => {
    // dims of w: 4, 3, 3, 3
    const wrong = changed(
      '\u0008\u0004\u0008\u0003\u0008\u0003\u0008\u0003',
      '\u0008\u0005\u0008\u0003\u0008\u0003\u0008\u0003',
    );
    expect(() => parseModel('model.onnx', wrong)).toThrow(
      'tensor "w" of type float32 and shape [5, 3, 3, 3] holds 432 bytes instead of 540',
    );
  });
});

describe('an opened model', () => {
  it('tells what it is', async () => {
    const model = await openFixture('files/unknown-fields.onnx');
    expect(model.opset).toBe(22);
    expect(model.irVersion).toBe(10);
    expect(model.producer).toBe('fixture');
    expect(model.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual([
      { name: 'x', dtype: 'float32', shape: ['n', 3, 8, 8] },
    ]);
    expect(model.nodes.map((node) => node.opType)).toEqual(['Conv', 'Relu', 'Conv']);
    expect(model.nodes[0]?.ints('kernel_shape')).toEqual([3, 3]);
    expect(model.graph.producer('r')?.name).toBe('Relu_1');
    expect(model.graph.consumers('r').map((node) => node.name)).toEqual(['last']);
  });

  it('hashes as its file does', async () => {
    const model = await openFixture('files/unknown-fields.onnx');
    expect(await model.sha256()).toBe(createHash('sha256').update(good).digest('hex'));
    model.irVersion = 9;
    expect(await model.clone().sha256()).toBe(await model.sha256());
  });

  it('counts weights that are listed as inputs as no inputs', async () => {
    const model = await openFixture('clean/conv-bn-ir3.onnx');
    expect(model.inputs.map((input) => input.name)).toEqual(['x']);
    expect(model.graph.inputs.length).toBeGreaterThan(1);
  });

  it('gives up when it is told to', async () => {
    const error: unknown = await openModel(fixture('files/unknown-fields.onnx'), { signal: AbortSignal.abort() }).catch(
      (cause: unknown) => cause,
    );
    expect((error as CalibrtError).code).toBe('ERR_ABORTED');
  });
});

describe('constants', () => {
  it.each([
    ['float', [1.5, -2.25, Math.fround(3e-8)]],
    ['double', [1.5, -2.25, 1e300]],
    ['int8', [-128, 127, -1]],
    ['uint8', [0, 255, 7]],
    ['int16', [-32768, 32767, -1]],
    ['uint16', [0, 65535, 7]],
    ['int32', [-(2 ** 31), 2 ** 31 - 1, -1]],
    ['uint32', [0, 2 ** 32 - 1, 7]],
    ['int64', [-(2n ** 63n), 2n ** 63n - 1n, -1n]],
    ['uint64', [0n, 2n ** 64n - 1n, 7n]],
    ['bool', [0, 1, 1]],
    ['half', [0x3e00, 0xc080, 0x7bff]],
    ['raw', [1.5, -2.5]],
    ['empty', []],
  ])('%s values are read from typed fields as from raw bytes', async (name, values) => {
    const model = await openFixture('files/typed-values.onnx');
    const { data } = await model.initializers.get(name)!.read();
    expect(Array.from(data as ArrayLike<number | bigint>)).toEqual(values);
  });

  it('strings are refused', async () => {
    const model = await openFixture('files/typed-values.onnx');
    await expect(model.initializers.get('text')!.read()).rejects.toMatchObject({ code: 'ERR_MODEL_UNSUPPORTED' });
  });
});

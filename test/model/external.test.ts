import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModel } from '#lib/model/index.js';
import { saveModel } from '#lib/model/save.js';
import { fixture, ort, randomFeeds, relativeError, type Outputs } from './helpers.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'calibrt-external-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a model file, as external data is found beside the file. */
async function runFile(path: string): Promise<Outputs> {
  const feeds = randomFeeds(await openModel(path));
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
  return (await session.run(feeds)) as unknown as Outputs;
}

describe('external data', () => {
  it('is read by position, when asked for', async () => {
    const model = await openModel(fixture('external/beside.onnx'));
    const weights = model.initializers.get('w')!;
    expect(weights.external).toEqual({ file: 'weights.bin', offset: 64, length: 540 });
    const file = readFileSync(fixture('external/weights.bin'));
    const { data } = await weights.read();
    expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(file.subarray(64, 604))).toBe(true);
  });

  it.each([
    ['missing', 'nowhere.bin'],
    ['outside', "outside the model's folder"],
    ['absolute', "outside the model's folder"],
    ['short', 'holds 620 bytes, but tensor "w" needs 668'],
  ])('%s: is refused when the model is opened', async (name, what) => {
    const error = openModel(fixture(`external/${name}.onnx`));
    await expect(error).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
    await expect(error).rejects.toThrow(what);
  });

  it('is part of the hash', async () => {
    cpSync(fixture('external'), folder, { recursive: true });
    const path = join(folder, 'beside.onnx');
    const before = await (await openModel(path)).sha256();
    const changed = readFileSync(join(folder, 'weights.bin'));
    changed[100]! ^= 1;
    rmSync(join(folder, 'weights.bin'));
    cpSync(fixture('external/sub/weights.bin'), join(folder, 'weights.bin'));
    expect(await (await openModel(path)).sha256()).toBe(before);
    writeFileSync(join(folder, 'weights.bin'), changed);
    expect(await (await openModel(path)).sha256()).not.toBe(before);
  });

  it.each(['beside', 'below'])('%s: goes along to another folder', async (name) => {
    const model = await openModel(fixture(`external/${name}.onnx`));
    const path = join(folder, 'copy.onnx');
    await model.save(path);
    expect(readdirSync(folder).sort()).toEqual(['copy.onnx', 'copy.onnx.data']);
    const copy = await openModel(path);
    expect(copy.initializers.get('w')?.external?.file).toBe('copy.onnx.data');
    expect(relativeError(await runFile(fixture(`external/${name}.onnx`)), await runFile(path))).toBe(0);
  });

  it('stays where it is for a model saved beside it', async () => {
    cpSync(fixture('external'), folder, { recursive: true });
    const model = await openModel(join(folder, 'below.onnx'));
    const expected = await runFile(model.path);
    const path = join(folder, 'other.onnx');
    await model.save(path);
    expect(existsSync(`${path}.data`)).toBe(false);
    expect(readFileSync(path).equals(readFileSync(model.path))).toBe(true);
    expect(relativeError(expected, await runFile(path))).toBe(0);
  });

  it('takes the weights that do not fit into the model file', async () => {
    const model = await openModel(fixture('files/unknown-fields.onnx'));
    const expected = await runFile(model.path);
    const path = join(folder, 'large.onnx');
    await saveModel(model, path, {}, { limit: 1000, smallest: 100 });
    const saved = await openModel(path);
    const external = [...saved.initializers.values()].filter((tensor) => tensor.external);
    expect(external.map((tensor) => tensor.name)).toEqual(['w', 'w2']);
    for (const { external: location } of external) expect(location!.offset % 16).toBe(0);
    expect(readFileSync(path).includes('kept 1')).toBe(true);
    expect(relativeError(expected, await runFile(path))).toBe(0);
  });

  it('is never overwritten while the model still reads from it', async () => {
    const model = await openModel(fixture('external/beside.onnx'));
    const path = join(folder, 'm.onnx');
    await model.save(path);
    const again = await openModel(path);
    await saveModel(again, path, {}, { limit: 0, smallest: 1 });
    expect(readdirSync(folder).sort()).toEqual(['m.onnx', 'm.onnx.1.data', 'm.onnx.data']);
    const files = [...(await openModel(path)).initializers.values()].map((tensor) => tensor.external?.file);
    expect(files).toEqual(['m.onnx.data', 'm.onnx.1.data']);
    expect(relativeError(await runFile(fixture('external/beside.onnx')), await runFile(path))).toBe(0);
  });

  it('is linked for temporary copies', async () => {
    cpSync(fixture('external'), join(folder, 'from'), { recursive: true });
    mkdirSync(join(folder, 'to'));
    const model = await openModel(join(folder, 'from', 'below.onnx'));
    const path = join(folder, 'to', 'm.onnx');
    await model.save(path, { temporary: true });
    expect(readdirSync(dirname(path)).sort()).toEqual(['m.onnx', 'm.onnx.link0']);
    expect(statSync(`${path}.link0`).ino).toBe(statSync(join(folder, 'from', 'sub', 'weights.bin')).ino);
    expect(relativeError(await runFile(model.path), await runFile(path))).toBe(0);
  });

  it('leaves nothing behind where the output folder does not exist', async () => {
    const model = await openModel(fixture('external/beside.onnx'));
    const path = join(folder, 'no', 'such', 'm.onnx');
    await expect(model.save(path)).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    expect(existsSync(dirname(path))).toBe(false);
    mkdirSync(dirname(path), { recursive: true });
    await model.save(path);
    expect(relativeError(await runFile(fixture('external/beside.onnx')), await runFile(path))).toBe(0);
  });
});

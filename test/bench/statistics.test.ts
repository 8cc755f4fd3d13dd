import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricStatistics, percentileIndex } from '#lib/bench/statistics.js';
import { randomBelow, seededRandom, type RandomSource } from '#lib/data/random.js';

const TRACES = 10_000;

describe('statistics of a trace', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-statistics-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it(`are the reference's to the last bit on ${TRACES} random traces`, () => {
    const program = join(folder, 'reference');
    const source = fileURLToPath(new URL('reference-statistics.cpp', import.meta.url));
    execFileSync(process.env['CXX'] ?? 'c++', ['-std=c++20', '-O1', '-ffp-contract=off', source, '-o', program]);
    const random = seededRandom(6);
    const traces = Array.from({ length: TRACES }, (_, index) => randomTrace(random, index));
    const input = Buffer.concat(
      traces.flatMap((trace) => [new Uint8Array(Uint32Array.of(trace.length).buffer), bytes(trace)]),
    );
    const { status, stdout } = spawnSync(program, { input, maxBuffer: 1 << 24 });
    expect(status).toBe(0);
    const expected = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
    expect(expected.length).toBe(TRACES * 8);
    const actual = traces.flatMap((trace) => {
      const { min, max, mean, median, percentiles, cvPercent } = metricStatistics(trace, [90, 95, 99]);
      return [min, max, mean, median, ...percentiles, cvPercent];
    });
    expect(actual.findIndex((value, index) => !Object.is(value, expected[index]))).toBe(-1);
  });

  it('take the percentile by a rank in float32', () => {
    expect([percentileIndex(99, 100), percentileIndex(90, 1000), percentileIndex(99, 1000)]).toEqual([99, 899, 990]);
    expect([percentileIndex(0, 10), percentileIndex(100, 10), percentileIndex(50, 1)]).toEqual([0, 9, 0]);
  });

  it('leave the values as they were', () => {
    const values = Float32Array.of(3, 1, 2);
    expect(metricStatistics(values).median).toBe(2);
    expect([...values]).toEqual([3, 1, 2]);
  });

  it('have no coefficient of variation about a mean of zero', () => {
    expect(metricStatistics(new Float32Array(4)).cvPercent).toBe(Infinity);
  });
});

/** Lengths from 1 to 400, among them every one up to 100 many times; times of some scale with a long tail, and ties. */
function randomTrace(random: RandomSource, index: number): Float32Array {
  const length = index % 2 === 0 ? 1 + (index % 100) : 1 + randomBelow(random, 400);
  const scale = 10 ** ((random() / 2 ** 32) * 6 - 3);
  const steps = index % 3 === 0 ? 8 : 2 ** 24;
  return Float32Array.from({ length }, () => scale * (1 + Math.ceil((random() / 2 ** 32) ** 8 * steps) / steps));
}

function bytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

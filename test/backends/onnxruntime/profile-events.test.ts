import { describe, expect, it } from 'vitest';
import { parseProfile } from '#lib/backends/onnxruntime/profile-events.js';

const kernel = (name: string, dur: number, index = '0'): object => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  dur,
  args: {
    op_name: 'Conv',
    node_index: index,
    input_type_shape: [{ float: [1] }, { int8: [1] }],
    output_type_shape: [],
  },
});
const run = { cat: 'Session', name: 'model_run', dur: 9 };
const fence = { cat: 'Node', name: 'a_fence_before', dur: 5, args: { op_name: 'Conv' } };

describe("ONNX Runtime's profile", () => {
  it('gives the time of each kernel in each run that counts', () => {
    const events = [{ cat: 'Session', name: 'session_initialization', dur: 1 }];
    const runs = [1000, 2000, 4000].flatMap((dur) => [fence, kernel('a', dur), kernel('b', 500, '1'), run]);
    const [a, b, ...others] = parseProfile(JSON.stringify([...events, ...runs]), 1, 2);
    expect(others).toEqual([]);
    expect(a).toMatchObject({ name: 'a', operator: 'Conv', inputs: ['float', 'int8'], outputs: [] });
    expect([...a!.times]).toEqual([2, 4]);
    expect([...b!.times]).toEqual([0.5, 0.5]);
  });

  it('sums up a kernel that ran twice in a run, and leaves out what came after the last', () => {
    const events = [kernel('a', 1000), kernel('a', 1000), run, kernel('a', 9000), run];
    expect([...parseProfile(JSON.stringify(events), 0, 1)[0]!.times]).toEqual([2]);
  });

  it('is refused where it is no JSON, or has too few runs', () => {
    expect(() => parseProfile('[', 0, 1)).toThrow('is no JSON');
    expect(() => parseProfile(JSON.stringify([run]), 1, 2)).toThrow('1 of 3 runs');
  });
});

import { describe, expect, it } from 'vitest';
import { explainPlacement, placeQdq, type PlacementOptions } from '#lib/model/index.js';
import { nodePattern } from '#lib/model/placement/patterns.js';
import { build } from '../build.js';

const model = build(
  [
    ['Conv', 'x w', '/stem/conv'],
    ['Relu', '/stem/conv', '/stem/relu'],
    ['Conv', '/stem/relu w', '/body/0/conv'],
    ['Conv', '/body/0/conv w', '/body/1/conv'],
    ['Sigmoid', '/body/1/conv', 'head'],
    ['Conv', 'head w', 'y'],
  ],
  { inputs: { x: ['n', 4, 8, 8] }, outputs: ['y'], constants: { w: [4, 4, 1, 1] } },
);

const quantized = (options: Partial<PlacementOptions>): string[] =>
  placeQdq(model, { form: 'tensorrt', ...options })
    .nodes.filter((node) => node.quantized)
    .map((node) => node.node);

describe('what is to be quantized', () => {
  it.each<[string, Partial<PlacementOptions>, string[]]>([
    ['everything', {}, ['/stem/conv', '/body/0/conv', '/body/1/conv', 'y']],
    ['by glob', { include: ['/body/*'] }, ['/body/0/conv', '/body/1/conv']],
    ['by name', { exclude: ['/body/0/conv', 'y'] }, ['/stem/conv', '/body/1/conv']],
    ['by expression', { exclude: ['/BODY.[0-9]/i'] }, ['/stem/conv', 'y']],
    ['both ways', { include: ['/body/*'], exclude: ['*1*'] }, ['/body/0/conv']],
    ['by operator', { opTypes: ['Gemm'] }, []],
    ['from a tensor', { inputs: ['/stem/relu'] }, ['/body/0/conv', '/body/1/conv', 'y']],
    ['to a tensor', { outputs: ['/body/1/conv'] }, ['/stem/conv', '/body/0/conv', '/body/1/conv']],
    ['between tensors', { inputs: ['/body/0/conv'], outputs: ['head'] }, ['/body/1/conv']],
  ])('%s', (_, options, expected) => {
    expect(quantized(options)).toEqual(expected);
  });

  it('says which pattern matches nothing', () => {
    const { warnings } = placeQdq(model, {
      form: 'tensorrt',
      exclude: ['stem', '/nowhere/'],
      opTypes: ['Conv', 'Cnov'],
    });
    expect(warnings).toEqual([
      'the exclude pattern "stem" matches no node',
      'the exclude pattern "/nowhere/" matches no node',
      'the model has no operator Cnov',
    ]);
  });

  it('refuses what is not there', () => {
    expect(() => quantized({ outputs: ['nowhere'] })).toThrow('the model has no tensor "nowhere"');
    expect(() => quantized({ include: ['/(/'] })).toThrow('no valid regular expression');
  });

  it('explains every node', () => {
    const rows = explainPlacement(placeQdq(model, { form: 'tensorrt', exclude: ['y'] }));
    expect(rows.map((row) => row.node)).toEqual(model.nodes.map((node) => node.name));
    expect(rows[0]).toMatchObject({
      quantized: true,
      rule: 'weighted',
      activations: ['x'],
      weights: ['w (4 scales, axis 0)'],
    });
    expect(rows[5]).toMatchObject({ quantized: false, rule: 'excluded', activations: [], weights: [] });
    for (const { reason } of rows) expect(reason).toMatch(/^[A-Z].*\.$/);
  });
});

describe('patterns', () => {
  it.each([
    ['conv1', 'conv1', true],
    ['conv1', 'conv10', false],
    ['conv*', 'conv10', true],
    ['/layer*/conv', '/layer1/0/conv', true],
    ['conv[0]', 'conv[0]', true],
    ['{a,b}?', 'b1', true],
    ['/^conv1$/', 'conv10', false],
    ['/v1/', 'conv10', true],
    ['/features/conv', '/features/conv', true],
    ['/features/conv', 'x/features/conv', false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(nodePattern(pattern)(name)).toBe(expected);
  });
});

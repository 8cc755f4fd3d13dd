import { Initializer, type Attribute, type Model } from '#lib/model/index.js';
import { build, int, ints, type Line } from '../build.js';
import { randomNumbers } from '../helpers.js';

const [width, heads, tokens, hidden, blocks] = [32, 2, 8, 64, 2];

/** How the normalizations of an encoder are written: as one node, or as exporters did before operator set 17. */
export type NormForm = 'node' | 'decomposed';

const perm = (...axes: number[]): Record<string, Attribute> => ({ perm: ints(...axes) });

/**
 * A small transformer encoder, `x` [N, tokens, width] to `y`, with the normalization in front of each part, as most have it now. A few
 * channels of every normalization are far larger than the rest, and the weights behind them as much smaller: what large
 * transformers are known to learn.
 */
export function encoder(form: NormForm): Model {
  const lines: Line[] = [];
  const constants: Record<string, number[] | bigint[]> = {
    split: [0n, BigInt(tokens), BigInt(heads), BigInt(width / heads)],
    joined: [0n, BigInt(tokens), BigInt(width)],
  };
  const linear = (input: string, name: string, rows: number, columns: number): string => {
    constants[`${name}_w`] = [rows, columns];
    constants[`${name}_b`] = [columns];
    lines.push(['MatMul', `${input} ${name}_w`, `${name}_mm`], ['Add', `${name}_b ${name}_mm`, name]);
    return name;
  };
  const norm = (input: string, name: string): string => {
    constants[`${name}_g`] = constants[`${name}_b`] = [width];
    if (form === 'node') {
      lines.push(['LayerNormalization', `${input} ${name}_g ${name}_b`, name, { axis: int(-1) }]);
      return name;
    }
    const mean = { axes: ints(-1) };
    lines.push(
      ['ReduceMean', input, `${name}_mean`, mean],
      ['Sub', `${input} ${name}_mean`, `${name}_d`],
      ['Pow', `${name}_d two`, `${name}_sq`],
      ['ReduceMean', `${name}_sq`, `${name}_var`, mean],
      ['Add', `${name}_var epsilon`, `${name}_eps`],
      ['Sqrt', `${name}_eps`, `${name}_std`],
      ['Div', `${name}_d ${name}_std`, `${name}_n`],
      ['Mul', `${name}_n ${name}_g`, `${name}_s`],
      ['Add', `${name}_s ${name}_b`, name],
    );
    return name;
  };
  let x = 'x';
  for (let block = 0; block < blocks; block++) {
    const at = (name: string): string => `${name}${block}`;
    const n = norm(x, at('norm1_'));
    for (const part of ['q', 'k', 'v']) {
      lines.push(
        ['Reshape', `${linear(n, at(part), width, width)} split`, `${at(part)}_split`],
        ['Transpose', `${at(part)}_split`, `${at(part)}_t`, part === 'k' ? perm(0, 2, 3, 1) : perm(0, 2, 1, 3)],
      );
    }
    lines.push(
      ['MatMul', `${at('q')}_t ${at('k')}_t`, at('scores')],
      ['Softmax', at('scores'), at('attention'), { axis: int(-1) }],
      ['MatMul', `${at('attention')} ${at('v')}_t`, at('mixed')],
      ['Transpose', at('mixed'), at('mixed_t'), perm(0, 2, 1, 3)],
      ['Reshape', `${at('mixed_t')} joined`, at('heads')],
      ['Add', `${x} ${linear(at('heads'), at('proj'), width, width)}`, at('mid')],
    );
    const inner = linear(norm(at('mid'), at('norm2_')), at('fc1_'), width, hidden);
    lines.push(['Relu', inner, at('relu')]);
    lines.push(['Add', `${at('mid')} ${linear(at('relu'), at('fc2_'), hidden, width)}`, at('out')]);
    x = at('out');
  }
  linear(norm(x, 'last'), 'y', width, 16);
  const model = build(lines, {
    inputs: { x: ['N', tokens, width] },
    outputs: ['y'],
    constants,
    opset: form === 'node' ? 17 : 13,
  });
  const constant = (name: string, shape: readonly number[], data: Float32Array): void =>
    model.graph.setInitializer(Initializer.create(name, { dtype: 'float32', shape, data }));
  constant('two', [], Float32Array.of(2));
  constant('epsilon', [], Float32Array.of(1e-5));
  plantOutliers(model, constant);
  return model;
}

const outliers = new Map([
  [3, 60],
  [17, 25],
  [26, 100],
]);

function plantOutliers(
  model: Model,
  constant: (name: string, shape: readonly number[], data: Float32Array) => void,
): void {
  const next = randomNumbers(11);
  for (const [name, { dims }] of [...model.initializers]) {
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (/^(norm|last).*_g$/.test(name)) {
      constant(
        name,
        dims,
        Float32Array.from({ length: size }, (_, c) => (outliers.get(c) ?? 1) * (0.8 + 0.2 * next())),
      );
    } else if (name.endsWith('_w')) {
      const isBehindNorm = /^(q|k|v|fc1_|y)/.test(name);
      const columns = dims[1]!;
      const share = (i: number): number => (isBehindNorm ? 1 / (outliers.get(Math.floor(i / columns)) ?? 1) : 1);
      constant(
        name,
        dims,
        Float32Array.from({ length: size }, (_, i) => next() * share(i) * Math.sqrt(2 / dims[0]!)),
      );
    }
  }
}

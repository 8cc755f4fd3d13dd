import { describe, expect, it } from 'vitest';
import { checkOptions, methodOf, type CheckedOptions } from '#lib/pipeline/check-options.js';

describe('checkOptions', () => {
  const bad: [string, Record<string, unknown>, string][] = [
    ['a form that does not exist', { form: 'foo' }, '--for must be one of tensorrt, onnxruntime'],
    ['a method that does not exist', { method: 'max' }, '--method must be one of'],
    ['a word for weights that does not exist', { weights: 'tensor' }, 'per-channel, per-tensor'],
    ['a percentile beside another method', { method: 'mse', percentile: 99 }, '--percentile'],
    ['a percentile out of range', { percentile: 200 }, 'percentile'],
    ['a variant beside another method', { kldVariant: 'source' }, '--kld-variant'],
    ['a method beside a table', { method: 'mse', table: 't.json' }, '--table'],
    ['a percentile beside a table', { percentile: 99.9, table: 't.json' }, '--table'],
    ['half a thread', { threads: 0.5 }, '--threads'],
    ['no samples per run', { batch: 0 }, '--batch'],
    ['zero points for TensorRT', { activations: 'asymmetric' }, 'symmetric activations only'],
  ];
  it.each(bad)('refuses %s', (_, options, said) => {
    expect(() => checkOptions(options as CheckedOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining(said) as string }),
    );
  });

  it('takes what makes sense', () => {
    checkOptions({});
    checkOptions({ form: 'onnxruntime', activations: 'asymmetric', percentile: 99.9, threads: 2, batch: 8 });
    checkOptions({ method: 'kld', kldVariant: 'source', weights: 'per-tensor' });
  });
});

describe('methodOf', () => {
  it('is mse, what is named, or percentile where one is given', () => {
    expect(methodOf({})).toBe('mse');
    expect(methodOf({ percentile: 99.9 })).toBe('percentile');
    expect(methodOf({ method: 'kld' })).toBe('kld');
  });
});

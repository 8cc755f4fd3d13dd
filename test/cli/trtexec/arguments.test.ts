import { describe, expect, it } from 'vitest';
import { TrtexecArguments, wantsHelp } from '#lib/cli/trtexec/arguments.js';
import { parseFloat32, parseInteger, parseSize } from '#lib/cli/trtexec/numbers.js';
import { ArgumentProblem, OutOfRange } from '#lib/cli/trtexec/problems.js';

const unknown = (...argv: string[]): string[] => new TrtexecArguments(argv).unknown.map(({ name }) => name);

describe('the command line', () => {
  it('splits at the first = and takes a flag once', () => {
    const args = new TrtexecArguments(['--onnx=a=b.onnx', '--fp16', '--iterations=200ms']);
    expect(args.unknown).toEqual([]);
    expect(args.text('--onnx')).toBe('a=b.onnx');
    expect(args.has('--fp16')).toBe(true);
    expect(args.integer('--iterations')).toBe(200);
    expect(args.integer('--avgRuns')).toBe(10);
  });

  it.each([
    [['--onnx', 'm.onnx'], ['m.onnx']],
    [['--fp16', '--fp16'], ['--fp16']],
    [['--onnx=a', '--onnx=b'], ['--onnx']],
    [['--Onnx=a'], ['--Onnx']],
    [['--iteration=3'], ['--iteration']],
    [
      ['-v', '--vc', '--versionCompatible'],
      ['-v', '--versionCompatible'],
    ],
    [['--plugins=a', '--plugins=b', '--profile=0', '--profile=1'], []],
  ])('%j leaves %j', (argv, left) => {
    expect(unknown(...argv)).toEqual(left);
  });

  it('ignores the value of a switch, and knows it', () => {
    const args = new TrtexecArguments(['--fp16=0', '--int8', '--onnx=x']);
    expect(args.has('--fp16')).toBe(true);
    expect(args.ignoredValues.map(({ name, value }) => [name, value])).toEqual([['--fp16', '0']]);
  });

  it('keeps the order of repeated flags', () => {
    expect(new TrtexecArguments(['--plugins=a', '--fp16', '--plugins=b', '--plugins=c']).texts('--plugins')).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('finds help wherever it stands', () => {
    expect(wantsHelp(['--onnx=x', '--help=no'])).toBe(true);
    expect(wantsHelp(['-h'])).toBe(true);
    expect(wantsHelp(['--onnx=--help'])).toBe(false);
  });
});

describe('numbers', () => {
  it.each([
    ['10abc', 10],
    ['3.7', 3],
    ['1e3', 1],
    [' -5x', -5],
    ['+7', 7],
    ['2147483647', 2147483647],
  ])('"%s" as a whole number is %d', (text, value) => {
    expect(parseInteger('--x', text)).toBe(value);
  });

  it.each([
    ['1e3x', 1000],
    ['.5', 0.5],
    ['0.1', Math.fround(0.1)],
    ['-1', -1],
    ['3s', 3],
  ])('"%s" is %d', (text, value) => {
    expect(parseFloat32('--x', text)).toBe(value);
  });

  it('tells what is no number from what is too great', () => {
    expect(() => parseInteger('--x', 'abc')).toThrow(ArgumentProblem);
    expect(() => parseInteger('--x', '')).toThrow(ArgumentProblem);
    expect(() => parseFloat32('--x', 'x1')).toThrow(ArgumentProblem);
    expect(() => parseInteger('--x', '2147483648')).toThrow(OutOfRange);
    expect(() => parseFloat32('--x', '1e39')).toThrow(OutOfRange);
  });

  it.each([
    ['16', 'M', 16 * 2 ** 20],
    ['0.5G', 'M', 2 ** 29],
    ['512k', 'M', 2 ** 19],
    ['7B', 'M', 7],
    ['-2', 'B', -2],
  ] as const)('"%s" with unit %s is %d bytes', (text, unit, bytes) => {
    expect(parseSize('--x', text, unit)).toBe(bytes);
  });

  it.each(['', 'M', 'x', '5T'])('"%s" is no size', (text) => {
    expect(() => parseSize('--x', text, 'M')).toThrow(ArgumentProblem);
  });
});

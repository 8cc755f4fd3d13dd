import type { LintResult } from '../../pipeline/lint.js';
import type { Command } from '../command.js';

/** `calibrt lint MODEL [--fix -o OUT]`. */
export const lint: Command = {
  name: 'lint',
  summary: "check a Q/DQ model against TensorRT's rules; exit 1 where it breaks one",
  args: [{ name: 'model', description: 'Q/DQ ONNX file of any tool' }],
  flags: [
    {
      name: 'fix',
      type: 'boolean',
      description:
        'write a model in which what can be is fixed, every scale that stays being the same (needs --output)',
    },
    { name: 'output', short: 'o', type: 'string', value: 'FILE', description: 'the fixed model' },
  ],
  examples: ['calibrt lint model.int8.onnx', 'calibrt lint model.int8.onnx --fix -o fixed.onnx'],

  async run({ args, flags, console, signal }) {
    const { CalibrtError } = await import('../../errors.js');
    const { lint } = await import('../../pipeline/lint.js');
    const output = flags['output'] as string | undefined;
    if ((flags['fix'] === true) !== (output !== undefined)) {
      throw new CalibrtError('ERR_USAGE', '--fix and --output FILE go together: the model itself is never changed');
    }
    const result = await lint(args[0]!, { signal, ...(output === undefined ? {} : { fix: output }) });
    console.result(result, await summary(result));
    return result.findings.length === 0 ? 0 : 1;
  },
};

async function summary({ model, nodes, findings, fixed, output }: LintResult): Promise<string> {
  const { table } = await import('../table.js');
  const counted = (what: 'error' | 'warning'): number => findings.filter(({ severity }) => severity === what).length;
  const rows = findings.map(({ severity, rule, node, message }) => [severity, rule, node, message]);
  const done = (fixed ?? []).map(({ rule, node, message }) => ['fixed', rule, node, message]);
  const verdict =
    findings.length > 0
      ? `${counted('error')} errors (TensorRT refuses them), ${counted('warning')} warnings (a fusion breaks)`
      : nodes === 0
        ? `${model} has no Q/DQ: nothing to check`
        : `${output ?? model}: nothing found`;
  return [
    ...(done.length + rows.length === 0 ? [] : [table([...done, ...rows], ['', 'rule', 'node', 'what'])]),
    output === undefined ? verdict : `wrote ${output}: ${done.length} fixed; ${verdict}`,
  ].join('\n\n');
}

import type { Command } from '../command.js';
import { style } from '../console.js';

/** `calibrt doctor`. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'tell what is installed, what works, and what to do about the rest',
  args: [],
  flags: [],
  examples: ['calibrt doctor', 'calibrt doctor --json'],

  async run({ console }) {
    const { diagnose } = await import('../../pipeline/diagnose.js');
    const { table } = await import('../table.js');
    const diagnosis = await diagnose();
    const colours = { ok: 'green', missing: 'yellow', broken: 'red' } as const;
    const rows = diagnosis.checks.flatMap(({ name, status, verdict, remedy }) => [
      [style(process.stdout, colours[status], status), name, verdict],
      ...(remedy === undefined ? [] : [['', '', `→ ${remedy}`]]),
    ]);
    console.result(diagnosis, table(rows));
    return diagnosis.checks.some(({ status }) => status === 'broken') ? 1 : 0;
  },
};

import type { Command } from '../command.js';

/** `calibrt inspect FILE`. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'tell what a model, plan, table or cache holds',
  args: [{ name: 'file', description: 'ONNX model, engine plan, calibration table or cache' }],
  flags: [],
  examples: ['calibrt inspect model.int8.onnx', 'calibrt inspect model.plan --json'],

  async run({ args, console }) {
    const { inspect } = await import('../../pipeline/inspect.js');
    const { inspectionTable } = await import('../tables.js');
    const { rangesJson } = await import('../calibration-tables.js');
    const inspection = await inspect(args[0]!);
    const shown = inspection.kind === 'table' ? { ...inspection, table: rangesJson(inspection.table) } : inspection;
    console.result(shown, inspectionTable(inspection));
  },
};

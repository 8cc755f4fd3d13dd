import type { Command } from '../command.js';

/** `calibrt inspect FILE`. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'tell what a model, plan, table or cache holds',
  args: [
    {
      name: 'file',
      description:
        "ONNX model, engine plan, an engine's layers (trtexec --exportLayerInfo), calibration table or cache",
    },
  ],
  flags: [
    {
      name: 'model',
      type: 'string',
      value: 'FILE',
      description: 'the model that the plan was built of: tells which of its quantized nodes run in INT8',
    },
    {
      name: 'layers',
      type: 'string',
      value: 'FILE',
      description: "the plan's layers (trtexec --exportLayerInfo), where its GPU is not here",
    },
    {
      name: 'layer-times',
      type: 'string',
      value: 'FILE',
      description: "the layers' times (trtexec --exportProfile, calibrt bench --export-profile)",
    },
    { name: 'device', type: 'integer', value: 'N', default: '0', description: 'the GPU to load a plan on' },
    { name: 'library', type: 'string', value: 'PATH', description: 'the TensorRT library, or its folder' },
  ],
  examples: [
    'calibrt inspect model.int8.onnx',
    'calibrt inspect model.plan --model model.int8.onnx',
    'calibrt inspect layers.json --layer-times profile.json --model model.int8.onnx --json',
  ],

  async run({ args, flags, console }) {
    const { inspect } = await import('../../pipeline/inspect.js');
    const { inspectionTable } = await import('../tables.js');
    const { rangesJson } = await import('../calibration-tables.js');
    const { defined } = await import('../flags/read-samples.js');
    const names = ['model', 'layers', 'layerTimes', 'device', 'library'] as const;
    const inspection = await inspect(args[0]!, defined(Object.fromEntries(names.map((name) => [name, flags[name]]))));
    const shown = inspection.kind === 'table' ? { ...inspection, table: rangesJson(inspection.table) } : inspection;
    console.result(shown, inspectionTable(inspection, process.stdout.columns || undefined));
  },
};

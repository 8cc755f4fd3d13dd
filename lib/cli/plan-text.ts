import type { EngineTensor } from '../backends/tensorrt/index.js';
import type { Inspection } from '../pipeline/inspect.js';
import { layersText } from './layers-text.js';
import { formatBytes, table } from './table.js';

/** Where no terminal says how wide it is. */
const WIDTH = 120;

/** What an engine plan, or the file of its layers, tells. */
export function planText(inspection: Inspection & { kind: 'plan' | 'layers' }, width = WIDTH): string {
  const { layers, summary, remarks, file } = inspection;
  return [
    ...(inspection.kind === 'plan' ? [table(planRows(inspection))] : []),
    ...(layers && summary ? [layersText(layers, summary, { title: file, width })] : []),
    ...(remarks.length === 0 ? [] : [remarks.join('\n')]),
  ].join('\n\n');
}

function planRows({ file, plan, engine }: Inspection & { kind: 'plan' }): string[][] {
  return [
    ['engine plan', file],
    ['written by', `${plan.kind} ${plan.version}`],
    ['bytes', formatBytes(plan.length)],
    ...(plan.targets === undefined ? [] : [['targets', plan.targets.join(', ')]]),
    ...(engine === undefined
      ? []
      : [
          ...engine.tensors.map((tensor) => [tensor.mode, tensorText(tensor)]),
          ['profiles', String(engine.profiles)],
          ['memory of a context', formatBytes(engine.contextMemoryBytes)],
        ]),
  ];
}

function tensorText({ name, dtype, shape, profiles }: EngineTensor): string {
  const ranges = profiles.map(({ min, opt, max }) => `${min.join('x')} to ${max.join('x')}, best ${opt.join('x')}`);
  const dynamic = shape.includes(-1) && ranges.length > 0 ? ` (${ranges.join('; ')})` : '';
  return `${name} ${dtype} [${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]${dynamic}`;
}

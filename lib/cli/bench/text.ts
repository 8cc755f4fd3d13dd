import type { BenchmarkReport, BenchmarkResult } from '../../pipeline/bench/report.js';
import { layersText } from '../layers-text.js';
import { distributionPlot } from './distribution.js';
import { figuresTable } from './figures-table.js';
import { statements } from './statements.js';

/** Where no terminal says how wide it is. */
const WIDTH = 120;

/** What `calibrt bench` prints: the figures, their distributions, what they say, and under what conditions. */
export function benchText(results: readonly BenchmarkResult[], width = WIDTH): string {
  const layers = results.flatMap(({ label, layers, layerSummary }) =>
    layers && layerSummary ? [layersText(layers, layerSummary, { title: label, width })] : [],
  );
  return [
    figuresTable(results, width),
    distributionPlot(results, width),
    ...(statements(results).length === 0 ? [] : [statements(results).join('\n')]),
    ...layers,
    conditionsText(results),
  ].join('\n\n');
}

function conditionsText(results: readonly BenchmarkResult[]): string {
  const rounds = results[0]!.rounds.length;
  const devices = [...new Set(results.map(deviceText))];
  return [`${rounds} rounds in turns, each with a session of its own`, ...devices].join('\n');
}

function deviceText({ backend, device, conditions }: BenchmarkReport): string {
  const { onnxruntime, threads, spinning, affinity, driver } = conditions;
  if (backend === 'onnxruntime') {
    const processors = affinity === undefined ? '' : `, processors ${affinity}`;
    const waiting = spinning === false ? ' that sleep while they wait' : '';
    return `${device}: ONNX Runtime ${String(onnxruntime)}, ${String(threads)} threads${waiting}${processors}`;
  }
  const name = backend === 'tensorrt' ? 'TensorRT' : 'TensorRT-RTX';
  return `${device}: ${name} ${String(conditions[backend])}, driver CUDA ${String(driver)}`;
}

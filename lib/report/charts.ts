import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { LayerCost, TensorPage, TradeOffPoint } from './data.js';

const WIDTH = 720;

/** Plot draws into a document; this one is no browser's. */
const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { readonly document: object };

/** |x| of a tensor on a logarithmic scale of counts, and where each method clips; the chosen threshold is the solid line. */
export function histogramChart({ histogram, amax, thresholds }: TensorPage): string {
  const width = amax / histogram.length;
  const steps = Array.from(histogram, (count, bin) => ({ x: (bin + 0.5) * width, count: Math.max(count, FLOOR) }));
  return render(`histogram of absolute values up to ${amax.toPrecision(4)} with the thresholds of each method`, {
    height: 190,
    marginTop: 28,
    x: { label: '|x|', domain: [0, amax], grid: false },
    y: {
      type: 'log',
      label: 'values',
      domain: [FLOOR, Math.max(...steps.map(({ count }) => count)) * 1.5],
      ticks: 5,
      tickFormat: '~s',
    },
    marks: [
      Plot.areaY(steps, { x: 'x', y1: FLOOR, y2: 'count', curve: 'step', fill: 'var(--fill)' }),
      Plot.ruleX(
        thresholds.filter(({ isChosen }) => !isChosen),
        { x: 'value', stroke: 'var(--muted)', strokeDasharray: '3,3' },
      ),
      Plot.ruleX(
        thresholds.filter(({ isChosen }) => isChosen),
        { x: 'value', stroke: 'var(--accent)', strokeWidth: 2 },
      ),
    ],
  });
}

/** The layers that cost the most, as bars; pale are those that stayed out of INT8. */
export function costChart(costs: readonly LayerCost[], unit: string): string {
  const longest = Math.max(...costs.map(({ node }) => node.length));
  return render(`what quantizing each layer costs, in ${unit}`, {
    height: 40 + costs.length * 18,
    marginLeft: Math.min(280, 20 + longest * 6.2),
    x: { label: unit, grid: true },
    y: { label: null, domain: costs.map(({ node }) => node) },
    marks: [
      Plot.barX(
        costs.filter(({ isOut }) => isOut !== true),
        { x: 'cost', y: 'node', fill: 'var(--accent)' },
      ),
      Plot.barX(
        costs.filter(({ isOut }) => isOut),
        { x: 'cost', y: 'node', fill: 'var(--muted)' },
      ),
      Plot.ruleX([0]),
    ],
  });
}

/** Accuracy against the share of the network in INT8. */
export function tradeOffChart(points: readonly TradeOffPoint[], unit: string): string {
  return render(`${unit} against the share of multiply-accumulates in INT8`, {
    height: 260,
    x: { label: 'multiply-accumulates in INT8', percent: true, grid: true },
    y: { label: unit, grid: true },
    marks: [
      Plot.line([...points], { x: 'share', y: 'metric', stroke: 'var(--accent)' }),
      Plot.dot([...points], { x: 'share', y: 'metric', fill: 'var(--accent)' }),
    ],
  });
}

/** Below one value, so that a single one shows on the logarithmic scale. */
const FLOOR = 0.5;

function render(label: string, options: Plot.PlotOptions): string {
  // Without the types of a browser, which this is not, Plot's options and result have holes.
  const svg = (Plot.plot as (options: object) => unknown)({
    document,
    width: WIDTH,
    ariaLabel: label,
    style: { background: 'none', fontFamily: 'inherit' },
    ...options,
  });
  return (svg as { readonly outerHTML: string }).outerHTML;
}

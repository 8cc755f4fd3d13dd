import { costChart, histogramChart, tradeOffChart } from './charts.js';
import type { Fact, ReportData, TensorPage } from './data.js';
import { escape } from './escape.js';
import { style } from './style.js';
import { verdictList } from './verdict-list.js';

/** Layers that the chart names; the rest cost less. */
const MOST_LAYERS = 40;

/**
 * One run as one self-contained page: no script, no font and no request beyond the file itself, which its own policy also forbids.
 */
export function renderReport(data: ReportData): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    '<link rel="icon" href="data:,">',
    `<title>${escape(data.title)}: INT8 report</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escape(data.title)} in INT8</h1>`,
    facts(data.summary),
    `<h2>Verdicts</h2>\n${verdictList(data.verdicts)}`,
    layerSection(data),
    tradeOffSection(data),
    tensorSection(data.tensors),
    `<h2>Conditions</h2>\n${facts(data.conditions)}`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function facts(rows: readonly Fact[]): string {
  const lines = rows.map(([label, value]) => `<tr><th scope="row">${escape(label)}</th><td>${escape(value)}</td></tr>`);
  return `<table>${lines.join('\n')}</table>`;
}

function layerSection({ layers }: ReportData): string {
  if (layers === undefined || layers.costs.length === 0) return '';
  const shown = layers.costs.slice(0, MOST_LAYERS);
  const rest = layers.costs.length - shown.length;
  const more = rest > 0 ? `<p class="muted">${rest} more cost less.</p>` : '';
  const out = layers.costs.flatMap(({ node, isOut }) => (isOut ? [`<code>${escape(node)}</code>`] : []));
  const left = out.length > 0 ? `<p>Left out of INT8, the pale bars: ${out.join(', ')}.</p>` : '';
  return `<h2>Layers by what quantizing them costs</h2>\n<figure>${costChart(shown, layers.unit)}</figure>${more}${left}`;
}

function tradeOffSection({ tradeOff }: ReportData): string {
  if (tradeOff === undefined || tradeOff.points.length === 0) return '';
  return `<h2>Accuracy and share in INT8</h2>\n<figure>${tradeOffChart(tradeOff.points, tradeOff.unit)}</figure>`;
}

function tensorSection(tensors: readonly TensorPage[]): string {
  if (tensors.length === 0) return '';
  const intro =
    '<p class="muted">Absolute values over all calibration samples, counts on a logarithmic scale. What lies beyond a threshold is ' +
    'clipped to it. Solid: the threshold in the model; dashed: what the other methods would take.</p>';
  return `<h2>Activations</h2>\n${intro}\n${tensors.map(tensorDetails).join('\n')}`;
}

function tensorDetails(tensor: TensorPage, index: number): string {
  const { name, amax, thresholds } = tensor;
  const chosen = thresholds.find(({ isChosen }) => isChosen);
  const head = chosen === undefined ? '' : `${chosen.method}: ${number(chosen.value)} of ${number(amax)}`;
  const rows = thresholds.map(
    ({ method, value, isChosen }) =>
      `<tr><th scope="row"${isChosen ? ' class="chosen"' : ''}>${escape(method)}</th><td>${number(value)}</td>` +
      `<td>${((value / amax) * 100).toFixed(1)} % of the greatest</td></tr>`,
  );
  return (
    `<details${index === 0 ? ' open' : ''}><summary><code>${escape(name)}</code> <span>${escape(head)}</span></summary>\n` +
    `<figure>${histogramChart(tensor)}</figure>\n<table>${rows.join('\n')}</table></details>`
  );
}

function number(value: number): string {
  return String(Number(value.toPrecision(5)));
}

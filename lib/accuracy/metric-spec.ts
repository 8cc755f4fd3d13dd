import { resolve } from 'node:path';
import { CalibrtError } from '../errors.js';
import { parseSlice } from './slice.js';

/** How two models' outputs are judged, as plain data; more is always better. */
export type MetricSpec =
  /** Share of labelled samples, in per cent, whose class the first output finds first, or among its first five. */
  | { readonly kind: 'top1' }
  | { readonly kind: 'top5' }
  /** Of one output or a part of it; without a target, the least over all outputs. SQNR is in dB. */
  | PartMetric
  /** A user's own; see `MetricModule`. */
  | { readonly kind: 'module'; readonly path: string };

/** Cosine or SQNR of one output, or of a part of it. */
export interface PartMetric {
  readonly kind: 'cosine' | 'sqnr';
  readonly target?: string;
}

const MODULE = /\.[cm]?[jt]s$/;

/**
 * Reads `top1|top5|cosine[:OUTPUT[SLICE]]|sqnr[:OUTPUT[SLICE]]|FILE.mjs`.
 *
 * @throws CalibrtError `ERR_USAGE` where it is none of them.
 */
export function parseMetric(text: string): MetricSpec {
  if (text === 'top1' || text === 'top5') return { kind: text };
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (kind === 'cosine' || kind === 'sqnr') {
    if (colon < 0) return { kind };
    const target = text.slice(colon + 1);
    if (target === '') throw new CalibrtError('ERR_USAGE', `--metric ${text} names no output after the colon`);
    // An output's own name may end with brackets; whether it does shows once the model is open.
    const { slice } = splitTarget(target);
    if (slice !== undefined) parseSlice(slice);
    return { kind, target };
  }
  if (MODULE.test(text)) return { kind: 'module', path: resolve(text) };
  throw new CalibrtError(
    'ERR_USAGE',
    `--metric must be top1, top5, cosine, sqnr, cosine:OUTPUT[SLICE], sqnr:OUTPUT[SLICE] or a module (FILE.mjs), not ${text}`,
  );
}

/** How reports call a metric. */
export function metricName(spec: MetricSpec): string {
  if (spec.kind === 'module') return spec.path;
  return 'target' in spec ? `${spec.kind}:${spec.target}` : spec.kind;
}

/** `scores[...,1]` → output and slice. */
export function splitTarget(target: string): { readonly output: string; readonly slice?: string } {
  const match = /^(.+)\[([^[\]]*)\]$/.exec(target);
  return match === null ? { output: target } : { output: match[1]!, slice: match[2]! };
}

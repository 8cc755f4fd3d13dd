import { createCalibrator, type Calibrator, type CalibratorOptions } from '../../calibrators/index.js';

/** What a parameter is called whose value stands alone, by the method. */
const bareParameters: Readonly<Record<string, string>> = { percentile: 'percentile', kld: 'kldVariant' };

/** `NAME`, `NAME(VALUE)` or `NAME(key=value, …)`, as {@link Calibrator.label} writes them. */
const LABEL = /^([a-z]+)(?:\((.+)\))?$/;

/**
 * The calibrator that wrote a label into a table (`percentile(99.99)`), so that merging goes on with the method at hand; undefined
 * where no calibrator of calibrt wrote it: `auto`, the algorithm of a TensorRT cache.
 */
export function calibratorOfLabel(label: string): Calibrator | undefined {
  const [, name, parameters] = LABEL.exec(label) ?? [];
  if (name === undefined) return undefined;
  try {
    const calibrator = createCalibrator(name, readParameters(name, parameters));
    return calibrator.label === label ? calibrator : undefined;
  } catch {
    return undefined;
  }
}

function readParameters(name: string, text: string | undefined): CalibratorOptions {
  if (text === undefined) return {};
  const pairs = text.split(/,\s*/).map((part): [string, string] => {
    const at = part.indexOf('=');
    return at < 0 ? [bareParameters[name] ?? name, part] : [part.slice(0, at), part.slice(at + 1)];
  });
  return Object.fromEntries(pairs.map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]));
}

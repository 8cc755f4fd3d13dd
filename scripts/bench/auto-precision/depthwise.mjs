// What `quantize --auto` makes of a network that quantizes badly by nature: the committed depthwise classifier, calibrated and chosen on
// demo/calibration, judged on all of demo/test, in TensorRT's form.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { evaluate, quantize } from '../../../dist/lib/index.js';

const repository = (name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const model = repository('test/fixtures/networks/depthwise.onnx');
const preprocess = { pixelFormat: 'gray', preset: 'unit' };
const budget = { auto: true, metric: 'top1', maxDrop: 1 };

const ways = {
  'one scale per weight': { weights: 'per-tensor' },
  'one scale per channel': {},
  'one scale per weight, `--auto --max-drop 1`': { weights: 'per-tensor', ...budget },
  'the same without repairs': { weights: 'per-tensor', equalize: false, biasCorrection: false, ...budget },
  'one scale per channel, `--equalize --auto --max-drop 1`': { equalize: true, ...budget },
};

/** Prints one row a way. */
export async function measureDepthwise(folder) {
  console.log('| | top-1 lost, points | SQNR | MACs in INT8 | trials | repairs | out of INT8 |');
  console.log('| --- | ---: | ---: | ---: | ---: | --- | --- |');
  for (const [name, options] of Object.entries(ways)) {
    const output = path.join(folder, 'depthwise.onnx');
    const calibration = { data: repository('demo/calibration'), preprocess, holdout: 0 };
    const { auto, repairs = [] } = await quantize(model, output, { ...calibration, ...options });
    const { labelled, outputs } = await evaluate(model, output, { data: repository('demo/test'), preprocess });
    rmSync(output);
    const points = 100 * (labelled.reference.top1 - labelled.candidate.top1);
    const chosen = auto
      ? [`${(100 * auto.int8Share).toFixed(1)} %`, auto.trials, kept(repairs), auto.exclude.join(' ')]
      : ['', '', '', ''];
    console.log(`| ${name} | ${points.toFixed(2)} | ${outputs.logits.sqnrDb.toFixed(1)} dB | ${chosen.join(' | ')} |`);
  }
}

function kept(repairs) {
  return repairs.flatMap((report) => (report.kept ? [report.repair] : [])).join(', ');
}

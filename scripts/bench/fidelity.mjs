// What each method costs a network's accuracy in TensorRT's form, beside ONNX Runtime's quantizer and ModelOpt on the same splits and
// the same samples: `node scripts/bench/fidelity.mjs` for the demo, the second network, and the face detector where it is at hand, or
//
//   node scripts/bench/fidelity.mjs MODEL --data PATH [--preset P] [--mean A,B,C] [--std A,B,C] [--pixel-format F] [--calibrate N]
//     [--test N] [--target 'scores[...,1]']... [--task agreement|top1|faces]
//
// --only NAME: one of the three. --splits N (5). --python PATH: a Python that has what fidelity/requirements*.txt pin already.
//
// A peer's line `… thresholds` is its calibrator's thresholds in our graph: the same Q/DQ, so that only the ranges differ; a tensor
// that the peer gives no range keeps minmax's. Its line `… own graph` is the model that it writes itself for the same nodes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { selectSamples } from '../../dist/lib/data/select.js';
import { pythonWith } from '../fixtures/python.mjs';
import { builtIn, named } from './fidelity/networks.mjs';
import { openStudy, writeArray } from './fidelity/study.mjs';

const methods = {
  'mse (default)': ['mse', {}],
  auto: ['auto', {}],
  entropy: ['entropy', {}],
  kld: ['kld', {}],
  minmax: ['minmax', {}],
  'percentile(99.9)': ['percentile', { percentile: 99.9 }],
  'percentile(99.99)': ['percentile', { percentile: 99.99 }],
  'percentile(99.999)': ['percentile', { percentile: 99.999 }],
};
const string = { type: 'string' };
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...Object.fromEntries(
      ['data', 'preset', 'mean', 'std', 'pixel-format', 'only', 'python'].map((name) => [name, string]),
    ),
    calibrate: { ...string, default: '100' },
    test: { ...string, default: '100' },
    target: { ...string, multiple: true },
    task: { ...string, default: 'agreement' },
    splits: { ...string, default: '5' },
  },
});
const here = (name) => fileURLToPath(new URL(`fidelity/${name}`, import.meta.url));
const python = options.python ?? (await findPython());
const networks = positionals.length > 0 ? positionals.map((model) => named(model, options)) : builtIn();
for (const network of networks.filter(({ name }) => options.only === undefined || name === options.only)) {
  await compare(network, Number(options.splits));
}

async function findPython() {
  try {
    return await pythonWith(here('requirements-modelopt.txt'));
  } catch (error) {
    console.error(`ModelOpt is left out: ${error.message}`);
    return pythonWith(here('requirements.txt'));
  }
}

function runPython(script, job, folder) {
  const [input, output] = ['job', 'result'].map((name) => path.join(folder, `${script}.${name}.json`));
  writeFileSync(input, JSON.stringify(job));
  // Libraries log to stdout, which is for the table.
  execFileSync(python, [here(script), input, output], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TQDM_DISABLE: '1', PYTHONDONTWRITEBYTECODE: '1' },
  });
  return JSON.parse(readFileSync(output, 'utf8'));
}

async function compare(network, count) {
  const shared = network.calibration.data === network.test.data;
  // Opened twice: the first time only to read the samples, which everyone then takes as one array.
  const reader = await openStudy(network.model, network.calibration);
  const folder = reader.workspace.folder;
  try {
    const arrays = { calibration: path.join(folder, 'calibration.npy'), test: path.join(folder, 'test.npy') };
    const calibrationLabels = await writeArray(arrays.calibration, network.calibration, reader.inputs);
    if (shared) arrays.test = arrays.calibration;
    const labels = shared ? calibrationLabels : await writeArray(arrays.test, network.test, reader.inputs);
    const splits = Array.from({ length: count }, (_, seed) =>
      draw(network.sizes, calibrationLabels.length, labels.length, shared, seed),
    );

    const study = await openStudy(network.model, { data: arrays.calibration });
    try {
      const model = path.join(folder, 'clean.onnx');
      await study.model.save(model);
      const input = study.inputs[0].name;
      const names = study.placement.nodes.map(({ node }) => node);
      const nodes = study.placement.nodes.filter(({ quantized }) => quantized).map(({ node }) => node);
      const peers = runPython(
        'peers.py',
        { model, input, names, nodes, tensors: study.tensors, splits, ...arrays },
        folder,
      );
      const candidates = [];
      const missing = {};
      for (const [index, split] of splits.entries()) {
        candidates.push(
          await candidatesOf(study, split, peers.splits[index], path.join(folder, `split-${index}`), missing),
        );
      }
      const results = runPython(
        'measure.py',
        {
          model: network.model,
          input,
          test: arrays.test,
          labels,
          task: network.task,
          targets: network.targets ?? study.model.outputs.map(({ name }) => name),
          splits: splits.map((split, index) => ({ test: split.test, candidates: candidates[index] })),
        },
        folder,
      );
      print(network, { nodes, tensors: study.tensors, versions: peers.versions, missing }, results);
    } finally {
      await study.close();
    }
  } finally {
    await reader.close();
  }
}

/** Samples of one split: apart where they come from one set, else a draw of each. */
function draw([calibrate, test], calibrationSize, testSize, shared, seed) {
  if (shared) {
    const { calibration, holdout } = selectSamples(testSize, { limit: calibrate + test, seed, holdout: test });
    return { calibration, test: holdout };
  }
  const pick = (size, limit) => selectSamples(size, { limit, seed, holdout: 0 }).calibration;
  return { calibration: pick(calibrationSize, calibrate), test: pick(testSize, test) };
}

async function candidatesOf(study, split, peers, prefix, missing) {
  const statistics = await study.capture(split.calibration);
  const found = {};
  const add = async (name, thresholds) => {
    found[name] = `${prefix}-${Object.keys(found).length}.onnx`;
    await study.write(thresholds, found[name]);
  };
  for (const [name, method] of Object.entries(methods)) {
    await add(name, await study.thresholds(statistics, split.calibration, method));
  }
  const fallback = await study.thresholds(statistics, split.calibration, ['minmax', {}]);
  for (const [name, { model, thresholds }] of Object.entries(peers)) {
    missing[name] = study.tensors.filter((tensor) => !(tensor in thresholds)).length;
    const known = study.tensors.map((tensor) => [tensor, thresholds[tensor] ?? fallback[tensor]]);
    await add(`${name}, thresholds`, Object.fromEntries(known));
    found[`${name}, own graph`] = model;
  }
  return found;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function print(network, { nodes, tensors, versions, missing }, results) {
  const [calibrate, test] = network.sizes;
  const targets = Object.keys(results[0]['mse (default)'].sqnr);
  const task = { top1: 'top-1 %', agreement: 'top-1 as FP32 %', faces: 'F1' }[network.task];
  console.log(`\n### ${network.name}\n`);
  console.log(
    `${results.length} splits of ${calibrate} samples to calibrate, ${test} to test; ${nodes.length} nodes, ${tensors.length} tensors; ` +
      `${cpus()[0].model.trim()}; Node ${process.versions.node}; ` +
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
  );
  for (const [name, tensorsMissing] of Object.entries(missing)) {
    if (tensorsMissing > 0)
      console.log(`${name} gives no range to ${tensorsMissing} of the ${tensors.length} tensors.`);
  }
  console.log(`\n| | ${targets.map((target) => `SQNR of \`${target}\`, dB`).join(' | ')} | ${task} | worst ${task} |`);
  console.log(`| --- |${' ---: |'.repeat(targets.length + 2)}`);
  const figure = (value) => (network.task === 'faces' ? value.toFixed(3) : (100 * value).toFixed(1));
  for (const name of Object.keys(results[0])) {
    const db = targets.map((target) =>
      name === 'FP32' ? '' : median(results.map((split) => split[name].sqnr[target])).toFixed(1),
    );
    const figures = results.map((split) => split[name].task);
    console.log(`| ${name} | ${db.join(' | ')} | ${figure(median(figures))} | ${figure(Math.min(...figures))} |`);
  }
}

// What each method costs a network's accuracy in TensorRT's form, beside ONNX Runtime's quantizer and ModelOpt on the same splits and
// the same samples: `node scripts/bench/accuracy.mjs` for the demo, a depthwise network, a
// second classifier, and the face detector where it is at hand, or
//
//   node scripts/bench/accuracy.mjs MODEL --data PATH [--preset P] [--mean A,B,C] [--std A,B,C] [--pixel-format F] [--calibrate N]
//     [--test N] [--target 'scores[...,1]']... [--task agreement|top1|faces]
//
// --only NAME: one of the four. --splits N (5). --python PATH: a Python that has what accuracy/requirements*.txt pin already.
// --json FILE: also every figure of every split.
//
// A peer's line `… thresholds` is its calibrator's thresholds in our graph: the same Q/DQ, so that only the ranges differ; a tensor
// that the peer gives no range keeps minmax's. Its line `… own graph` is the model that it writes itself for the same nodes; where it leaves
// some of them in float after all, `auto` is shown with those in float too. Repairs are `--equalize --bias-correction`.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { selectSamples } from '../../dist/lib/data/select.js';
import { pythonWith } from '../fixtures/python.mjs';
import { builtIn, named } from './accuracy/networks.mjs';
import { printTable } from './accuracy/print.mjs';
import { openStudy, writeArray } from './accuracy/study.mjs';

const methods = {
  'mse (default)': ['mse', {}],
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
      ['data', 'preset', 'mean', 'std', 'pixel-format', 'only', 'python', 'json'].map((name) => [name, string]),
    ),
    calibrate: { ...string, default: '100' },
    test: { ...string, default: '100' },
    target: { ...string, multiple: true },
    task: { ...string, default: 'agreement' },
    splits: { ...string, default: '5' },
  },
});
const here = (name) => fileURLToPath(new URL(`accuracy/${name}`, import.meta.url));
const python = options.python ?? (await findPython());
const networks = positionals.length > 0 ? positionals.map((model) => named(model, options)) : builtIn();
const figures = {};
for (const network of networks.filter(({ name }) => options.only === undefined || name === options.only)) {
  figures[network.name] = await compare(network, Number(options.splits));
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 1)}\n`);

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
      const macs = await study.macs();
      const written = [];
      for (const [index, split] of splits.entries()) {
        const prefix = path.join(folder, `split-${index}`);
        written.push(await candidatesOf(study, split.calibration, peers.splits[index], prefix));
        console.error(`split ${index + 1} of ${count}: quantized`);
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
          splits: splits.map((split, index) => ({
            test: split.test,
            candidates: Object.fromEntries(written[index].map(({ name, file }) => [name, file])),
          })),
        },
        folder,
      );
      const share = (float) => {
        const left = new Set(float);
        const sum = (names) => names.reduce((total, name) => total + (macs.get(name) ?? 0), 0);
        return sum(nodes.filter((node) => !left.has(node))) / sum([...macs.keys()]);
      };
      const lines = written[0].map(({ name, float, peer, missing = 0 }) => ({
        name,
        peer,
        missing,
        int8: share(float),
      }));
      printTable(network, { nodes, tensors: study.tensors, versions: peers.versions, lines }, results);
      return { lines, results };
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

/** The INT8 models of one split: name of the line, file, nodes in float, and whose it is where it is a peer's. */
async function candidatesOf(study, samples, peers, prefix) {
  const statistics = await study.capture(samples);
  const found = [];
  const next = () => `${prefix}-${found.length}.onnx`;
  const add = async (name, thresholds, rest = {}) => {
    const file = next();
    await study.write(thresholds, file);
    found.push({ name, file, float: [], ...rest });
  };
  const addAuto = async (name, choice) => {
    const file = next();
    await study.writeAuto(statistics, samples, choice, file);
    found.push({ name, file, float: choice.float });
  };
  for (const [name, method] of Object.entries(methods)) await add(name, await study.thresholds(statistics, method));
  await addAuto('auto', { repairs: false, float: [] });
  await addAuto('auto, repaired', { repairs: true, float: [] });
  const fallback = await study.thresholds(statistics, ['minmax', {}]);
  const floats = new Set();
  for (const [peer, { model, thresholds }] of Object.entries(peers)) {
    const missing = study.tensors.filter((tensor) => !(tensor in thresholds)).length;
    const known = study.tensors.map((tensor) => [tensor, thresholds[tensor] ?? fallback[tensor]]);
    await add(`${peer}, thresholds`, Object.fromEntries(known), { peer, missing });
    const float = await study.leftInFloat(model);
    found.push({ name: `${peer}, own graph`, file: model, float, peer });
    if (float.length === 0 || floats.has(String(float))) continue;
    floats.add(String(float));
    await addAuto(`auto at the nodes of ${peer}`, { repairs: false, float });
    await addAuto(`auto, repaired, at the nodes of ${peer}`, { repairs: true, float });
  }
  return found;
}

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timeEngine } from 'calibrt';
import { locateTensorRt } from '#lib/backends/tensorrt/index.js';
import { headerFolders } from '../../scripts/sdk/locate.mjs';
import { onDouble } from './conditions.mjs';
import { withEngine } from './with-engine.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Seconds that each round measures; rounds of the two are taken in turn. */
const seconds = onDouble ? 0.05 : 1.5;
const warmUpMs = onDouble ? 10 : 300;
const rounds = 3;

/** Medians in ms and queries per second. */
export function figuresOf(trace) {
  const column = (of) => median(Float32Array.from({ length: trace.stream.length }, (_, i) => of(i)));
  const compute = (i) => trace.computeEnd[i] - trace.computeStart[i];
  const h2d = (i) => trace.h2dEnd[i] - trace.h2dStart[i];
  const d2h = (i) => trace.d2hEnd[i] - trace.d2hStart[i];
  return {
    queries: trace.stream.length,
    computeMs: column(compute),
    latencyMs: column((i) => h2d(i) + compute(i) + d2h(i)),
    throughput: (trace.stream.length / trace.walltimeMs) * 1000,
  };
}

/** Times a plan by `timeEngine`. */
export function timePlan(plan, options = {}) {
  return withEngine(plan, async (engine) => {
    const { trace, notes } = await timeEngine(engine, { durationSeconds: seconds, warmUpMs, ...options });
    return { ...figuresOf(trace), ...(notes.length === 0 ? {} : { notes }) };
  });
}

/** Compiles the event loop; a sentence where that cannot be done. */
export function compileEventLoop(flavour, folder) {
  const headers = headerFolders()[flavour === 'rtx' ? 'rtx' : `trt${flavour}`];
  if (headers === undefined) return { problem: 'no headers of this TensorRT' };
  const program = join(folder, `event-loop-${flavour}`);
  const source = join(root, 'test/gpu/event-loop.cpp');
  const standIn = join(root, 'native/tensorrt/cuda_stand_in');
  const compiler = process.env.CXX ?? 'c++';
  const flags = ['-std=c++17', '-O2', '-Wno-deprecated-declarations', '-isystem', standIn, '-isystem', headers];
  const { status, error, stderr } = spawnSync(compiler, [...flags, source, '-o', program, '-ldl', '-pthread'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return { problem: `no C++ compiler (${compiler})` };
  if (status !== 0) throw new Error(`${source} does not compile:\n${stderr}`);
  const library = locateTensorRt(flavour).found.infer;
  return { run: (plan, options) => runEventLoop(program, library, plan, options) };
}

function runEventLoop(program, library, plan, { shape, input }) {
  const dims = `${input}:${shape.join('x')}`;
  const text = execFileSync(program, [library, plan, dims, String(seconds * 1000), String(warmUpMs)], {
    encoding: 'utf8',
  });
  const { h2d, compute, d2h, walltimeMs } = JSON.parse(text);
  return {
    queries: compute.length,
    computeMs: median(compute),
    latencyMs: median(compute.map((each, i) => each + h2d[i] + d2h[i])),
    throughput: (compute.length / walltimeMs) * 1000,
  };
}

/** Times a plan by both, in turn, and takes the median round of each. */
export async function compareWithEventLoop(loop, plan, model) {
  const shape = [model.batch, ...model.sampleShape];
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await timePlan(plan, { shapes: { [model.input]: shape } }));
    theirs.push(loop.run(plan, { shape, input: model.input }));
  }
  const middle = (list, name) => median(list.map((each) => each[name]));
  const figure = (name) => {
    const [a, b] = [middle(ours, name), middle(theirs, name)];
    return { calibrt: a, eventLoop: b, difference: a / b - 1 };
  };
  return { computeMs: figure('computeMs'), latencyMs: figure('latencyMs'), throughput: figure('throughput') };
}

/** Medians by trtexec, where it is on the path and of this TensorRT. */
export function timeByTrtexec(plan, model) {
  const program = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'trtexec'))
    .find(existsSync);
  if (program === undefined) return { problem: 'trtexec is not on the path' };
  const shapes = `--shapes=${model.input}:${[model.batch, ...model.sampleShape].join('x')}`;
  const args = [
    `--loadEngine=${plan}`,
    shapes,
    `--duration=${seconds}`,
    `--warmUp=${warmUpMs}`,
    '--includeDataTransfers',
  ];
  for (const each of [args, args.slice(0, -1)]) {
    const { status, stdout } = spawnSync(program, each, { encoding: 'utf8' });
    if (status !== 0) continue;
    const figure = (name) => Number(new RegExp(`${name}: .*?median = ([\\d.e+-]+) ms`).exec(stdout)?.[1]);
    const throughput = Number(/Throughput: ([\d.e+-]+) qps/.exec(stdout)?.[1]);
    return { computeMs: figure('GPU Compute Time'), latencyMs: figure('Latency'), throughput };
  }
  return { problem: `${program} does not run this plan` };
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

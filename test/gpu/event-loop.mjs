import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateTensorRt } from '#lib/backends/tensorrt/index.js';
import { headerFolders } from '../../scripts/sdk/locate.mjs';
import { run } from './program.mjs';
import { median, seconds, warmUpMs } from './timing.mjs';

const source = fileURLToPath(new URL('event-loop.cpp', import.meta.url));
const standIn = fileURLToPath(new URL('../../native/tensorrt/cuda_stand_in', import.meta.url));

/** Compiles the event loop for a flavour: `{time}`, or `{problem}` where that cannot be done here. */
export async function openEventLoop(flavour, folder, signal) {
  const headers = headerFolders()[flavour === 'rtx' ? 'rtx' : `trt${flavour}`];
  if (headers === undefined) return { problem: 'no headers of this TensorRT' };
  const program = join(folder, `event-loop-${flavour}`);
  const compiler = process.env.CXX || 'c++';
  const flags = ['-std=c++17', '-O2', '-Wno-deprecated-declarations', '-isystem', standIn, '-isystem', headers];
  const compiled = await run(compiler, [...flags, source, '-o', program, '-ldl', '-pthread'], { signal });
  if (compiled.status === null) return { problem: `no C++ compiler (${compiler})` };
  if (compiled.status !== 0) throw new Error(`${source} does not compile:\n${compiled.stderr}`);
  const library = locateTensorRt(flavour).found.infer;
  return { time: (plan, query) => time({ program, library, signal }, plan, query) };
}

async function time({ program, library, signal }, plan, { input, shape }) {
  const args = [library, plan, `${input}:${shape.join('x')}`, String(seconds * 1000), String(warmUpMs)];
  const { status, stdout, stderr } = await run(program, args, { signal });
  if (status !== 0) throw new Error(`the event loop failed (${status}): ${stderr}`);
  const { h2d, compute, d2h, walltimeMs } = JSON.parse(stdout);
  return {
    queries: compute.length,
    computeMs: median(compute),
    latencyMs: median(compute.map((each, i) => each + h2d[i] + d2h[i])),
    throughput: (compute.length / walltimeMs) * 1000,
  };
}

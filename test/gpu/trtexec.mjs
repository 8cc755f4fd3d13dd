import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateTensorRt } from '#lib/backends/tensorrt/index.js';
import { onDouble } from './conditions.mjs';
import { run } from './program.mjs';
import { seconds, warmUpMs } from './timing.mjs';

const ourCli = fileURLToPath(new URL('../../dist/lib/cli/main.js', import.meta.url));

/** From 11 on trtexec leaves transfers out, replays a CUDA graph and spins by default; `timeEngine` does as 10 did. */
const asTen = ['--includeDataTransfers', '--noCudaGraph', '--noSpinWait'];

/**
 * NVIDIA's trtexec, where it is on the path or beside the library: `{time}`, or `{problem}`, as where it is of another TensorRT and does not
 * take `plan`. On the double it is `calibrt trtexec`, since NVIDIA's would find no GPU.
 */
export async function openTrtexec(flavour, plan, signal) {
  const command = onDouble ? [process.execPath, ourCli, 'trtexec'] : findProgram(flavour);
  if (command === undefined) return { problem: `no ${programName(flavour)} on the path` };
  const folder = dirname(locateTensorRt(flavour).found.infer);
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
  const start = (args) => run(command[0], [...command.slice(1), ...args], { signal, env });
  const { stdout: help = '' } = flavour === '10' ? {} : await start(['--help']);
  const switches = asTen.filter((each) => help.includes(each));
  const loaded = await start([`--loadEngine=${plan}`, '--skipInference']);
  if (loaded.status !== 0) return { problem: `${command[0]} does not load this plan: ${lastLines(loaded)}` };
  return { time: (each, query) => time((args) => start([...args, ...switches]), each, query) };
}

function programName(flavour) {
  return flavour === 'rtx' ? 'tensorrt_rtx' : 'trtexec';
}

function findProgram(flavour) {
  const root = process.env[flavour === 'rtx' ? 'TENSORRT_RTX_ROOT' : 'TENSORRT_ROOT'];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...(root ? [join(root, 'bin')] : [])];
  const program = folders.map((folder) => join(folder, programName(flavour))).find(existsSync);
  return program === undefined ? undefined : [program];
}

async function time(start, plan, { input, shape }) {
  const printed = await start([
    `--loadEngine=${plan}`,
    `--shapes=${input}:${shape.join('x')}`,
    `--duration=${seconds}`,
    `--warmUp=${warmUpMs}`,
  ]);
  const { status, stdout } = printed;
  if (status !== 0) throw new Error(`trtexec does not run this plan (${status}): ${lastLines(printed)}`);
  // `H2D Latency` has the same figures.
  const medianOf = (name) => Number(new RegExp(`\\] ${name}: .*?median = ([\\d.e+-]+) ms`).exec(stdout)?.[1]);
  const throughput = Number(/\] Throughput: ([\d.e+-]+) qps/.exec(stdout)?.[1]);
  const figures = { computeMs: medianOf('GPU Compute Time'), latencyMs: medianOf('Latency'), throughput };
  if (Object.values(figures).some(Number.isNaN)) throw new Error(`trtexec prints no summary: ${lastLines(printed)}`);
  return figures;
}

function lastLines({ stdout = '', stderr = '' }) {
  return (stderr.trim() || stdout.trim()).split('\n').slice(-3).join('\n');
}

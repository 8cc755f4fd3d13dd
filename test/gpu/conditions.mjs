import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { probeTensorRt } from '#lib/backends/tensorrt/index.js';
import { native } from '#lib/native.js';

/** Whether this is a test of the suite itself, on the double. */
export const onDouble = process.env.CALIBRT_GPU_TEST_DOUBLE === '1';

/** The only TensorRT to test, where one was named. */
export const onlyFlavour = process.env.CALIBRT_GPU_TEST_FLAVOUR || undefined;

/**
 * What the machine has. `skip` is empty where there is a GPU to test on; `flavours` names each TensorRT that can be used, and why the
 * others cannot.
 */
export async function findConditions() {
  const cuda = await native().probeCuda();
  const probes = await probeTensorRt();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return {
    skip: cuda.problem === '' ? '' : `no GPU: ${cuda.problem}`,
    flavours: probes.map((probe) => ({ flavour: probe.flavour, name: probe.name, problem: problemOf(probe, cuda) })),
    describe: {
      ...(onDouble
        ? { notLatencies: 'measured on a double of TensorRT and of the driver: no time in this file means anything' }
        : {}),
      calibrt: version,
      node: process.version,
      kernel: release(),
      cpu: cpus()[0]?.model,
      driver: cuda.driver,
      gpus: cuda.devices,
      libraries: Object.fromEntries(probes.map(({ flavour, library }) => [flavour, library ?? null])),
      date: new Date().toISOString(),
    },
  };
}

function problemOf({ flavour, status, verdict, bridge }, { devices }) {
  if (onlyFlavour !== undefined && flavour !== onlyFlavour) return `CALIBRT_GPU_TEST_FLAVOUR=${onlyFlavour}`;
  if (status !== 'ok') return verdict;
  const targets = bridge?.targets ?? [];
  const here = devices[0]?.target;
  // TensorRT-RTX builds ahead of time without a GPU, but this suite runs what it builds.
  return targets.length === 0 || targets.includes(here) ? '' : `it knows no ${here}`;
}

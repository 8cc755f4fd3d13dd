import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '#lib/native.js';
import type { Diagnosis } from '#lib/pipeline/diagnose.js';
import { cli } from '../helpers/cli.js';
import { double, doubleEnvironment, withoutBridge } from '../support/double.js';

const without = withoutBridge('10') || withoutBridge('11');

let folder: string;
beforeAll(async () => {
  if (without !== '') return;
  folder = await mkdtemp(join(tmpdir(), 'calibrt-doctor-'));
  // Both majors in one installation.
  const libraries = join(folder, 'both/lib');
  await mkdir(libraries, { recursive: true });
  for (const major of ['10', '11'] as const) {
    for (const name of [`libnvinfer.so.${major}`, `libnvonnxparser.so.${major}`]) {
      await symlink(join(double().root(major), name), join(libraries, name));
    }
  }
  // An addon that has no bridge beside it: it looks in the folder that it was loaded from.
  const alone = join(folder, 'alone/build/Release');
  await mkdir(alone, { recursive: true });
  const loader = createRequire(import.meta.url)('node-gyp-build') as { path(root: string): string };
  await copyFile(loader.path(packageRoot), join(alone, 'calibrt.node'));
});
afterAll(async () => {
  if (without === '') await rm(folder, { recursive: true, force: true });
});

/** What is here: the bridge, the library, the GPU. */
interface Machine {
  readonly bridge: boolean;
  readonly library: boolean;
  readonly gpu: boolean;
}

function environment({ bridge, library, gpu }: Machine): NodeJS.ProcessEnv {
  return {
    ...doubleEnvironment(gpu ? {} : { cuda: 'none' }),
    ...(library ? { TENSORRT_ROOT: join(folder, 'both') } : { TENSORRT_ROOT: join(folder, 'nothing') }),
    ...(bridge ? {} : { CALIBRT_PREBUILD: join(folder, 'alone') }),
  };
}

describe.skipIf(without !== '')(`calibrt doctor on the double${without}`, () => {
  const either = [true, false];
  const machines = either.flatMap((bridge) =>
    either.flatMap((library) => either.map((gpu) => ({ bridge, library, gpu }))),
  );

  it.each(machines)('bridge $bridge, library $library, GPU $gpu', async (machine) => {
    const { bridge, library, gpu } = machine;
    const { status, stdout, stderr } = await cli(['doctor', '--json'], environment(machine));
    // What is missing is no failure of the doctor's.
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { tensorrt, checks } = JSON.parse(stdout) as Diagnosis;
    for (const flavour of ['10', '11'] as const) {
      const probe = tensorrt.find((each) => each.flavour === flavour)!;
      expect(probe.status).toBe(bridge && library && gpu ? 'ok' : 'missing');
      expect(probe.bridge?.flavour).toBe(bridge ? flavour : undefined);
      const infer = join(folder, `both/lib/libnvinfer.so.${flavour}`);
      expect(probe.library?.infer).toBe(library ? infer : undefined);
      expect(probe.candidates.at(-1)?.verdict).toBe(library ? 'found' : 'absent');
      // Only a bridge opens a library, and so learns its version.
      expect(probe.library?.version?.split('.')[0]).toBe(bridge && library ? flavour : undefined);
      expect(probe.cuda).toMatchObject(gpu ? { driver: '12.8', problem: '', devices: [{ target: 'sm86' }] } : {});
      expect(probe.cuda?.problem === '').toBe(gpu);

      // All that is missing is named at once, with its remedy, in the order bridge, library, GPU.
      const told: readonly [boolean, RegExp, RegExp][] = [
        [bridge, /bridge to it was not built/, /npm run build:native/],
        [library, /libnvinfer\.so\.1\d was not found/, /install TensorRT 1\d\.x/],
        [gpu, /no GPU: there is no NVIDIA driver/, /machine with an NVIDIA GPU/],
      ];
      const places = told.flatMap(([there, verdict, remedy]) => {
        expect(verdict.test(probe.verdict)).toBe(!there);
        expect(remedy.test(probe.remedy ?? '')).toBe(!there);
        return there ? [] : [probe.verdict.search(verdict)];
      });
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(checks.find(({ name }) => name === probe.name)).toMatchObject({ verdict: probe.verdict });
    }
  });

  it.each([
    ['everything', { bridge: true, library: true, gpu: true }],
    ['nothing', { bridge: false, library: false, gpu: false }],
  ])('says it in words: %s', async (_, machine) => {
    const { status, stdout } = await cli(['doctor'], environment(machine));
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    const at = lines.findIndex((line) => line.includes('TensorRT 10.x'));
    if (machine.gpu) {
      expect(lines[at]).toMatch(
        /^ok +TensorRT 10\.x +bridge for 10\.\d+\.\d+; library 10\.\d+\.\d+ at .*\(environment\); CUDA 12\.8, Double of sm86 \(sm86\); builds and runs engines, INT8 from Q\/DQ models and by its calibrators$/,
      );
    } else {
      expect(lines[at]).toMatch(/^missing +TensorRT 10\.x +calibrt's bridge to it was not built; .*; no GPU: /);
      expect(lines[at + 1]).toMatch(/^ +→ set TENSORRT_ROOT .*; then install TensorRT 10\.x .*; then use a machine /);
    }
  });

  it('tells a driver without a GPU from one that fails', async () => {
    const both = { TENSORRT_ROOT: join(folder, 'both') };
    const probe = async (env: NodeJS.ProcessEnv) => {
      const { stdout } = await cli(['doctor', '--json'], { ...env, ...both });
      return (JSON.parse(stdout) as Diagnosis).tensorrt.find(({ flavour }) => flavour === '10')!;
    };
    const idle = await probe(doubleEnvironment({ devices: [] }));
    expect(idle).toMatchObject({ status: 'missing', cuda: { driver: '12.8' } });
    expect(idle.verdict).toContain('no GPU: CUDA 12.8, the NVIDIA driver sees no GPU');
    const failing = await probe(doubleEnvironment({ fail: ['cuInit'] }));
    expect(failing).toMatchObject({ status: 'missing' });
    expect(failing.verdict).toContain('no GPU: CUDA 12.8, the NVIDIA driver fails: CUDA_ERROR_UNKNOWN');
  });
});

import { availableParallelism, cpus } from 'node:os';
import { onnxRuntimeVersion, WorkerProcess } from '../backends/onnxruntime/index.js';
import { probeTensorRt, type FlavourProbe } from '../backends/tensorrt/index.js';
import { native } from '../native.js';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `ok`: works. `missing`: not there, and only what needs it fails. `broken`: there, and does not work. */
  readonly status: 'ok' | 'missing' | 'broken';
  readonly verdict: string;
  /** What to do about it; absent where there is nothing to do. */
  readonly remedy?: string;
}

/** What `calibrt doctor` tells. */
export interface Diagnosis {
  readonly checks: readonly Check[];
  readonly tensorrt: readonly FlavourProbe[];
}

/** Looks at everything that calibrt may use; never throws for what is missing. */
export async function diagnose(): Promise<Diagnosis> {
  const tensorrt = await probeTensorRt();
  return {
    checks: [
      nodeCheck(),
      cpuCheck(),
      addonCheck(),
      await onnxRuntimeCheck(),
      await sharpCheck(),
      ...tensorrt.map(flavourCheck),
    ],
    tensorrt,
  };
}

function nodeCheck(): Check {
  return { name: 'Node.js', status: 'ok', verdict: `${process.version} on ${process.platform}-${process.arch}` };
}

function cpuCheck(): Check {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return { name: 'CPU', status: 'ok', verdict: `${model}, ${availableParallelism()} threads` };
}

function addonCheck(): Check {
  try {
    return { name: 'native addon', status: 'ok', verdict: `kernels for ${native().instructionSet}` };
  } catch (error) {
    return broken(
      'native addon',
      error,
      'run `npm run install` in the package folder (needs a C++20 compiler and CMake)',
    );
  }
}

async function onnxRuntimeCheck(): Promise<Check> {
  const name = 'ONNX Runtime';
  const version = onnxRuntimeVersion();
  if (version === null) {
    return {
      name,
      status: 'missing',
      verdict: 'onnxruntime-node is not installed: no calibration or verification on the CPU',
      remedy: '`ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node`',
    };
  }
  await using worker = new WorkerProcess();
  try {
    await worker.run({ kind: 'evaluate', model: IDENTITY_MODEL, feeds: {} });
    return { name, status: 'ok', verdict: `onnxruntime-node ${version}, runs on this CPU` };
  } catch (error) {
    return broken(name, error, '`npm rebuild onnxruntime-node`, or reinstall it');
  }
}

async function sharpCheck(): Promise<Check> {
  try {
    const { default: sharp } = await import('sharp');
    return { name: 'sharp', status: 'ok', verdict: `libvips ${sharp.versions.vips}` };
  } catch (error) {
    return broken('sharp', error, '`npm install --include=optional sharp`: images cannot be decoded without it');
  }
}

function flavourCheck(probe: FlavourProbe): Check {
  return {
    name: probe.name,
    status: probe.status,
    verdict: probe.verdict,
    ...(probe.remedy === undefined ? {} : { remedy: probe.remedy }),
  };
}

function broken(name: string, error: unknown, remedy: string): Check {
  return { name, status: 'broken', verdict: error instanceof Error ? error.message : String(error), remedy };
}

/** The least model there is: one Constant of value 1, named `y`; opset 13. */
const IDENTITY_MODEL = Uint8Array.from(
  Buffer.from('CAg6NgokEgF5IghDb25zdGFudCoVCgt2YWx1ZV9mbG9hdBUAAIA/oAEBEgFnYgsKAXkSBgoECAESAEIECgAQDQ==', 'base64'),
);

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const networks = join(root, 'test/fixtures/networks');
const detector = join(root, '../shared/data/face-detector');

/**
 * What is compared where no model is named: `calibration` and `test` samples (the same: splits of it), how many of each a split
 * draws, what the SQNR is taken of (default: every output), and the task.
 */
export function builtIn() {
  const gray = { pixelFormat: 'gray', preset: 'unit' };
  const compared = [
    {
      name: 'demo',
      model: join(root, 'demo/model.onnx'),
      calibration: { data: join(root, 'demo/calibration'), preprocess: gray },
      test: { data: join(root, 'demo/test'), preprocess: gray },
      sizes: [100, 200],
      task: 'top1',
    },
    {
      name: 'depthwise',
      model: join(networks, 'depthwise.onnx'),
      calibration: { data: join(root, 'demo/calibration'), preprocess: gray },
      test: { data: join(root, 'demo/test'), preprocess: gray },
      sizes: [100, 200],
      task: 'top1',
    },
    {
      name: 'second',
      model: join(networks, 'second.onnx'),
      calibration: { data: join(networks, 'second-calibration.npy') },
      test: { data: join(networks, 'second-test.npy') },
      sizes: [80, 100],
      task: 'agreement',
    },
  ];
  if (existsSync(detector)) {
    const photos = { data: join(detector, 'photos'), preprocess: { mean: [127, 127, 127], std: [128, 128, 128] } };
    compared.push({
      name: 'face detector',
      model: join(detector, 'version-RFB-320.onnx'),
      calibration: photos,
      test: photos,
      sizes: [9, 5],
      targets: ['scores[...,1]', 'boxes'],
      task: 'faces',
    });
  }
  return compared;
}

/** A network of the command line. */
export function named(model, { data, calibrate, test, target, task, preset, mean, std, 'pixel-format': pixelFormat }) {
  const numbers = (text) => text.split(',').map(Number);
  const preprocess = {
    ...(preset && { preset }),
    ...(pixelFormat && { pixelFormat }),
    ...(mean && { mean: numbers(mean) }),
    ...(std && { std: numbers(std) }),
  };
  const samples = { data, ...(Object.keys(preprocess).length > 0 && { preprocess }) };
  return {
    name: basename(model),
    model,
    calibration: samples,
    test: samples,
    sizes: [Number(calibrate), Number(test)],
    ...(target && { targets: target }),
    task,
  };
}

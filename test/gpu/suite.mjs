import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { evaluate, timeEngine } from 'calibrt';
import { parseInspector } from '../../dist/lib/bench/layers/inspector.js';
import { compareOutputs, runEngine } from './compare.mjs';
import { findConditions, onDouble } from './conditions.mjs';
import { runContexts } from './contexts.mjs';
import { loadModels } from './models.mjs';
import { Results } from './results.mjs';
import { compareWithEventLoop, compileEventLoop, timeByTrtexec, timePlan } from './timing.mjs';
import { calibrateTwice, quantizedModel, variantsOf } from './variants.mjs';
import { withEngine } from './with-engine.mjs';

/** Nothing new is begun after this, so that the suite ends in ten minutes. */
const patienceMs = 9 * 60_000;
const begun = performance.now();

/** Top-1 that any precision may lose; FP16 and FP32 differ in the last bits alone. */
const topOnePoints = 0.01;
/** Least SQNR in dB of FP16 against FP32. */
const leastFp16Db = 30;
/** dB that an engine with Q/DQ may be from what the model means on the CPU. */
const sqnrToleranceDb = 1;

/** Runs the suite; results go to `file`. */
export async function runSuite(file) {
  const conditions = await findConditions();
  const folder = mkdtempSync(join(tmpdir(), 'calibrt-gpu-'));
  const results = new Results(file, conditions.describe);
  const models = conditions.skip === '' ? await loadModels(folder) : [];
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    results.write();
    console.log(`results: ${file}${onDouble ? ' (on the double: no latencies)' : ''}`);
  });
  test('a GPU', { skip: conditions.skip || false }, () => undefined);
  for (const { flavour, name, problem } of conditions.flavours) {
    const skip = conditions.skip || problem;
    if (skip !== '') {
      test(name, { skip }, () => undefined);
      continue;
    }
    for (const model of models) testModel({ results, folder, flavour, model });
  }
}

/** The tests of one network on one flavour of TensorRT; each builds on those before. */
function testModel({ results, folder, flavour, model }) {
  describe(`${model.name} on TensorRT ${flavour}`, () => {
    const plans = new Map();
    let reference;
    const record = (path, value) => results.set(path, value);
    const key = (name) => `${model.name}-${flavour}-${name}`;
    const timed = (name, body) =>
      test(name, async (t) => {
        if (performance.now() - begun > patienceMs) return t.skip('nine minutes are over');
        await body(t);
      });
    const need = (t, name) => {
      if (plans.has(name)) return plans.get(name);
      t.skip(`there is no engine in ${name}`);
      return undefined;
    };

    for (const variant of variantsOf(model, flavour, folder)) {
      timed(`builds and runs in ${variant.name}`, async () => {
        const { plan, bytes, timings, calibration, notes } = await variant.build();
        plans.set(variant.name, plan);
        const outcome = await runEngine(plan, model);
        reference ??= outcome;
        const metrics = compareOutputs(reference, outcome);
        const timing = await timePlan(plan, { shapes: { [model.input]: [model.batch, ...model.sampleShape] } });
        record(['engines', key(variant.name)], {
          ...{ bytes, buildMs: timings.build, top1: outcome.top1, ...metrics, timing },
          ...(notes === undefined ? {} : { notes }),
          ...(calibration === undefined
            ? {}
            : { calibration: { ...calibration, cache: calibration.cache.byteLength, histograms: undefined } }),
        });
        if (model.labelled)
          assert.ok(
            outcome.top1 >= reference.top1 - topOnePoints,
            `top-1 fell from ${reference.top1} to ${outcome.top1}`,
          );
        if (variant.name === 'fp16') assert.ok(metrics.sqnrDb > leastFp16Db, `FP16 is ${metrics.sqnrDb} dB from FP32`);
        if (variant.name === 'int8-qdq') await compareWithCpu({ record, folder, model, key, metrics });
      });
    }

    if (flavour === '10') {
      timed('calibrates twice to the same cache', async () => {
        const [first, second] = await calibrateTwice(model, folder);
        assert.ok(first.equals(second), `the caches differ:\n${first.toString()}\n${second.toString()}`);
        record(['calibration', key('entropy')], { bytes: first.byteLength, identical: true });
      });
    }

    for (const name of ['fp32', 'int8-qdq']) {
      timed(`runs ${name} on 1, 2 and 4 contexts at once`, async (t) => {
        const plan = need(t, name);
        if (plan === undefined) return;
        const { perSecond, same } = await runContexts(plan, model, onDouble ? 8 : 200);
        record(['contexts', key(name)], perSecond);
        assert.ok(same, 'outputs differ between contexts');
      });
    }

    timed('replays CUDA graphs, profiles layers, and says what the engine is made of', async (t) => {
      const plan = need(t, 'int8-qdq');
      if (plan === undefined) return;
      const seconds = onDouble ? 0.02 : 0.5;
      const shapes = { [model.input]: [model.batch, ...model.sampleShape] };
      await withEngine(plan, async (engine) => {
        const layers = await engine.inspect();
        record(['engines', key('int8-qdq'), 'inspector'], layers);
        assert.ok(parseInspector(layers).length > 0);
        const run = (options) => timeEngine(engine, { shapes, durationSeconds: seconds, warmUpMs: 10, ...options });
        const graph = await run({ cudaGraph: true });
        const profile = await run({ profileLayers: true });
        assert.ok(graph.trace.stream.length > 0 && profile.layers.length > 0);
        record(['engines', key('int8-qdq'), 'graphNotes'], graph.notes);
        record(['engines', key('int8-qdq'), 'layers'], profile.layers.length);
      });
    });

    timed('is timed as a plain event loop and trtexec time it', async (t) => {
      const plan = need(t, 'int8-qdq');
      if (plan === undefined) return;
      const loop = compileEventLoop(flavour, folder);
      const trtexec = timeByTrtexec(plan, model);
      if (loop.problem !== undefined) return t.skip(loop.problem);
      const compared = await compareWithEventLoop(loop, plan, model);
      record(['eventLoop', key('int8-qdq')], { ...compared, trtexec });
      if (onDouble) return;
      for (const [figure, tolerance] of [
        ['computeMs', 0.01],
        ['latencyMs', 0.02],
        ['throughput', 0.02],
      ]) {
        const { difference } = compared[figure];
        assert.ok(Math.abs(difference) <= tolerance, `${figure} differs by ${(difference * 100).toFixed(2)} %`);
      }
    });
  });
}

/** The same quantized model on the CPU, Q/DQ executed as written, against the same FP32 model. */
async function compareWithCpu({ record, folder, model, key, metrics }) {
  const cpu = await evaluate(model.path, await quantizedModel(model, folder), {
    ...model.testSource,
    limit: model.test.length,
  });
  const [{ sqnrDb }] = Object.values(cpu.outputs);
  record(['engines', key('int8-qdq'), 'cpuSqnrDb'], sqnrDb);
  // The double computes nothing in INT8.
  if (onDouble) return;
  const difference = Math.abs(sqnrDb - metrics.sqnrDb);
  assert.ok(difference <= sqnrToleranceDb, `SQNR is ${metrics.sqnrDb} dB on the GPU, ${sqnrDb} dB on the CPU`);
}

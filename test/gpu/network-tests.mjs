import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timeEngine } from 'calibrt';
import { parseInspector } from '#lib/bench/layers/inspector.js';
import { compareOutputs, runEngine } from './compare.mjs';
import { Comparisons } from './comparisons.mjs';
import { onDouble } from './conditions.mjs';
import { runContexts } from './contexts.mjs';
import { openEventLoop } from './event-loop.mjs';
import { runOnCpu } from './on-cpu.mjs';
import { compareTimes, timePlan } from './timing.mjs';
import { openTrtexec } from './trtexec.mjs';
import { calibrateTwice, variantsOf } from './variants.mjs';
import { withEngine } from './with-engine.mjs';

/** Top-1 that any precision may lose on FP32, and may be off from the same quantization on the CPU. */
const topOnePoints = 0.01;
/** Least SQNR in dB of FP16 against FP32. */
const leastFp16Db = 30;
/** dB that an INT8 engine may be from what its quantization means on the CPU. */
const sqnrToleranceDb = 1;

/** The tests of one network on one flavour of TensorRT; each builds on those before. */
export function testNetwork({ results, limit, folder, flavour, model }) {
  const title = `${model.name} on TensorRT ${flavour}`;
  const key = (name) => `${model.name}-${flavour}-${name}`;
  const shapes = { [model.input]: [model.batch, ...model.sampleShape] };
  const built = new Map();

  /** A test in `results`, with comparisons that are checked at its end; `body` resolves to why it skips, if it does. */
  const tell = (name, variant, body) => {
    const full = `${title}: ${name}`;
    results.setTest(full, 'waiting');
    test(name, async (t) => {
      results.setTest(full, 'running');
      const comparisons = new Comparisons(t, (figure, value) =>
        results.set(['comparisons', key(variant), figure], value),
      );
      try {
        const reason = limit.reasonToSkip() || (await body(comparisons));
        if (reason) t.skip(reason);
        else comparisons.check();
        results.setTest(full, reason ? `skipped: ${reason}` : 'passed');
      } catch (error) {
        results.setTest(full, `failed: ${error.message}`);
        throw error;
      }
    });
  };
  const withPlan = (name, variant, body) =>
    tell(name, variant, (comparisons) =>
      built.has(variant) ? body(built.get(variant).plan, comparisons) : `there is no engine in ${variant}`,
    );

  describe(title, () => {
    for (const variant of variantsOf(model, flavour, folder)) {
      tell(`builds and runs in ${variant.name}`, variant.name, async (comparisons) => {
        const outcome = await variant.build();
        const ran = await runEngine(outcome.plan, model);
        built.set(variant.name, { plan: outcome.plan, ran });
        const reference = built.get('fp32')?.ran;
        if (reference === undefined) return 'there is no engine in fp32 to compare with';
        const metrics = compareOutputs(reference, ran);
        const timing = await timePlan(outcome.plan, { shapes });
        results.set(['engines', key(variant.name)], { ...describeBuild(outcome), top1: ran.top1, ...metrics, timing });
        if (variant.onCpu !== undefined)
          await compareWithCpu(variant, outcome, { ...metrics, top1: ran.top1 }, comparisons);
        checkAccuracy(variant, metrics, ran, reference);
      });
    }

    if (flavour === '10') {
      tell('calibrates twice to the same cache', 'entropy', async () => {
        const [first, second] = await calibrateTwice(model, folder);
        assert.ok(first.equals(second), `the caches differ:\n${first.toString()}\n${second.toString()}`);
        results.set(['calibration', key('entropy')], { bytes: first.byteLength, identical: true });
      });
    }

    for (const variant of ['fp32', 'int8-qdq']) {
      withPlan(`runs ${variant} on 1, 2 and 4 contexts at once`, variant, async (plan) => {
        const { perSecond, same } = await runContexts(plan, model, onDouble ? 8 : 200);
        results.set(['contexts', key(variant)], perSecond);
        assert.ok(same, 'outputs differ between contexts');
      });
    }

    withPlan('replays CUDA graphs, profiles layers, and says what the engine is made of', 'int8-qdq', (plan) =>
      withEngine(plan, async (engine) => {
        const inspector = await engine.inspect();
        const run = (options) =>
          timeEngine(engine, { shapes, durationSeconds: onDouble ? 0.02 : 0.5, warmUpMs: 10, ...options });
        const graph = await run({ cudaGraph: true });
        const profile = await run({ profileLayers: true });
        results.set(['engines', key('int8-qdq'), 'inspector'], inspector);
        results.set(['engines', key('int8-qdq'), 'graphNotes'], graph.notes);
        results.set(['engines', key('int8-qdq'), 'layers'], profile.layers.length);
        assert.ok(parseInspector(inspector).length > 0);
        assert.ok(graph.trace.stream.length > 0 && profile.layers.length > 0);
      }),
    );

    for (const variant of ['fp32', 'int8-qdq']) {
      const timers = [
        ['a plain event loop', 'event loop', () => openEventLoop(flavour, folder, limit.signal)],
        ['trtexec', 'trtexec', (plan) => openTrtexec(flavour, plan, limit.signal)],
      ];
      for (const [name, short, open] of timers) {
        withPlan(`times ${variant} as ${name} does`, variant, async (plan, comparisons) => {
          const { time, problem } = await open(plan);
          if (problem !== undefined) return problem;
          await compareTimes(comparisons.of(short), time, plan, model);
        });
      }
    }
  });

  async function compareWithCpu(variant, outcome, onGpu, comparisons) {
    const { path, missing } = await variant.onCpu(outcome, variant.name);
    const cpu = await runOnCpu(model, path);
    results.set(['engines', key(variant.name), 'onCpu'], { ...cpu, ...(missing === undefined ? {} : { missing }) });
    const [ours, theirs] = [onGpu.sqnrDb, cpu.sqnrDb];
    comparisons.near('SQNR on GPU and CPU', { ours, theirs, tolerance: sqnrToleranceDb, unit: 'dB' });
    if (!model.labelled) return;
    const top1 = { ours: onGpu.top1, theirs: cpu.top1, tolerance: topOnePoints, unit: 'of all' };
    comparisons.near('top-1 on GPU and CPU', top1);
  }

  function checkAccuracy({ name }, { sqnrDb }, { top1 }, reference) {
    if (model.labelled) {
      assert.ok(top1 >= reference.top1 - topOnePoints, `top-1 fell from ${reference.top1} to ${top1}`);
    }
    if (name === 'fp16') assert.ok(sqnrDb > leastFp16Db, `FP16 is ${sqnrDb} dB from FP32`);
  }
}

function describeBuild({ bytes, timings, notes, calibration }) {
  return {
    bytes,
    buildMs: timings.build,
    ...(notes === undefined ? {} : { notes }),
    ...(calibration === undefined
      ? {}
      : { calibration: { ...calibration, cache: calibration.cache.byteLength, histograms: undefined } }),
  };
}

import { MetricsAccumulator } from '#lib/accuracy/index.js';
import { argmax } from '#lib/accuracy/metrics.js';
import { batchesOf } from './models.mjs';
import { withEngine } from './with-engine.mjs';

/** Outputs of an engine on a model's test samples: one array per batch, and the share of right classes where they are known. */
export function runEngine(plan, model) {
  return withEngine(plan, async (engine) => {
    const context = await engine.createContext();
    const output = engine.tensors.find(({ mode }) => mode === 'output').name;
    const outputs = [];
    let right = 0;
    let rows = 0;
    for (const { feeds, labels } of batchesOf(model, model.test, model.batch)) {
      const { [output]: tensor } = await context.infer(feeds);
      const row = tensor.shape.at(-1);
      outputs.push({ data: tensor.data, row });
      labels.forEach((label, i) => {
        rows++;
        if (argmax(tensor.data, i * row, row) === label) right++;
      });
    }
    return { outputs, ...(model.labelled ? { top1: right / rows } : {}) };
  });
}

/** How far a candidate's outputs are from the reference's. */
export function compareOutputs(reference, candidate) {
  const metrics = new MetricsAccumulator();
  reference.outputs.forEach(({ data, row }, i) => metrics.add(data, candidate.outputs[i].data, row));
  return metrics.result();
}

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createCalibrator } from '../../../dist/calibrators/index.js';
import { WorkerProcess } from '../../../dist/lib/backends/onnxruntime/index.js';
import { modelInputs, openDataset, readBatches } from '../../../dist/lib/data/index.js';
import { exactPattern, insertQdq, openModel, placeQdq } from '../../../dist/lib/model/index.js';
import { chooseMethods } from '../../../dist/lib/pipeline/calibration/auto-method.js';
import { integerForm } from '../../../dist/lib/pipeline/calibration/integer-form.js';
import { captureStatistics } from '../../../dist/lib/pipeline/calibration/statistics.js';
import { prepareModel } from '../../../dist/lib/pipeline/prepare.js';
import { correctBiases } from '../../../dist/lib/pipeline/repair/bias.js';
import { equalizeNetwork } from '../../../dist/lib/pipeline/repair/equalize.js';
import { openTrials } from '../../../dist/lib/pipeline/repair/trial.js';
import { Workspace } from '../../../dist/lib/pipeline/workspace.js';
import { symmetricScale } from '../../../dist/lib/tables/index.js';

/**
 * A network with the samples that calibrate it: the cleaned graph, where TensorRT's form puts Q/DQ, and the pieces of the pipeline
 * that a comparison of thresholds needs apart. Close it.
 *
 * @param {string} path The FP32 ONNX model.
 * @param {{ data: string, preprocess?: object, limit?: number }} samples
 */
export async function openStudy(path, { data, preprocess, limit = Infinity }) {
  const worker = new WorkerProcess();
  const workspace = await Workspace.create();
  const close = async () => {
    await worker[Symbol.asyncDispose]();
    await workspace[Symbol.asyncDispose]();
  };
  try {
    const { model } = await prepareModel(path, worker);
    const inputs = modelInputs(model.inputs);
    const placement = placeQdq(model, { form: 'tensorrt' });
    const tensors = placement.activations.map(({ tensor }) => tensor);
    const spec = { sources: [{ path: data }], ...(preprocess && { preprocess }) };
    const { size } = await openDataset(spec, inputs);
    const indices = Array.from({ length: Math.min(size, limit) }, (_, index) => index);
    const context = { worker, workspace, threads: availableParallelism() };
    const drawn = (chosen) => ({ calibration: { kind: 'dataset', spec, inputs, indices: chosen }, holdout: null });
    const judge = (chosen) => ({ samples: drawn(chosen), symmetry: 'symmetric', context, options: {} });
    const capture = async (network, chosen) => {
      const { statistics } = await captureStatistics(
        { model: network, tensors, placement },
        drawn(chosen),
        context,
        {},
      );
      return statistics;
    };
    const auto = (network, where, statistics, chosen) =>
      chooseMethods(network, where, statistics, drawn(chosen), 'symmetric', context, {});
    const write = async (network, where, ranges, output) => {
      const quantized = network.clone();
      await insertQdq(quantized, where, ranges);
      await quantized.save(output);
    };
    return {
      model,
      inputs,
      placement,
      tensors,
      indices,
      workspace,
      close,
      /** Statistics of the placement's tensors over these samples. */
      capture: (chosen) => capture(model, chosen),
      /** Thresholds by tensor, from statistics. */
      async thresholds(statistics, [method, options]) {
        const ranges = await createCalibrator(method, options).ranges([...statistics.values()], [...statistics.keys()]);
        return Object.fromEntries([...statistics.keys()].map((name, index) => [name, ranges[index].max]));
      },
      /** Writes the INT8 model of these thresholds. */
      async write(thresholds, output) {
        const scales = Object.entries(thresholds).map(([name, amax]) => [name, { scale: symmetricScale(amax) }]);
        await write(model, placement, new Map(scales), output);
      },
      /** Writes the INT8 model of `--method auto`, with or without repairs, some nodes left in float. */
      async writeAuto(statistics, chosen, { repairs, float }, output) {
        const exclude = float.map(exactPattern);
        const where = placeQdq(model, { form: 'tensorrt', exclude });
        const scope = { form: 'tensorrt', exclude };
        const network = repairs ? (await equalizeNetwork(model, scope, judge(chosen))).model : model;
        const known = network === model ? statistics : await capture(network, chosen);
        const found = await auto(network, where, known, chosen);
        const form = (name) => integerForm(name, found.ranges.get(name), 'tensorrt');
        const ranges = new Map(where.activations.map(({ tensor }) => [tensor, form(tensor)]));
        const last = repairs ? (await correctBiases(network, where, ranges, judge(chosen))).model : network;
        await write(last, where, ranges, output);
      },
      /** Multiply-accumulates of each node. */
      async macs() {
        const { macs } = await openTrials('macs', model, judge(indices.slice(0, 1)));
        return macs;
      },
      /** Nodes of the placement that a model written by another quantizer for the same network leaves in float. */
      async leftInFloat(path) {
        const { graph } = await openModel(path);
        // A constant is no activation, whether it is stored as INT8 or quantized in the graph.
        const isQuantized = (name) => {
          const dequantize = graph.producer(name);
          const quantize = dequantize?.is('DequantizeLinear') ? graph.producer(dequantize.inputs[0]) : undefined;
          return quantize !== undefined && !graph.initializers.has(quantize.inputs[0]);
        };
        const int8 = new Set(graph.nodes.filter((node) => node.inputs.some(isQuantized)).map(({ name }) => name));
        return placement.nodes.filter(({ node, quantized }) => quantized && !int8.has(node)).map(({ node }) => node);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Reads samples as the network sees them and writes them down as one array, so that everyone gets the same values.
 *
 * @returns {Promise<(number | undefined)[]>} The labels, undefined where there are none.
 */
export async function writeArray(output, { data, preprocess }, inputs) {
  if (inputs.length !== 1) throw new Error(`the model has ${inputs.length} inputs; this comparison takes one`);
  const dataset = await openDataset({ sources: [{ path: data }], ...(preprocess && { preprocess }) }, inputs);
  const order = Array.from({ length: dataset.size }, (_, index) => index);
  const [parts, labels] = [[], []];
  let shape;
  for await (const batch of readBatches(dataset, order)) {
    const tensor = batch.inputs[inputs[0].name];
    if (tensor.dtype !== 'float32')
      throw new Error(`input ${inputs[0].name} is ${tensor.dtype}; this comparison takes float32`);
    shape = tensor.shape.slice(1);
    parts.push(Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
    labels.push(batch.labels?.[0]);
  }
  writeFileSync(output, Buffer.concat([npyHeader([parts.length, ...shape]), ...parts]));
  return labels;
}

function npyHeader(shape) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 0, 0]);
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1')]);
}

import type { Flag } from '../command.js';
import { sampleFlags } from './samples.js';

/** What is timed, and how long. */
export const benchFlags: readonly Flag[] = [
  {
    name: 'backend',
    type: 'string',
    value: 'NAME,…',
    default: 'auto: a plan on what built it, a model on TensorRT where there is a GPU, else on the CPU',
    description: 'auto, onnxruntime (CPU), tensorrt or tensorrt-rtx; several time each model on each',
  },
  {
    name: 'precision',
    type: 'string',
    value: 'NAME,…',
    default: 'fp32',
    description:
      'what an ONNX model is built in for a GPU: fp32, fp16, bf16, int8 (with made-up ranges, for its time alone); several build each',
  },
  {
    name: 'shapes',
    type: 'string',
    value: 'NAME:DIMS,…',
    repeat: true,
    default: "the plan's OPT; 1 where a model leaves a dimension open",
    description: 'shapes to run in, as in input:8x3x224x224; each further --shapes times every model once more',
  },
  { name: 'rounds', type: 'integer', value: 'N', default: '10', description: 'rounds, each with a session of its own' },
  { name: 'warm-up', type: 'number', value: 'MS', default: '200', description: 'warm-up of each round' },
  {
    name: 'duration',
    type: 'number',
    value: 'S',
    default: '3',
    description: 'least time to measure each model for, all rounds together',
  },
  {
    name: 'iterations',
    type: 'integer',
    value: 'N',
    default: '10',
    description: 'least number of queries of each model that count',
  },
  { name: 'percentile', type: 'string', value: 'P,…', default: '90,95,99', description: 'percentiles to report' },
  {
    name: 'baseline',
    type: 'string',
    value: 'FILE',
    description: 'compare with an earlier run: what `bench --json` printed',
  },
  { name: 'profile', type: 'boolean', description: 'time each layer too, and say which ran in INT8' },
  { name: 'threads', type: 'integer', value: 'N', default: 'all cores', description: 'CPU: threads of ONNX Runtime' },
  { name: 'no-spinning', type: 'boolean', description: 'CPU: let waiting threads sleep, for machines that do more' },
  {
    name: 'streams',
    type: 'integer',
    value: 'N',
    default: '1',
    description: 'GPU: contexts that run at the same time',
  },
  { name: 'cuda-graph', type: 'boolean', description: 'GPU: replay a CUDA graph' },
  { name: 'no-transfers', type: 'boolean', description: 'GPU: leave out the copies of inputs and outputs' },
  { name: 'spin-wait', type: 'boolean', description: 'GPU: wait by spinning' },
  { name: 'device', type: 'integer', value: 'N', default: '0', description: 'GPU: its index' },
  { name: 'library', type: 'string', value: 'PATH', description: 'the TensorRT library, or its folder' },
  ...sampleFlags
    .filter(({ name }) => !['labels', 'batch', 'limit'].includes(name))
    .map((flag) => (flag.name === 'seed' ? { ...flag, description: 'chooses the sample that is run' } : flag)),
  {
    name: 'export-times',
    type: 'string',
    value: 'FILE',
    description: "every query's times, as trtexec's JSON; of several models, FILE-1, FILE-2, …",
  },
  { name: 'export-profile', type: 'string', value: 'FILE', description: "layer times, as trtexec's JSON; likewise" },
  {
    name: 'export-output',
    type: 'string',
    value: 'FILE',
    description: "outputs of a run, as trtexec's JSON; likewise",
  },
];

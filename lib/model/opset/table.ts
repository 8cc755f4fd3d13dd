import {
  axesToInput,
  clipToInputs,
  dftAxisToInput,
  dropoutToInput,
  padToInputs,
  sliceToInputs,
  splitNumOutputs,
  splitToInput,
  topKToInput,
} from './attributes-to-inputs.js';
import type { Upgrade } from './context.js';
import {
  batchNormOutputs,
  batchNormSpatial,
  gridSampleModes,
  refuse,
  roiAlignMode,
  scatterToElements,
} from './renamed.js';
import { resizeHalfPixel, resizeModes, upsampleScalesToInput, upsampleToResize } from './resize.js';
import { softmaxAlongAxis } from './softmax.js';

/**
 * What changed its form, by the operator set that changed it. Changes that old models fulfil as they are (wider types, new
 * defaults that mean the same, optional inputs) need no step.
 */
export const upgrades: Readonly<Record<number, Readonly<Record<string, Upgrade>>>> = {
  9: {
    BatchNormalization: batchNormSpatial,
    Upsample: upsampleScalesToInput,
    Scan: refuse('is a batched Scan'),
  },
  10: { Slice: sliceToInputs, TopK: topKToInput, Upsample: upsampleToResize },
  11: { Clip: clipToInputs, Pad: padToInputs, Resize: resizeModes, Scatter: scatterToElements },
  12: { Dropout: dropoutToInput },
  13: {
    Hardmax: softmaxAlongAxis,
    LogSoftmax: softmaxAlongAxis,
    ReduceSum: axesToInput,
    Resize: resizeHalfPixel,
    Softmax: softmaxAlongAxis,
    Split: splitToInput,
    Squeeze: axesToInput,
    Unsqueeze: axesToInput,
  },
  14: { BatchNormalization: batchNormOutputs },
  16: { RoiAlign: roiAlignMode },
  18: {
    ReduceL1: axesToInput,
    ReduceL2: axesToInput,
    ReduceLogSum: axesToInput,
    ReduceLogSumExp: axesToInput,
    ReduceMax: axesToInput,
    ReduceMean: axesToInput,
    ReduceMin: axesToInput,
    ReduceProd: axesToInput,
    ReduceSumSquare: axesToInput,
    Split: splitNumOutputs,
  },
  20: { DFT: dftAxisToInput, GridSample: gridSampleModes },
  21: { GroupNormalization: refuse('scales its groups instead of its channels') },
};

/** The oldest operator set that is read and the newest that is written. */
export const oldestOpset = 7;
export const newestOpset = 22;

// The file format that an operator set came with, by ascending set.
const irVersions: readonly (readonly [opset: number, ir: number])[] = [
  [9, 4],
  [10, 5],
  [11, 6],
  [12, 7],
  [15, 8],
  [19, 9],
  [21, 10],
];

/** The oldest IR version that a model of operator set `opset` may state. */
export function minimumIr(opset: number): number {
  return irVersions.findLast(([from]) => opset >= from)?.[1] ?? 3;
}

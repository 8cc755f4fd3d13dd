/** Flags about single layers and tensors of the network. */
import type { TrtexecArguments } from '../arguments.js';
import { ArgumentProblem } from '../problems.js';
import { oneOf, splitList, splitNameAndValue } from './specs.js';

/** What is asked for the layers that a pattern names; it holds one `*` at most. */
export interface LayerAssignment {
  readonly pattern: string;
  /** One value; of output types, one per output. */
  readonly values: readonly string[];
}

/** What an input or output may be. */
export interface TensorFormatSpec {
  /** trtexec's word; undefined where formats alone are given, as from 11.0 on. */
  readonly type: string | undefined;
  readonly layouts: readonly string[];
}

/** What the flags about single layers and tensors say. */
export interface NetworkSettings {
  readonly layerPrecisions: readonly LayerAssignment[];
  readonly layerOutputTypes: readonly LayerAssignment[];
  readonly layerDevices: readonly LayerAssignment[];
  readonly decomposableAttentions: readonly string[];
  readonly debugTensors: readonly string[];
  readonly inputFormats: readonly TensorFormatSpec[];
  readonly outputFormats: readonly TensorFormatSpec[];
  readonly precisionConstraints: 'none' | 'prefer' | 'obey';
}

const types = ['fp32', 'fp16', 'bf16', 'int8', 'fp8', 'int32', 'int64', 'bool', 'uint8', 'int4'];

/** In TensorRT's order, which the banner follows. */
export const tensorLayouts = [
  ...['chw', 'chw2', 'hwc8', 'chw4', 'chw16', 'chw32', 'dhwc8', 'cdhw32', 'hwc', 'dla_linear', 'dla_hwc4', 'hwc16'],
  'dhwc',
];

/**
 * Reads the flags about layers and tensors.
 *
 * @throws ArgumentProblem naming the flag.
 */
export function readNetworkSettings(args: TrtexecArguments, warn: (text: string) => void): NetworkSettings {
  const settings: NetworkSettings = {
    layerPrecisions: readAssignments(args, '--layerPrecisions', types),
    layerOutputTypes: readAssignments(args, '--layerOutputTypes', types),
    layerDevices: readAssignments(args, '--layerDeviceTypes', ['GPU', 'DLA']),
    decomposableAttentions: readNames(args, '--decomposableAttentions'),
    debugTensors: readNames(args, '--markDebug'),
    inputFormats: readFormats(args, '--inputIOFormats'),
    outputFormats: readFormats(args, '--outputIOFormats'),
    precisionConstraints: oneOf('--precisionConstraints', args.text('--precisionConstraints') || 'none', [
      'none',
      'prefer',
      'obey',
    ]),
  };
  const typed = settings.layerPrecisions.length + settings.layerOutputTypes.length > 0;
  if (typed && settings.precisionConstraints === 'none') {
    warn('--layerPrecisions and --layerOutputTypes have no effect with --precisionConstraints=none');
  } else if (!typed && settings.precisionConstraints !== 'none') {
    warn(`--precisionConstraints=${settings.precisionConstraints} needs --layerPrecisions or --layerOutputTypes`);
  }
  return settings;
}

function readAssignments(args: TrtexecArguments, flag: string, words: readonly string[]): LayerAssignment[] {
  return splitList(args.text(flag), ',').map((entry) => {
    const [name, value] = splitNameAndValue(entry);
    return { pattern: name.replaceAll("'", ''), values: splitList(value, '+').map((word) => oneOf(flag, word, words)) };
  });
}

function readNames(args: TrtexecArguments, flag: string): string[] {
  return splitList(args.text(flag), ',').map((name) => name.replaceAll("'", ''));
}

/** `fp16:chw+hwc8`, or `chw+hwc8` alone. */
function readFormats(args: TrtexecArguments, flag: string): TensorFormatSpec[] {
  return splitList(args.text(flag), ',').map((entry) => {
    const colon = entry.indexOf(':');
    const type = colon < 0 ? undefined : oneOf(flag, entry.slice(0, colon), types);
    const layouts = splitList(entry.slice(colon + 1), '+').map((word) => oneOf(flag, word, tensorLayouts));
    if (layouts.length === 0) throw new ArgumentProblem(`${flag}: "${entry}" names no format: fp16:chw`);
    return { type, layouts };
  });
}

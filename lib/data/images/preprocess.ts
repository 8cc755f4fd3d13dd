import { CalibrtError } from '../../errors.js';
import { formatShape } from '../shape.js';
import type { Fit, Layout, ModelInput, PixelFormat, PreprocessPreset, PreprocessSpec } from '../spec.js';
import type { DataType } from '../tensor.js';
import type { Size } from './decode.js';
import { imageLayout } from './layout.js';

/** What is done to every image of an input; nothing left to infer. */
export interface Preprocess {
  /** Absent: every image keeps its size. */
  readonly size?: Size;
  readonly fit: Fit;
  readonly padValue: number;
  readonly pixelFormat: PixelFormat;
  /** Per channel, in the order of `pixelFormat`: the tensor holds (x - mean) · scale of 0..255 values. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly layout: Layout;
  /** Whether the tensor has a leading axis of length 1. */
  readonly batchAxis: boolean;
  readonly dtype: DataType;
}

interface MeanAndStd {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Mean and standard deviation of each preset, red first. `imagenet` is the usual one of torchvision's models, times 255. */
export const presets: Readonly<Record<PreprocessPreset, MeanAndStd>> = {
  imagenet: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  unit: { mean: [0], std: [255] },
  symmetric: { mean: [127.5], std: [127.5] },
  raw: { mean: [0], std: [1] },
};

/**
 * Completes what the user said with what the input's shape tells.
 *
 * @throws CalibrtError `ERR_USAGE` for values that make no sense, `ERR_DATA_SHAPE` where the input takes no images of that kind.
 */
export function resolvePreprocess(spec: PreprocessSpec, input: ModelInput): Preprocess {
  const axes = imageLayout(input, spec.layout);
  const pixelFormat = spec.pixelFormat ?? (axes.channels === 1 ? 'gray' : 'rgb');
  const channels = pixelFormat === 'gray' ? 1 : 3;
  if (axes.channels !== null && axes.channels !== channels) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `input ${input.name} takes ${formatShape(input.shape)}, that is ${axes.channels} channels in ${axes.layout} order, ` +
        `but ${pixelFormat} images have ${channels}: check --pixel-format and --layout, or pass .npy files`,
    );
  }
  const preset = spec.preset === undefined ? undefined : inChannelOrder(presets[spec.preset], pixelFormat);
  if (spec.std !== undefined && spec.scale !== undefined) throw usage('give --std or --scale, not both');
  const mean = perChannel('--mean', spec.mean ?? preset?.mean ?? [0], channels, pixelFormat);
  const scale =
    spec.scale !== undefined
      ? perChannel('--scale', spec.scale, channels, pixelFormat)
      : perChannel('--std', spec.std ?? preset?.std ?? [1], channels, pixelFormat).map((std) => 1 / std);
  if (!scale.every((factor) => Number.isFinite(factor) && factor !== 0)) {
    throw usage('--std and --scale must be finite and not 0');
  }
  const padValue = spec.padValue ?? 0;
  if (!Number.isInteger(padValue) || padValue < 0 || padValue > 255) {
    throw usage(`--pad-value must be a whole number from 0 to 255, found ${padValue}`);
  }
  const size = targetSize(spec, input, axes);
  const { layout, batchAxis } = axes;
  const fit = spec.fit ?? 'stretch';
  return { ...(size && { size }), fit, padValue, pixelFormat, mean, scale, layout, batchAxis, dtype: input.dtype };
}

// A preset belongs to colours; explicit values belong to channels.
function inChannelOrder({ mean, std }: MeanAndStd, format: PixelFormat): MeanAndStd {
  return format === 'bgr' ? { mean: mean.toReversed(), std: std.toReversed() } : { mean, std };
}

function targetSize(
  spec: PreprocessSpec,
  input: ModelInput,
  axes: { readonly width: number | null; readonly height: number | null },
): Size | undefined {
  if (spec.resize === 'native') return undefined;
  const [width, height] = spec.resize ?? [axes.width, axes.height];
  if (width === null || height === null) {
    throw usage(
      `input ${input.name} takes images of any size (${formatShape(input.shape)}): choose one with --resize WxH, ` +
        `the size that the network will be used with`,
    );
  }
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw usage(`--resize must be two whole numbers above 0, found ${width}x${height}`);
  }
  if ((axes.width ?? width) !== width || (axes.height ?? height) !== height) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `input ${input.name} takes images of ${axes.width ?? '?'}x${axes.height ?? '?'}, --resize says ${width}x${height}: ` +
        `leave --resize out to use the network's size`,
    );
  }
  return { width, height };
}

function perChannel(
  option: string,
  values: readonly number[],
  channels: number,
  format: PixelFormat,
): readonly number[] {
  if (values.every(Number.isFinite)) {
    if (values.length === channels) return values;
    if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
  }
  throw usage(`${option} must be one finite number or ${channels} for ${format} images, found ${values.join(',')}`);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}

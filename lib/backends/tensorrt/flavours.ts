import type { TensorRtFlavour } from '../../native.js';

/** What a user chooses between; `tensorrt` is 11.x or 10.x, whichever is installed. */
export type TensorRtBackend = 'tensorrt' | 'tensorrt-rtx';

/** What sets a flavour apart, above the bridge. */
export interface FlavourTraits {
  readonly flavour: TensorRtFlavour;
  readonly backend: TensorRtBackend;
  /** For people: `TensorRT 10.x`. */
  readonly name: string;
  /** Sonames of the two libraries. */
  readonly infer: string;
  readonly parser: string;
  /** The variable that names an installation. */
  readonly rootVariable: 'TENSORRT_ROOT' | 'TENSORRT_RTX_ROOT';
  /** Folder of the libraries in a Python's site-packages. */
  readonly wheelFolder: string;
}

/** The flavours, newest first where a user has no preference. */
export const flavours: readonly FlavourTraits[] = [
  {
    flavour: 'rtx',
    backend: 'tensorrt-rtx',
    name: 'TensorRT-RTX 1.x',
    infer: 'libtensorrt_rtx.so.1',
    parser: 'libtensorrt_onnxparser_rtx.so.1',
    rootVariable: 'TENSORRT_RTX_ROOT',
    wheelFolder: 'tensorrt_rtx_libs',
  },
  {
    flavour: '11',
    backend: 'tensorrt',
    name: 'TensorRT 11.x',
    infer: 'libnvinfer.so.11',
    parser: 'libnvonnxparser.so.11',
    rootVariable: 'TENSORRT_ROOT',
    wheelFolder: 'tensorrt_libs',
  },
  {
    flavour: '10',
    backend: 'tensorrt',
    name: 'TensorRT 10.x',
    infer: 'libnvinfer.so.10',
    parser: 'libnvonnxparser.so.10',
    rootVariable: 'TENSORRT_ROOT',
    wheelFolder: 'tensorrt_libs',
  },
];

/** The traits of one flavour. */
export function traitsOf(flavour: TensorRtFlavour): FlavourTraits {
  return flavours.find((each) => each.flavour === flavour)!;
}

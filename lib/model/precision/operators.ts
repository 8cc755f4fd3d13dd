/** What an operator needs to compute in 16 bits. */
export interface HalfRule {
  /** Inputs of the computed type; default: all that are float32. Others keep their own. */
  readonly inputs?: readonly number[];
  /** It only moves, copies or selects values, so it follows its neighbours. */
  readonly moves?: boolean;
  /** TensorRT-RTX 1.7 was seen to refuse it in bfloat16. */
  readonly float16Only?: boolean;
}

const plain =
  'Abs Add AveragePool BatchNormalization Ceil Clip Conv Div Einsum Elu Equal Erf Floor Gelu Gemm ' +
  'GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid LSTM LeakyRelu Less LessOrEqual MatMul Max MaxPool ' +
  'Mean Min Mul Neg PRelu RNN Reciprocal ReduceMax ReduceMin Relu Round Selu Sigmoid Sign Softplus Softsign Sqrt Sub Sum Swish Tanh ' +
  'ThresholdedRelu TopK';

const float16Only = 'ConvTranspose GRU HardSwish Mish Shrink';

const moving =
  'CenterCropPad Compress Concat DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Pad Reshape ' +
  'ReverseSequence ScatterElements ScatterND Slice SpaceToDepth Split Squeeze Tile Transpose Trilu Unsqueeze Where';

const list = (names: string): string[] => names.split(' ');

/** Operators that compute in 16 bits as well as a network needs. What is in neither list stays in FP32. */
export const halfRules: ReadonlyMap<string, HalfRule> = new Map<string, HalfRule>([
  ...list(plain).map((name): [string, HalfRule] => [name, {}]),
  ...list(float16Only).map((name): [string, HalfRule] => [name, { float16Only: true }]),
  ...list(moving).map((name): [string, HalfRule] => [name, { moves: true }]),
  // Their other float inputs have types of their own: the scales must be float32, the region and the ratio may be.
  ['Resize', { inputs: [0] }],
  ['Upsample', { inputs: [0] }],
  ['Dropout', { inputs: [0] }],
  // Its first input is an integer.
  ['DequantizeLinear', { inputs: [1] }],
  ['QuantizeLinear', { inputs: [0, 1] }],
]);

const sums = 'It adds up many values: the sum overflows, or loses the small ones.';
const exponential = 'Its result spans more orders of magnitude than 16 bits hold.';
const normalization = 'It normalizes: squares overflow, and the small variance is divided by.';
const coordinates = 'It reads coordinates, which 16 bits round to another place.';
const angle = 'A large argument has no fraction left in 16 bits.';
const loss = 'It is a loss: a logarithm of probabilities.';
const range = 'It counts, and 16 bits skip numbers.';

/** Operators that stay in FP32, each with the reason. */
export const fullReasons: ReadonlyMap<string, string> = new Map(
  (
    [
      ['Softmax LogSoftmax', exponential],
      ['Exp Log Pow Sinh Cosh', exponential],
      [
        'LayerNormalization InstanceNormalization GroupNormalization RMSNormalization LpNormalization LRN ' +
          'MeanVarianceNormalization SimplifiedLayerNormalization',
        normalization,
      ],
      ['ReduceMean ReduceSum ReduceSumSquare ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceProd', sums],
      ['CumSum CumProd LpPool GlobalLpPool DFT STFT', sums],
      ['Sin Cos Tan Mod', angle],
      ['NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss', loss],
      ['NonMaxSuppression RoiAlign MaxRoiPool GridSample AffineGrid DeformConv', coordinates],
      ['Range', range],
    ] as const
  ).flatMap(([names, reason]) => list(names).map((name): [string, string] => [name, reason])),
);

/** Operators whose result tells a property of their float input, whatever its type is. */
export const typeBlind: ReadonlySet<string> = new Set(list('ArgMax ArgMin Cast IsNaN NonZero Shape Size'));

/** Operators whose result is the statistic that they are given, changed by constants at most. */
export const passStatistics: ReadonlySet<string> = new Set(list('Add Clip Max Min Mul Div Sqrt Reciprocal Sub'));

/** Operators that hand a magnitude on beside those that move values. */
export const passMagnitude: ReadonlySet<string> = new Set(list('Add Sub Mul Neg Sum'));

/** Operators that put a reduction's result to each value it came from. */
export const applyStatistics: ReadonlySet<string> = new Set(list('Add Sub Mul Div'));

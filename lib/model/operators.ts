import { CalibrtError } from '../errors.js';
import type { Model } from './model.js';
import type { GraphNode } from './node.js';

// Every operator that the ONNX domain has had in any version, as the onnx package 1.21 lists them.
const known = new Set(
  (
    'Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool ' +
    'BatchNormalization Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow ' +
    'Cast CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant ' +
    'ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT DeformConv DepthToSpace ' +
    'DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten ' +
    'Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater ' +
    'GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax ' +
    'Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less ' +
    'LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool ' +
    'MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg ' +
    'NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement ' +
    'OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN ' +
    'RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ' +
    'ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare ' +
    'RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan Scatter ' +
    'ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert ' +
    'SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss ' +
    'Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat StringNormalizer ' +
    'StringSplit Sub Sum Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose ' +
    'Trilu Unique Unsqueeze Upsample Where Xor'
  ).split(' '),
);

/** Domains whose operators ONNX Runtime brings along. */
const runtimeDomains = new Set([
  'ai.onnx.ml',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'ai.onnx.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

/**
 * Checks that a runtime can know every operator: those of the ONNX domain by name, those of other domains by the domain, unless the
 * model defines functions of its own. A model with plugins of one engine cannot be calibrated with another.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` naming node and operator.
 */
export function checkOperators(model: Model): void {
  const isKnown = ({ domain, opType }: GraphNode): boolean =>
    domain === '' ? known.has(opType) : model.hasFunctions || runtimeDomains.has(domain);
  const foreign = model.nodes.find((node) => !isKnown(node));
  if (!foreign) return;
  const operator = foreign.domain === '' ? foreign.opType : `${foreign.domain}.${foreign.opType}`;
  throw new CalibrtError(
    'ERR_MODEL_UNSUPPORTED',
    `${model.path}: node "${foreign.name}" uses ${operator}, which is no operator of ONNX: ` +
      'export the model without plugins, or the part before them as a model of its own',
  );
}

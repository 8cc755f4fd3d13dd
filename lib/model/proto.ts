/** The one door to the ONNX protobuf classes; they serve leaf messages only (attributes, types, heads of tensors). */
import onnxProto from 'onnx-proto';

export const onnx = onnxProto.onnx;

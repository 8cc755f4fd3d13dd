"""Makes the models that calibrt lint is tried on: one small network, quantized by others' tools with their own defaults.

Made with Python 3.11, numpy 2.4.6, onnx 1.21.0, onnxruntime 1.31.1 and nvidia-modelopt 0.47.0. Run it in this folder.

float.onnx           the network in FP32: a residual connection, two branches joined, a pool, a matrix product
ort-default.onnx     onnxruntime's quantize_static as it is called without options
ort-uint8.onnx       likewise with UINT8 activations, symmetric
ort-symmetric.onnx   likewise with symmetric INT8 activations and weights per channel
ort-qoperator.onnx   onnxruntime's other format, QLinearConv and its like
ort-dynamic.onnx     onnxruntime's quantize_dynamic
modelopt-int8.onnx   ModelOpt's quantize as it is called without options but float32 for what is not quantized
"""

import numpy as np
import onnx
from onnx import TensorProto, checker, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

rng = np.random.default_rng(0)
samples = rng.normal(0, 1, (8, 3, 12, 12)).astype(np.float32)


class Reader(CalibrationDataReader):
    def __init__(self):
        self.left = [{"image": sample[None]} for sample in samples]

    def get_next(self):
        return self.left.pop() if self.left else None


def network():
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def conv(tensor, output, inputs, outputs, size=3):
        weights = constant(f"{output}.w", rng.normal(0, 0.2, (outputs, inputs, size, size)))
        bias = constant(f"{output}.b", rng.normal(0, 0.1, outputs))
        return node("Conv", [tensor, weights, bias], output, pads=[size // 2] * 4)

    stem = node("Relu", [conv("image", "stem", 3, 16)], "stem_relu")
    inner = node("Relu", [conv(stem, "inner", 16, 16)], "inner_relu")
    joined = node("Relu", [node("Add", [conv(inner, "outer", 16, 16, 1), stem], "add")], "add_relu")
    left = node("Relu", [conv(joined, "left", 16, 16, 1)], "left_relu")
    right = node("Relu", [conv(joined, "right", 16, 16, 1)], "right_relu")
    both = node("Concat", [left, right], "both", axis=1)
    pooled = node("MaxPool", [both], "pool", kernel_shape=[2, 2], strides=[2, 2])
    last = node("Relu", [conv(pooled, "last", 32, 16, 1)], "last_relu")
    flat = node("Flatten", [last], "flat")
    head = [flat, constant("head.w", rng.normal(0, 0.1, (16, 576))), constant("head.b", rng.normal(0, 0.1, 16))]
    node("Gemm", head, "scores", transB=1)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "lint",
        [value("image", TensorProto.FLOAT, [1, 3, 12, 12])],
        [value("scores", TensorProto.FLOAT, [1, 16])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model


onnx.save(network(), "float.onnx")
static = {"model_input": "float.onnx", "quant_format": QuantFormat.QDQ}
quantize_static(model_output="ort-default.onnx", calibration_data_reader=Reader(), **static)
quantize_static(
    model_output="ort-uint8.onnx",
    calibration_data_reader=Reader(),
    activation_type=QuantType.QUInt8,
    extra_options={"ActivationSymmetric": True},
    **static,
)
quantize_static(
    model_output="ort-symmetric.onnx",
    calibration_data_reader=Reader(),
    per_channel=True,
    extra_options={"ActivationSymmetric": True},
    **static,
)
quantize_static("float.onnx", "ort-qoperator.onnx", Reader(), quant_format=QuantFormat.QOperator)
quantize_dynamic("float.onnx", "ort-dynamic.onnx")

from modelopt.onnx.quantization import quantize  # noqa: E402: it logs and patches on import

quantize(
    "float.onnx",
    quantize_mode="int8",
    calibration_data={"image": samples},
    calibration_eps=["cpu"],
    high_precision_dtype="fp32",
    output_path="modelopt-int8.onnx",
)

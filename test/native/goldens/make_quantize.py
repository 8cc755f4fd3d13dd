"""Makes quantize.json: what ONNX Runtime's QuantizeLinear and DequantizeLinear kernels give, and the node tests of the onnx package.

Made with Python 3.11, onnx 1.21.0, onnxruntime 1.31.1 (CPU), numpy 2.4.6. Run: python make_quantize.py
"""

import base64
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(7)
kinds = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8}


def pack(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def run(operator, data, scale, zero_point, axis, output):
    inputs = {"data": data, "scale": scale, "zero": zero_point}
    graph = helper.make_graph(
        [helper.make_node(operator, list(inputs), ["out"], **({} if axis is None else {"axis": axis}))],
        "golden",
        [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for k, v in inputs.items()],
        [helper.make_tensor_value_info("out", output, data.shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


def golden(name, dtype, data, scale, zero_point, axis=None):
    """One case; `data` is quantized, and what comes out is dequantized again."""
    zero_point = np.asarray(zero_point, dtype=dtype)
    scale = np.asarray(scale, dtype=np.float32)
    quantized = run("QuantizeLinear", data, scale, zero_point, axis, kinds[dtype])
    dequantized = run("DequantizeLinear", quantized, scale, zero_point, axis, TensorProto.FLOAT)
    return entry(name, dtype, data, scale, zero_point, axis, quantized, dequantized)


def entry(name, dtype, data, scale, zero_point, axis, quantized, dequantized):
    per_axis = scale.ndim > 0 and scale.size > 1
    return {
        "name": name,
        "dtype": dtype,
        "scale": pack(scale.astype(np.float32)),
        "zeroPoint": pack(zero_point.astype(np.int32)),
        "inner": int(np.prod(data.shape[axis + 1 :])) if per_axis else 1,
        "data": pack(data),
        "quantized": pack(quantized),
        "dequantized": pack(dequantized),
    }


def node_test(name):
    """A test of the onnx package as an entry; what it has no output for comes from ONNX Runtime."""
    folder = pathlib.Path(onnx.__file__).parent / "backend/test/data/node" / name
    node = onnx.load(folder / "model.onnx").graph.node[0]
    read = lambda path: numpy_helper.to_array(onnx.load_tensor(path))
    inputs = [read(path) for path in sorted((folder / "test_data_set_0").glob("input_*.pb"))]
    output = read(folder / "test_data_set_0/output_0.pb")
    axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
    data, scale, zero_point = inputs
    dtype = str(zero_point.dtype)
    if node.op_type == "QuantizeLinear":
        per_axis = axis if scale.ndim > 0 else None
        dequantized = run("DequantizeLinear", output, scale, zero_point, per_axis, TensorProto.FLOAT)
        return entry("onnx " + name, dtype, data, scale, zero_point, axis, output, dequantized)
    return entry("onnx " + name, dtype, output, scale, zero_point, axis, data, output)


special = np.array(
    [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, -1e-45, 1e-40, 3.4e38, -3.4e38, 127.5, 128.5, -128.5, 255.5, 0.49999997, 0.5],
    dtype=np.float32,
)
scale = np.float32(0.0371)
# Every half between levels, and its two neighbours: where rounding is decided.
halves = ((np.arange(-260, 260) + 0.5) * scale).astype(np.float32)
around = np.concatenate([halves, np.nextafter(halves, np.float32(np.inf)), np.nextafter(halves, np.float32(-np.inf))])
normal = rng.normal(scale=2.0, size=1500).astype(np.float32)

goldens = [
    golden("special values, int8", "int8", special, 1.0, 0),
    golden("special values, uint8", "uint8", special, 1.0, 128),
    golden("halves, int8", "int8", around, scale, 0),
    golden("halves, uint8", "uint8", around, scale, 113),
    golden("normal, int8", "int8", normal, np.abs(normal).max() / 127, 0),
    golden("normal, int8, zero point", "int8", normal, 0.017, -9),
    golden("normal, uint8", "uint8", normal, 0.031, 128),
    golden("denormal scale", "int8", (normal * np.float32(1e-39)).astype(np.float32), 1e-40, 0),
]
per_channel = rng.normal(size=(3, 5, 2, 7)).astype(np.float32)
scales = rng.uniform(0.001, 0.05, size=5).astype(np.float32)
for dtype, zeros in (("int8", [0, -3, 5, 0, 100]), ("uint8", [128, 0, 255, 7, 128])):
    goldens.append(golden(f"axis 1, {dtype}", dtype, per_channel, scales, zeros, 1))
goldens.append(golden("axis 3, int8", "int8", per_channel, rng.uniform(0.001, 0.05, size=7), np.zeros(7), 3))
for name in ("test_quantizelinear", "test_quantizelinear_axis", "test_dequantizelinear", "test_dequantizelinear_axis"):
    goldens.append(node_test(name))

lines = ",\n".join(json.dumps(each) for each in goldens)
pathlib.Path(__file__).with_name("quantize.json").write_text(f"[\n{lines}\n]\n")

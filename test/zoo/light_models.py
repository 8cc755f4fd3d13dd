"""Writes the `light_*` models of the onnx package with random weights: `light_models.py FOLDER NAME...`.

The package ships real topologies (Caffe2 exports: opset 9, IR version 3) in which all but the smallest weights are ConstantOfShape
nodes of one value. These become initializers, listed as graph inputs too, as IR version 3 wants; the small weights that are left are
redrawn, for a trained variance means nothing behind random weights. Seeded by the model's name.
"""

import sys
from math import prod
from pathlib import Path
from zlib import crc32

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SHIPPED = Path(onnx.__file__).parent / "backend/test/data/light"

# Variances that leave activations as large as they were: a ReLU behind takes half of it (He initialization).
GAINS = {"weight": 1, "rectified weight": 2}

# Branches that end in a sum add little to what they join: activations would otherwise double from sum to sum.
SCALES = {"scale": 1, "branch scale": 0.25}


def consumers_of(graph):
    found = {}
    for node in graph.node:
        for position, name in enumerate(node.input):
            found.setdefault(name, []).append((node, position))
    return found


def role_of(name, consumers):
    """What a constant is to the node that reads it; Unsqueeze is looked through."""
    node, position = consumers[name][0]
    if node.op_type == "Unsqueeze":
        return role_of(node.output[0], consumers)
    if node.op_type in ("Conv", "Gemm"):
        return weight_role(node, consumers) if position == 1 else "shift"
    if node.op_type == "BatchNormalization":
        joins = any(reader.op_type == "Sum" for reader, _ in consumers[node.output[0]])
        return ("", "branch scale" if joins else "scale", "shift", "shift", "scale")[position]
    return {"Mul": "scale", "Add": "shift"}.get(node.op_type)


def weight_role(node, consumers):
    readers = [reader for reader, _ in consumers.get(node.output[0], [])]
    if any(reader.op_type == "Relu" for reader in readers):
        return "rectified weight"
    affine = [reader for reader in readers if reader.op_type in ("BatchNormalization", "Mul", "Add", "Sum")]
    return weight_role(affine[0], consumers) if affine else "weight"


def draw(role, shape, rng):
    if role in GAINS:
        return rng.standard_normal(shape) * np.sqrt(GAINS[role] / prod(shape[1:]))
    if role in SCALES:
        return rng.uniform(0.8, 1.2, shape) * SCALES[role]
    return rng.standard_normal(shape) * 0.1


def with_random_weights(name):
    model = onnx.load(SHIPPED / f"light_{name}.onnx")
    graph = model.graph
    consumers = consumers_of(graph)
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes, shapes = [], {}
    for node in graph.node:
        if node.op_type == "ConstantOfShape":
            shapes[node.output[0]] = [int(size) for size in constants[node.input[0]]]
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used and role_of(tensor.name, consumers) is None]
    shapes |= {key: value.shape for key, value in constants.items() if key in used and role_of(key, consumers)}

    rng = np.random.default_rng(crc32(name.encode()))
    weights = [
        numpy_helper.from_array(draw(role_of(key, consumers), shape, rng).astype(np.float32), key)
        for key, shape in sorted(shapes.items())
    ]
    inputs = [value for value in graph.input if value.name in used and value.name not in shapes]
    inputs += [helper.make_tensor_value_info(tensor.name, TensorProto.FLOAT, tensor.dims) for tensor in weights]
    for field, values in (("node", nodes), ("initializer", kept + weights), ("input", inputs)):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    for name in names:
        onnx.save(with_random_weights(name), folder / f"{name}.onnx")

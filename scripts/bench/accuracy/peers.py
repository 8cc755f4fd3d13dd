"""
Thresholds and models of ONNX Runtime's quantizer and ModelOpt for the splits of a job; `python peers.py JOB.json OUT.json`, called
by accuracy.mjs. ModelOpt is left out where it cannot be imported.
"""

import json
import platform
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType, calibrate
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

ORT_METHODS = {
    "ORT minmax": (CalibrationMethod.MinMax, {}),
    "ORT entropy (128 bins)": (CalibrationMethod.Entropy, {}),
    "ORT entropy (2048 bins)": (CalibrationMethod.Entropy, {"num_bins": 2048}),
    "ORT percentile(99.999)": (CalibrationMethod.Percentile, {"percentile": 99.999}),
}
MODELOPT_METHODS = ("max", "entropy")


class Reader(CalibrationDataReader):
    def __init__(self, name: str, samples: np.ndarray):
        self.batches = iter([{name: sample[None]} for sample in samples])

    def get_next(self):
        return next(self.batches, None)


def wanted_tensors(model: onnx.ModelProto, job: dict) -> list[str]:
    """What our placement quantizes, and what ONNX Runtime's quantizer reads of the same nodes."""
    constant = {each.name for each in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.name in set(job["nodes"])]
    read = [name for node in nodes for name in node.input if name and name not in constant]
    return list(dict.fromkeys([*job["tensors"], *read]))


def ort_ranges(job: dict, model: onnx.ModelProto, samples: np.ndarray, method: CalibrationMethod, options: dict):
    names = wanted_tensors(model, job)
    infos = {name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names}
    # Only these: ONNX Runtime would calibrate every tensor of the operator types, which changes none of them and takes long.
    calibrate.CalibraterBase.select_tensors_to_calibrate = lambda self, model: (set(names), infos)
    with tempfile.TemporaryDirectory() as folder:
        calibrator = calibrate.create_calibrator(
            job["model"],
            augmented_model_path=f"{folder}/augmented.onnx",
            calibrate_method=method,
            extra_options={"symmetric": True, **options},
        )
        calibrator.collect_data(Reader(job["input"], samples))
        return calibrator.compute_data()


def amax(ranges, name: str) -> float:
    return float(max(abs(np.asarray(bound).item()) for bound in ranges[name].range_value))


def ort_model(job: dict, ranges, output: Path) -> None:
    model = onnx.shape_inference.infer_shapes(onnx.load(job["model"]))
    types = sorted({node.op_type for node in model.graph.node if node.name in set(job["nodes"])})
    options = {
        "ActivationSymmetric": True,
        "WeightSymmetric": True,
        "QuantizeBias": False,
        "OpTypesToExcludeOutputQuantization": types,
    }
    quantizer = QDQQuantizer(
        model, True, False, QuantType.QInt8, QuantType.QInt8, ranges, job["nodes"], [], types, options
    )
    quantizer.quantize_model()
    onnx.save(quantizer.model.model, output)


def modelopt_thresholds(path: Path) -> dict[str, float]:
    model = onnx.load(path)
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = onnx.numpy_helper.to_array(node.attribute[0].t)
    found = {}
    for node in model.graph.node:
        scale = constants.get(node.input[1]) if node.op_type == "QuantizeLinear" else None
        if scale is not None and scale.size == 1 and node.input[0] not in constants:
            found[node.input[0]] = 127 * float(scale.reshape(-1)[0])
    return found


def named(job: dict, output: Path) -> onnx.ModelProto:
    """The model with a name at every node, which the peers choose nodes by; nameless ones get what our placement calls them."""
    model = onnx.load(job["model"])
    for node, name in zip(model.graph.node, job["names"], strict=True):
        assert node.name in ("", name)
        node.name = name
    onnx.save(model, output)
    return model


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[1]).parent
    model = named(job, folder / "named.onnx")
    job["model"] = str(folder / "named.onnx")
    arrays = np.load(job["calibration"])
    versions = {"python": platform.python_version(), "onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__}
    try:
        from modelopt import __version__ as modelopt_version
        from modelopt.onnx.quantization import quantize

        versions["nvidia-modelopt"] = modelopt_version
    except ImportError as error:
        quantize = None
        print(f"ModelOpt is left out: {error}", file=sys.stderr)
    splits = []
    for index, split in enumerate(job["splits"]):
        samples = arrays[split["calibration"]]
        found = {}
        for name, (method, options) in ORT_METHODS.items():
            ranges = ort_ranges(job, model, samples, method, options)
            path = folder / f"{name.replace(' ', '-')}-{index}.onnx"
            ort_model(job, ranges, path)
            found[name] = {"model": str(path), "thresholds": {name: amax(ranges, name) for name in job["tensors"]}}
        for method in MODELOPT_METHODS if quantize else ():
            path = folder / f"modelopt-{method}-{index}.onnx"
            quantize(
                job["model"],
                calibration_data={job["input"]: samples},
                calibration_method=method,
                calibration_eps=["cpu"],
                nodes_to_quantize=[f"^{re.escape(node)}$" for node in job["nodes"]],
                high_precision_dtype="fp32",
                output_path=str(path),
                log_level="ERROR",
            )
            found[f"ModelOpt {method}"] = {"model": str(path), "thresholds": modelopt_thresholds(path)}
        splits.append(found)
        print(f"split {index + 1} of {len(job['splits'])}: {len(found)} peers", file=sys.stderr, flush=True)
    Path(sys.argv[2]).write_text(json.dumps({"versions": versions, "splits": splits}))


if __name__ == "__main__":
    main()

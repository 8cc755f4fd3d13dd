"""Quantizes MODEL with ONNX Runtime's own quantizer in its defaults for the CPU (asymmetric UINT8 activations, INT8 weights, Q/DQ) on
the samples of a .npy file, after its own pre-processing. usage: cpu_form.py MODEL SAMPLES.npy OUTPUT"""

import os
import sys
import tempfile

import numpy as np
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quant_pre_process, quantize_static


class Samples(CalibrationDataReader):
    def __init__(self, name: str, data: np.ndarray) -> None:
        self.feeds = iter([{name: data[index : index + 1]} for index in range(len(data))])

    def get_next(self):
        return next(self.feeds, None)


model, samples, output = sys.argv[1:]
name = ort.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0].name
with tempfile.TemporaryDirectory() as folder:
    prepared = os.path.join(folder, "prepared.onnx")
    quant_pre_process(model, prepared, skip_symbolic_shape=True)
    reader = Samples(name, np.load(samples))
    quantize_static(
        prepared,
        output,
        reader,
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
    )

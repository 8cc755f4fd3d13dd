"""
Runs INT8 models beside the FP32 model and measures them; `python measure.py JOB.json OUT.json`, called by accuracy.mjs. Q/DQ are
executed as written, in float.
"""

import json
import re
import sys
from pathlib import Path

import faces
import numpy as np
import onnxruntime


def session(path: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(path: str, name: str, samples: np.ndarray) -> dict[str, np.ndarray]:
    opened = session(path)
    names = [output.name for output in opened.get_outputs()]
    rows = [opened.run(names, {name: sample[None]}) for sample in samples]
    return {output: np.concatenate([row[i] for row in rows]) for i, output in enumerate(names)}


def part(outputs: dict[str, np.ndarray], target: str) -> np.ndarray:
    """`scores[...,1]` of the outputs, or all of `scores`."""
    name, index = re.fullmatch(r"([^\[]+)(?:\[\.\.\.,(\d+)\])?", target).groups()
    return outputs[name] if index is None else outputs[name][..., int(index)]


def sqnr(reference: np.ndarray, candidate: np.ndarray) -> float:
    reference, candidate = reference.astype(np.float64), candidate.astype(np.float64)
    error = np.sum((reference - candidate) ** 2)
    return float(10 * np.log10(np.sum(reference**2) / error)) if error > 0 else float("inf")


def task(kind: str, reference: dict, candidate: dict, labels: list) -> float:
    if kind == "faces":
        return faces.f1(reference, candidate)
    scores = [next(iter(outputs.values())).reshape(len(labels), -1) for outputs in (candidate, reference)]
    truth = np.array(labels) if kind == "top1" else scores[1].argmax(1)
    return float(np.mean(scores[0].argmax(1) == truth))


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    arrays = np.load(job["test"])
    results = []
    for split in job["splits"]:
        samples = arrays[split["test"]]
        labels = [job["labels"][index] for index in split["test"]]
        reference = run(job["model"], job["input"], samples)
        found = {"FP32": {"sqnr": {}, "task": task(job["task"], reference, reference, labels)}}
        for name, path in split["candidates"].items():
            outputs = run(path, job["input"], samples)
            found[name] = {
                "sqnr": {target: sqnr(part(reference, target), part(outputs, target)) for target in job["targets"]},
                "task": task(job["task"], reference, outputs, labels),
            }
        results.append(found)
    Path(sys.argv[2]).write_text(json.dumps(results))


if __name__ == "__main__":
    main()

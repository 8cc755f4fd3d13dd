"""Makes entropy.json: what ModelOpt's entropy search finds on histograms of many shapes.

Made with Python 3.11, nvidia-modelopt 0.47.0, torch 2.15.0, numpy 2.4.6, scipy 1.17.1, requests 2.34.2, huggingface_hub 2.4.0 (the
last two are imported by ModelOpt's torch package without being declared).
Run: python make_entropy.py

ModelOpt returns only the threshold, so its call of scipy's entropy() is wrapped to record every candidate's divergence.
"""

import json
import pathlib

import numpy as np
from modelopt.torch.quantization.calib import histogram as modelopt

rng = np.random.default_rng(20240607)


def of(values, bins=2048):
    """Histogram of |values| over [0, max]."""
    magnitude = np.abs(values)
    return np.histogram(magnitude, bins=bins, range=(0, magnitude.max()))[0]


def gaps(step, bins=2048):
    """Only every step-th bin holds anything, as in data that was quantized before."""
    counts = np.zeros(bins, dtype=np.int64)
    counts[step - 1 :: step] = rng.integers(1, 2000, size=len(counts[step - 1 :: step]))
    counts[-1] = 3
    return counts


def spikes(bins=2048):
    counts = np.zeros(bins, dtype=np.int64)
    for position, count in [(0, 90000), (1, 7), (130, 500), (131, 1), (700, 40), (1500, 9), (2047, 2)]:
        counts[position] = count
    return counts


n = 100_000
normal = rng.normal(size=n)
# name: counts, bits, start, stride
cases = {
    "gaussian": (of(normal), 8, 128, 1),
    "gaussian, few values": (of(normal[:400]), 8, 128, 1),
    "laplace": (of(rng.laplace(size=n)), 8, 128, 1),
    "relu": (of(np.maximum(normal, 0)), 8, 128, 1),
    "relu6": (of(np.clip(4 * normal, 0, 6)), 8, 128, 1),
    "uniform": (of(rng.uniform(size=n)), 8, 128, 1),
    "student t, 3 degrees of freedom": (of(rng.standard_t(3, size=n)), 8, 128, 1),
    "cauchy, cut at 1000": (of(np.clip(rng.standard_cauchy(size=n), -1000, 1000)), 8, 128, 1),
    "lognormal": (of(rng.lognormal(sigma=1.5, size=n)), 8, 128, 1),
    "cubed gaussian": (of(normal**3), 8, 128, 1),
    "sparse tail": (of(np.concatenate([normal, rng.uniform(5, 40, size=60)])), 8, 128, 1),
    "one outlier": (of(np.concatenate([normal, [55.0]])), 8, 128, 1),
    "two modes": (of(np.concatenate([normal, 0.5 * normal + 20])), 8, 128, 1),
    "gaps of 16": (gaps(16), 8, 128, 1),
    "gaps of 7": (gaps(7), 8, 128, 1),
    "spikes": (spikes(), 8, 128, 1),
    "flat": (np.full(2048, 3), 8, 128, 1),
    "empty second bin": (np.where(np.arange(2048) == 1, 0, of(normal)), 8, 128, 1),
    "129 bins": (of(normal, 129), 8, 128, 1),
    "1000 bins, stride 7": (of(rng.laplace(size=n), 1000), 8, 128, 7),
    "4 bits": (of(normal), 4, 8, 5),
    "512 bins from 64": (of(normal**3, 512), 8, 64, 1),
}

goldens = []
for name, (counts, bits, start, stride) in cases.items():
    counts = np.asarray(counts, dtype=np.int64)
    divergences = []

    def recording(reference, density, entropy=modelopt.entropy):
        divergences.append(float(entropy(reference, density)))
        return divergences[-1]

    original, modelopt.entropy = modelopt.entropy, recording
    try:
        # With unit-wide bins the threshold is the number of bins kept. The search overwrites the first bin: give it a copy.
        edges = np.arange(len(counts) + 1, dtype=np.float64)
        index = int(modelopt._compute_amax_entropy(counts.copy(), edges, bits, False, stride, start))
    finally:
        modelopt.entropy = original
    finite = [d for d in divergences if np.isfinite(d)]
    assert not any(np.isnan(divergences)), name
    # A sample of the candidates: the first, the last, the winner, and every 60th.
    shown = sorted({0, len(divergences) - 1, (index - start) // stride, *range(0, len(divergences), 60)})
    goldens.append(
        {
            "name": name,
            "bits": bits,
            "start": start,
            "stride": stride,
            "index": index,
            "least": min(finite),
            "divergences": [[i, divergences[i] if np.isfinite(divergences[i]) else "Infinity"] for i in shown],
            "counts": counts.tolist(),
        }
    )
    print(f"{name}: {index} ({min(finite):.3g}), {len(divergences) - len(finite)} infinite")

lines = ",\n".join(json.dumps(golden, separators=(",", ":")) for golden in goldens)
pathlib.Path(__file__).with_name("entropy.json").write_text(f"[\n{lines}\n]\n")

"""Makes kld.json: tpu-mlir's Kullback-Leibler search, written down from its definition with explicit distributions P and Q.

Made with Python 3.11, numpy 2.4.6.
Run: python make_kld.py

Part "histograms": the search alone, on ready counts. Part "values": thresholds of whole tensors, by both statements of the method,
each on a histogram made straight from the values (no fine grid in between). Their amax is 1.5 times a power of two: then a bin of
[0, amax] is six bins of calibrt's fine grid, and re-binning spreads no value over two. (With few values, whether a bin is empty
decides between candidates.)
"""

import base64
import json
import pathlib

import numpy as np

rng = np.random.default_rng(20240911)
BINS = 2048
FLOOR = 1e-30


def divergences(hist, step):
    """KL(P||Q) for i = step, 2 * step, ... bins quantized to `step` levels, in nats."""
    found = []
    for i in range(step, len(hist) + 1, step):
        p = hist[:i].astype(np.float64)
        p[-1] += hist[i:].sum()
        p /= hist.sum()
        q = np.zeros(i)
        kept = hist[:i].sum()
        width = i // step
        for level in range(step):
            block = slice(level * width, (level + 1) * width)
            positive = np.count_nonzero(hist[block])
            if positive:
                q[block] = np.where(hist[block] > 0, hist[block].sum() / positive / kept, 0)
        found.append(float(np.sum(p * (np.log10(p + FLOOR) - np.log10(q + FLOOR))) * np.log(10)))
    return found


def index_of(hist, step):
    return (int(np.argmin(divergences(hist, step))) + 1) * step


def threshold_notes(values, bits):
    magnitude = np.abs(values[values != 0])
    amax = magnitude.max()
    hist, _ = np.histogram(magnitude, bins=BINS, range=(0, amax))
    return min((index_of(hist, 2 ** (bits - 1)) + 0.5) * amax / BINS, amax)


def threshold_source(values, bits):
    magnitude = np.abs(values[values != 0])
    amax = magnitude.max()
    width = amax / (BINS - 1)
    hist = np.bincount(np.floor(magnitude / width + 0.5).astype(np.int64), minlength=BINS)
    return min(width * index_of(hist, 2 ** (bits - 1)), amax)


def of(values, bins=BINS):
    magnitude = np.abs(values)
    return np.histogram(magnitude, bins=bins, range=(0, magnitude.max()))[0]


def only(*pairs):
    counts = np.zeros(BINS, dtype=np.int64)
    for position, count in pairs:
        counts[position] = count
    return counts


n = 100_000
normal = rng.normal(size=n)
# name: counts, bits
histograms = {
    "gaussian": (of(normal), 8),
    "gaussian, few values": (of(normal[:300]), 8),
    "laplace": (of(rng.laplace(size=n)), 8),
    "uniform": (of(rng.uniform(size=n)), 8),
    "relu6": (of(np.clip(4 * normal, 0, 6)), 8),
    "cubed gaussian": (of(normal**3), 8),
    "lognormal": (of(rng.lognormal(sigma=1.5, size=n)), 8),
    "sparse tail": (of(np.concatenate([normal, rng.uniform(5, 40, size=60)])), 8),
    "one bin, the last": (only((2047, 5)), 8),
    "first and last bin": (only((0, 1000), (2047, 1)), 8),
    "empty last bins of candidates": (only((5, 90), (127, 30), (300, 20), (640, 7), (2047, 2)), 8),
    "4 bits": (of(normal), 4),
    "2 bits": (of(rng.laplace(size=n)), 2),
    "1024 bins": (of(normal**3, 1024), 8),
}
m = 2500
small = rng.normal(size=m)
values = {
    "gaussian": (small, 8),
    "laplace, half of it zero": (np.where(rng.random(m) < 0.5, 0, rng.laplace(size=m)), 8),
    "relu": (np.maximum(small, 0), 8),
    "cubed gaussian": (1e-3 * small**3, 8),
    "uniform": (rng.uniform(-7, 3, size=m), 8),
    "student t": (rng.standard_t(3, size=m), 8),
    "laplace, 4 bits": (rng.laplace(size=m), 4),
}

goldens = {"histograms": [], "values": []}
for name, (counts, bits) in histograms.items():
    step = 2 ** (bits - 1)
    found = divergences(counts, step)
    goldens["histograms"].append(
        {"name": name, "bits": bits, "index": index_of(counts, step), "divergences": found, "counts": counts.tolist()}
    )
    print(name, index_of(counts, step), min(found))
for name, (data, bits) in values.items():
    data = (data * (1.5 * 2.0 ** round(np.log2(np.abs(data).max())) / np.abs(data).max())).astype("<f4")
    exact = data.astype(np.float64)
    entry = {"name": name, "bits": bits, "notes": threshold_notes(exact, bits), "source": threshold_source(exact, bits)}
    goldens["values"].append(entry | {"values": base64.b64encode(data.tobytes()).decode()})
    print(name, entry)

parts = [
    f'"{part}": [\n' + ",\n".join(json.dumps(each, separators=(",", ":")) for each in entries) + "\n]"
    for part, entries in goldens.items()
]
pathlib.Path(__file__).with_name("kld.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")

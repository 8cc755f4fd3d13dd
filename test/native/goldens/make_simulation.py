"""Makes simulation.json: simulated quantization of any width, to the nearest and stochastic, and its errors, in numpy.

Made with Python 3.11, numpy 2.4.6, scipy 1.17.1. Run: python make_simulation.py
"""

import base64
import json
import pathlib

import numpy as np
import scipy.stats

rng = np.random.default_rng(11)


def pack(array, dtype):
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()


def split_mix(seed, count):
    """The first outputs of SplitMix64, one after the other."""
    mask = 2**64 - 1
    outputs = []
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        outputs.append(z ^ (z >> 31))
    return outputs


# The published test vector of seed 1234567.
assert split_mix(1234567, 2) == [6457827717110365317, 3203168211198807973]


def fake_quantize(data, least, greatest, scale, zero, axis, seed):
    shape = [1] * data.ndim
    if scale.size > 1:
        shape[axis] = scale.size
    scale, zero = scale.reshape(shape), zero.reshape(shape)
    ratio = (data / scale).astype(np.float32)
    if seed is None:
        rounded = np.rint(ratio)
    else:
        uniform = np.array([z >> 40 for z in split_mix(seed, data.size)], dtype=np.float64) / 2**24
        clipped = np.clip(ratio, np.float32(least) - zero, np.float32(greatest) - zero).astype(np.float64)
        rounded = np.floor(clipped + uniform.reshape(data.shape))
    integers = np.clip(rounded.astype(np.int64) + zero, least, greatest)
    return ((integers - zero).astype(np.float32) * scale).astype(np.float32)


def errors(x, y, bins):
    x, y = x.astype(np.float64).ravel(), y.astype(np.float64).ravel()
    noise = np.sum((x - y) ** 2)
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    histograms = [
        np.bincount(np.minimum(np.floor((v - low) / (high - low) * bins).astype(int), bins - 1), minlength=bins) + 0.5
        for v in (x, y)
    ]
    return {
        "bins": bins,
        "mse": float(np.mean((x - y) ** 2)),
        "sqnr": float(10 * np.log10(np.sum(x**2) / noise)),
        "kl": float(scipy.stats.entropy(*histograms)),
    }


def golden(name, data, bits, signed, scale, zero=None, narrow=False, axis=0, seed=None, bins=128):
    least = (-(2 ** (bits - 1)) + narrow) if signed else 0
    greatest = 2 ** (bits - 1) - 1 if signed else 2**bits - 1
    data = data.astype(np.float32)
    scale = np.atleast_1d(np.asarray(scale, dtype=np.float32))
    zeros = np.zeros(scale.size, dtype=np.int32) if zero is None else np.atleast_1d(np.asarray(zero, dtype=np.int32))
    out = fake_quantize(data, least, greatest, scale, zeros, axis, seed)
    return {
        "name": name,
        "bits": bits,
        "signed": signed,
        "narrow": bool(narrow),
        "scale": pack(scale, "<f4"),
        "zeroPoint": pack(zeros, "<i4"),
        "inner": int(np.prod(data.shape[axis + 1 :])),
        "seed": seed,
        "data": pack(data, "<f4"),
        "out": pack(out, "<f4"),
        "errors": errors(data, out, bins),
    }


normal = rng.normal(size=600)
ties = np.arange(-40, 40) / 2
channels = rng.normal(size=(3, 4, 25)) * np.array([0.1, 1, 7, 30]).reshape(1, 4, 1)
goldens = [
    golden("2 bits", normal, 2, True, 0.8, bins=8),
    golden("2 bits, narrow", normal, 2, True, 0.8, narrow=True, bins=8),
    golden("3 unsigned bits", np.abs(normal), 3, False, 0.4, bins=16),
    golden("4 bits of channels", channels, 4, True, [0.04, 0.3, 2, 10], axis=1, bins=32),
    golden("4 unsigned bits with zero points", channels, 4, False, [0.04, 0.3, 2, 10], [7, 0, 15, 8], axis=1),
    golden("8 bits, ties and saturation", ties * 10, 8, True, 1.0, narrow=True),
    golden("8 unsigned bits", normal, 8, False, 0.03, 131),
    golden("11 bits", normal, 11, True, 0.004),
    golden("16 bits", normal * 3, 16, True, 1e-4),
    golden("16 unsigned bits", normal, 16, False, 1e-4, 30001),
    golden("8 bits, stochastic", normal, 8, True, 0.03, seed=1234567),
    golden("4 unsigned bits, stochastic", channels, 4, False, [0.04, 0.3, 2, 10], [7, 8, 9, 8], axis=1, seed=2**53 - 1),
]
for each in goldens:
    print(each["name"], each["errors"])
lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in goldens)
pathlib.Path(__file__).with_name("simulation.json").write_text(f"[\n{lines}\n]\n")

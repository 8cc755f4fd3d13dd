"""
What numpy's basic indexing picks: `python make_slices.py > slices.json`. Made with numpy 2.4.6.

Each case: the index as text, the shape, and the row-major places of the elements that it picks.
"""

import json

import numpy as np

CASES = [
    ("...", (2, 3)),
    ("...,1", (1, 5, 2)),
    ("...,-1", (1, 5, 4)),
    (":,0:4", (1, 6)),
    ("0", (1, 3, 2)),
    ("0,...,1:3", (1, 2, 5)),
    (":,::2", (2, 5)),
    (":,::-1", (2, 5)),
    (":,-3:", (1, 5)),
    (":,3:1", (1, 5)),
    (":,10:", (1, 5)),
    (":,-10:2", (1, 5)),
    (":,4:0:-2", (1, 5)),
    (":,:-1,1", (2, 3, 2)),
    ("1,0,1", (2, 3, 2)),
    (":, 1 : 3", (1, 4)),
    ("...", ()),
]


def main() -> None:
    cases = []
    for text, shape in CASES:
        places = np.arange(int(np.prod(shape, dtype=np.int64))).reshape(shape)
        picked = eval(f"places[{text}]", {"places": places})
        cases.append({"slice": text, "shape": list(shape), "offsets": np.asarray(picked).reshape(-1).tolist()})
    print(json.dumps(cases, separators=(",", ":")))


if __name__ == "__main__":
    main()

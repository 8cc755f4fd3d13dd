"""Faces of a detector with outputs `scores` [n, anchors, 2] and `boxes` [n, anchors, 4] (corners), and how many two models share."""

import numpy as np

LEAST_SCORE = 0.7
NMS_IOU = 0.3
MATCH_IOU = 0.5


def iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    return shared / (np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared)


def detect(scores: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    likely = scores[:, 1] > LEAST_SCORE
    left = boxes[likely][np.argsort(-scores[likely, 1], kind="stable")]
    kept = []
    while len(left):
        kept.append(left[0])
        left = left[1:][iou(left[0], left[1:]) <= NMS_IOU]
    return np.array(kept).reshape(-1, 4)


def matches(expected: np.ndarray, found: np.ndarray) -> int:
    """Pairs that overlap enough, the best first, each face in one pair at most."""
    overlaps = np.array([iou(face, found) for face in expected]).reshape(len(expected), len(found))
    count = 0
    while overlaps.size and overlaps.max() >= MATCH_IOU:
        row, column = np.unravel_index(overlaps.argmax(), overlaps.shape)
        overlaps[row, :] = overlaps[:, column] = -1
        count += 1
    return count


def f1(reference: dict, candidate: dict) -> float:
    """2·shared / (faces of one + faces of the other), over all photos; the FP32 model's faces are the truth."""
    shared = total = 0
    for i in range(len(reference["scores"])):
        expected, found = (detect(each["scores"][i], each["boxes"][i]) for each in (reference, candidate))
        shared += matches(expected, found)
        total += len(expected) + len(found)
    return 2 * shared / total if total else 1.0

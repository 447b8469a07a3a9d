#!/usr/bin/python3
"""Cuts the sample: make_crops.py SOURCE, where SOURCE holds train/ and test/ of the Ni set (512 x 512 each).

Of each image the 256 x 256 window is taken, on multiples of 32, in which the rarest class has the most scribbled pixels
(in test images: the most pixels at all). Needs Debian's python3-numpy and python3-pil.
"""
import pathlib
import sys

import numpy as np
from PIL import Image

SIDE, STEP, CLASSES = 256, 32, 3
TRAIN = ["lshr_15kx_3kv_0", "spot4_180d_2"]
TEST = ["me3_15kx_3kv_2", "spot2_0d_0"]


def best_window(counted: np.ndarray, first_class: int) -> tuple[int, int]:
    """The (y, x) whose rarest class has the most pixels; the first of equals."""
    corners = [(y, x) for y in range(0, counted.shape[0] - SIDE + 1, STEP) for x in range(0, counted.shape[1] - SIDE + 1, STEP)]

    def rarest(corner):
        y, x = corner
        window = counted[y:y + SIDE, x:x + SIDE]
        return min(np.count_nonzero(window == first_class + c) for c in range(CLASSES))

    return max(corners, key=rarest)


def cut(source: pathlib.Path, target: pathlib.Path, name: str, suffix: str, first_class: int) -> None:
    counted = np.array(Image.open(source / f"{name}{suffix}.png"))
    y, x = best_window(counted, first_class)
    target.mkdir(exist_ok=True)
    for part in ["", suffix]:
        window = np.array(Image.open(source / f"{name}{part}.png"))[y:y + SIDE, x:x + SIDE]
        Image.fromarray(window).save(target / f"{name}{part}.png", optimize=True)
    print(f"{target.name}/{name}: x {x}, y {y}, classes {np.unique(counted[y:y + SIDE, x:x + SIDE], return_counts=True)[1].tolist()}")


def main() -> None:
    source, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).resolve().parent
    for name in TRAIN:
        cut(source / "train", here / "train", name, "_labels", 1)
    for name in TEST:
        cut(source / "test", here / "test", name, "_gt", 0)


main()

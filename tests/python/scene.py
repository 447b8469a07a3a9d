"""A small image with strokes on it, and the model that they train; shared by the tests."""
from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src" / "python"))

import numpy as np  # noqa: E402

import fastseg  # noqa: E402

HEIGHT, WIDTH = 150, 220


def image(dtype=np.uint8, seed: int = 0) -> np.ndarray:
    """Three regions of different brightness and texture."""
    random = np.random.default_rng(seed)
    values = random.normal(60, 6, (HEIGHT, WIDTH))
    values[:, WIDTH // 2:] += 70
    values[HEIGHT // 2:, : WIDTH // 2] += random.normal(0, 30, (HEIGHT - HEIGHT // 2, WIDTH // 2))
    values = values.clip(0, 255)
    scale = {"uint8": 1, "uint16": 200, "int16": 100, "float32": 1 / 255}[np.dtype(dtype).name]
    return (values * scale).astype(dtype)


def colour() -> np.ndarray:
    """Rows x columns x RGB."""
    return np.stack([image(seed=seed) for seed in (1, 2, 3)], axis=-1)


def strokes() -> np.ndarray:
    """A stroke in each region: labels 1, 2 and 5."""
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    drawn[20:24, 20:80] = 1
    drawn[110:114, 20:80] = 2
    drawn[60:64, 140:200] = 5
    return drawn


NAMES = {1: "smooth", 2: "rough", 5: "bright"}
OPTIONS = {"rounds": 8, "sigma": (1, 2), "class_names": NAMES}


@functools.lru_cache(maxsize=None)
def model() -> fastseg.Model:
    return fastseg.train(image(), strokes(), **OPTIONS)


@functools.lru_cache(maxsize=None)
def labels() -> np.ndarray:
    """What the model says about the image."""
    found = model().segment(image())
    found.flags.writeable = False
    return found


def command_line() -> str:
    """The built command line."""
    return os.environ.get("FASTSEG_CLI") or str(ROOT / "src" / "FastSeg.Cli" / "bin" / "Release" / "net10.0" / "FastSeg.Cli.dll")

"""What all peers of the filters agree on: the scales, and the lines of the membrane's patches."""
import time

import numpy as np

SIGMAS = (1, 2, 4, 8, 16)
PATCH, ANGLES = 19, 30


def to_float(image: np.ndarray) -> np.ndarray:
    scale = {"uint8": 255, "uint16": 65535, "float32": 1}[image.dtype.name]
    return image.astype(np.float32) / np.float32(scale)


def line_kernels() -> list[np.ndarray]:
    half = PATCH // 2
    dy, dx = np.mgrid[-half:half + 1, -half:half + 1].astype(np.float64)
    kernels = []
    for k in range(ANGLES):
        angle = np.pi * k / ANGLES
        across = np.abs(dx * np.sin(angle) - dy * np.cos(angle))
        along = np.abs(dx * np.cos(angle) + dy * np.sin(angle))
        line = (across <= 0.5 + 1e-6) & (along <= PATCH / 2 + 1e-6)
        kernels.append((line / line.sum()).astype(np.float32))
    return kernels


def laps(seconds: dict):
    """Returns a function that adds the time since its last call, or since now, to a family's `seconds`."""
    started = time.perf_counter()

    def lap(family):
        nonlocal started
        now = time.perf_counter()
        seconds[family] = seconds.get(family, 0.0) + now - started
        started = now

    return lap

"""FastSeg's default features with vigra, whose filters are ilastik's: the planes of scipy_features.py but for the membrane's.

vigra has no fast way to 30 oriented lines of 19 x 19: as plain kernels these would take most of the time, which would say little.
"""
import functools

import numpy as np
import vigra

import bank

REPEAT = vigra.filters.BorderTreatmentMode.BORDER_TREATMENT_REPEAT


def versions() -> dict:
    return {"vigra": vigra.__version__.version}


@functools.cache
def gaussian(sigma: float):
    kernel = vigra.filters.Kernel1D()
    # As many taps as everybody else here: up to four deviations.
    kernel.initGaussian(sigma, 1.0, (int(4 * sigma + 0.5) - 0.25) / sigma)
    kernel.setBorderTreatment(REPEAT)
    return kernel


@functools.cache
def taps(*values: float):
    kernel = vigra.filters.Kernel1D()
    kernel.initExplicitly(-1, 1, np.array(values, dtype=np.float64))
    kernel.setBorderTreatment(REPEAT)
    return kernel


def gradients(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # vigra convolves, so the difference is turned round.
    smooth, difference = taps(0.25, 0.5, 0.25), taps(0.5, 0.0, -0.5)
    return convolve(plane, smooth, difference), convolve(plane, difference, smooth)


def convolve(plane: np.ndarray, rows, columns) -> np.ndarray:
    return vigra.filters.convolve(plane, (rows, columns))


def features(image: np.ndarray, sigma_scale: float, lap=lambda family: None, lines: str = "none") -> list[np.ndarray]:
    """52 planes of a float32 image, whatever `lines` says; `lap` hears each family when it is done."""
    planes, blurred = [], []
    for sigma in (0,) + bank.SIGMAS:
        kernel = gaussian(sigma_scale * sigma) if sigma else None
        plane = convolve(image, kernel, kernel) if sigma else image
        blurred.append(plane)
        lap("gaussian")
        gx, gy = gradients(plane)
        planes += [plane, np.sqrt(gx * gx + gy * gy)]
        lap("sobel")
        (a, b), (_, d) = gradients(gx), gradients(gy)
        half, across = (a + d) * np.float32(0.5), (a - d) * np.float32(0.5)
        root = np.sqrt(across * across + b * b)
        planes += [half + root, half - root, np.sqrt(a * a + b * b + d * d), a + d, a * d - b * b]
        lap("hessian")
    for i in range(1, len(bank.SIGMAS) + 1):
        for j in range(1, i):
            planes.append(blurred[j] - blurred[i])
    lap("dog")
    return planes

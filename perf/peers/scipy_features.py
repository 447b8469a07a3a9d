"""FastSeg's default features as one would write them with scipy and scikit-image."""
import numpy as np
import scipy
import skimage
from scipy import ndimage
from skimage.feature import hessian_matrix_eigvals

import bank


def versions() -> dict:
    return {"scipy": scipy.__version__, "skimage": skimage.__version__}


def gradient(plane: np.ndarray, axis: int) -> np.ndarray:
    return ndimage.sobel(plane, axis=axis, mode="nearest") / np.float32(8)


def features(image: np.ndarray, sigma_scale: float, lap=lambda family: None, lines: str = "filter2d") -> list[np.ndarray]:
    """The 58 planes of a float32 image, or the 52 with `lines` "none"; `lap` hears each family when it is done."""
    planes, blurred = [], []
    for sigma in (0,) + bank.SIGMAS:
        blur = ndimage.gaussian_filter(image, sigma_scale * sigma, mode="nearest", truncate=4) if sigma else image
        blurred.append(blur)
        lap("gaussian")
        gx, gy = gradient(blur, 1), gradient(blur, 0)
        planes += [blur, np.sqrt(gx * gx + gy * gy)]
        lap("sobel")
        a, b, d = gradient(gx, 1), gradient(gx, 0), gradient(gy, 0)
        eig1, eig2 = hessian_matrix_eigvals([a, b, d])
        planes += [eig1, eig2, np.sqrt(a * a + b * b + d * d), a + d, a * d - b * b]
        lap("hessian")
    for i in range(1, len(bank.SIGMAS) + 1):
        for j in range(1, i):
            planes.append(blurred[j] - blurred[i])
    lap("dog")
    if lines != "none":
        responses = np.stack([ndimage.correlate(image, kernel, mode="nearest") for kernel in bank.line_kernels()])
        planes += [
            responses.sum(0), responses.mean(0), responses.std(0), np.median(responses, 0), responses.max(0), responses.min(0),
        ]
        lap("membrane")
    return planes

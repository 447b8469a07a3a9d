"""FastSeg's default features with OpenCV: GaussianBlur, Sobel, filter2D. The planes are those of features.py, in the same order."""
import cv2
import numpy as np

import features as scipy_features

BORDER = cv2.BORDER_REPLICATE


def versions() -> dict:
    return {"opencv": cv2.__version__, "opencvOptimised": str(cv2.useOptimized())}


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    side = 2 * int(4 * sigma + 0.5) + 1
    return cv2.GaussianBlur(image, (side, side), sigma, borderType=BORDER)


def sobel(plane: np.ndarray, dx: int, dy: int) -> np.ndarray:
    # OpenCV's Sobel is a sum with weights 1, 2, 1, so it is divided by 8 as scipy's is.
    return cv2.Sobel(plane, cv2.CV_32F, dx, dy, ksize=3, scale=1 / 8, borderType=BORDER)


def features(image: np.ndarray, sigma_scale: float, lap=lambda family: None) -> list[np.ndarray]:
    """The 58 planes of a float32 image; `lap` hears each family when it is done."""
    planes, blurred = [], []
    for sigma in (0,) + scipy_features.SIGMAS:
        plane = blur(image, sigma_scale * sigma) if sigma else image
        blurred.append(plane)
        lap("gaussian")
        gx, gy = sobel(plane, 1, 0), sobel(plane, 0, 1)
        planes += [plane, cv2.magnitude(gx, gy)]
        lap("sobel")
        a, b, d = sobel(gx, 1, 0), sobel(gx, 0, 1), sobel(gy, 0, 1)
        half, root = cv2.scaleAdd(a, 1, d) * np.float32(0.5), cv2.magnitude(cv2.subtract(a, d) * np.float32(0.5), b)
        planes += [
            cv2.add(half, root), cv2.subtract(half, root), np.sqrt(a * a + b * b + d * d), cv2.add(a, d),
            cv2.subtract(cv2.multiply(a, d), cv2.multiply(b, b)),
        ]
        lap("hessian")
    for i in range(1, len(scipy_features.SIGMAS) + 1):
        for j in range(1, i):
            planes.append(cv2.subtract(blurred[j], blurred[i]))
    lap("dog")
    # scipy's correlate and OpenCV's filter2D both correlate; the kernels are the same.
    kernels = scipy_features.line_kernels()
    responses = np.stack([cv2.filter2D(image, cv2.CV_32F, kernel, borderType=BORDER) for kernel in kernels])
    total = responses.sum(0)
    planes += [total, total / len(kernels), responses.std(0), np.median(responses, 0), responses.max(0), responses.min(0)]
    lap("membrane")
    return planes

"""FastSeg's default features with OpenCV: GaussianBlur, Sobel, filter2D. The planes are those of scipy_features.py, in the same order."""
import functools

import cv2
import numpy as np

import bank

BORDER = cv2.BORDER_REPLICATE

# Rows over which 30 responses stay in the cache while their median is taken.
STRIP = 16

# Rows over which the sums of a line stay in the cache.
LINE_STRIP = 64


def versions() -> dict:
    return {"opencv": cv2.__version__, "opencvOptimised": str(cv2.useOptimized())}


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    side = 2 * int(4 * sigma + 0.5) + 1
    return cv2.GaussianBlur(image, (side, side), sigma, borderType=BORDER)


def sobel(plane: np.ndarray, dx: int, dy: int) -> np.ndarray:
    # OpenCV's Sobel is a sum with weights 1, 2, 1, so it is divided by 8 as scipy's is.
    return cv2.Sobel(plane, cv2.CV_32F, dx, dy, ksize=3, scale=1 / 8, borderType=BORDER)


@functools.cache
def comparators(count: int, wanted: tuple[int, ...]) -> list[tuple[int, int, bool, bool]]:
    """Batcher's merge exchange, as far as the wanted places depend on it: which two, and whether the smaller and the larger are used."""
    pairs, top = [], 1 << (count - 1).bit_length() - 1
    p = top
    while p:
        q, r, d = top, 0, p
        while True:
            pairs += [(i, i + d) for i in range(count - d) if i & p == r]
            if q == p:
                break
            d, q, r = q - p, q >> 1, p
        p >>= 1
    used, kept = set(wanted), []
    for i, j in reversed(pairs):
        if i in used or j in used:
            kept.append((i, j, i in used, j in used))
            used |= {i, j}
    return kept[::-1]


def median(planes: list[np.ndarray]) -> np.ndarray:
    """numpy's median sorts pixel by pixel, which takes several times as long as OpenCV's minima and maxima of whole rows."""
    middle = (len(planes) - 1) // 2, len(planes) // 2
    result = np.empty_like(planes[0])
    for top in range(0, len(result), STRIP):
        strip = [plane[top:top + STRIP] for plane in planes]
        for i, j, smaller, larger in comparators(len(planes), middle):
            low = cv2.min(strip[i], strip[j]) if smaller else strip[i]
            strip[j] = cv2.max(strip[i], strip[j]) if larger else strip[j]
            strip[i] = low
        result[top:top + STRIP] = cv2.addWeighted(strip[middle[0]], 0.5, strip[middle[1]], 0.5, 0)
    return result


def by_filter2d(image: np.ndarray) -> list[np.ndarray]:
    # scipy's correlate and OpenCV's filter2D both correlate; the kernels are the same.
    return [cv2.filter2D(image, cv2.CV_32F, kernel, borderType=BORDER) for kernel in bank.line_kernels()]


def by_shifts(image: np.ndarray) -> list[np.ndarray]:
    """A line has about 19 pixels of a patch's 361: sums of the shifted image take an eighth of filter2D's time."""
    half = bank.PATCH // 2
    padded = cv2.copyMakeBorder(image, half, half, half, half, BORDER)
    height, width = image.shape
    kernels = bank.line_kernels()
    lines = [(np.argwhere(kernel), float(kernel.max())) for kernel in kernels]
    responses = [np.empty_like(image) for _ in kernels]
    for top in range(0, height, LINE_STRIP):
        for (places, weight), response in zip(lines, responses):
            total = response[top:top + LINE_STRIP]
            first, *others = (padded[top + y:top + y + len(total), x:x + width] for y, x in places)
            np.copyto(total, first)
            for other in others:
                cv2.add(total, other, dst=total)
            cv2.multiply(total, weight, dst=total)
    return responses


def membrane(image: np.ndarray, filters) -> list[np.ndarray]:
    responses = filters(image)
    total, least, most = responses[0].copy(), responses[0], responses[0]
    for response in responses[1:]:
        cv2.add(total, response, dst=total)
        least, most = cv2.min(least, response), cv2.max(most, response)
    mean = total / np.float32(len(responses))
    squares = np.zeros_like(total)
    for response in responses:
        cv2.accumulateSquare(cv2.subtract(response, mean), squares)
    return [total, mean, cv2.sqrt(squares / np.float32(len(responses))), median(responses), most, least]


def features(image: np.ndarray, sigma_scale: float, lap=lambda family: None, lines: str = "filter2d") -> list[np.ndarray]:
    """The 58 planes of a float32 image, the lines by filter2D or as sums of shifts, or the 52 planes with `lines` "none"; `lap` hears each
    family when it is done.
    """
    planes, blurred = [], []
    for sigma in (0,) + bank.SIGMAS:
        plane = blur(image, sigma_scale * sigma) if sigma else image
        blurred.append(plane)
        lap("gaussian")
        gx, gy = sobel(plane, 1, 0), sobel(plane, 0, 1)
        planes += [plane, cv2.magnitude(gx, gy)]
        lap("sobel")
        a, b, d = sobel(gx, 1, 0), sobel(gx, 0, 1), sobel(gy, 0, 1)
        half, root = cv2.scaleAdd(a, 1, d) * np.float32(0.5), cv2.magnitude(cv2.subtract(a, d) * np.float32(0.5), b)
        planes += [
            cv2.add(half, root), cv2.subtract(half, root), cv2.magnitude(cv2.magnitude(a, b), d), cv2.add(a, d),
            cv2.subtract(cv2.multiply(a, d), cv2.multiply(b, b)),
        ]
        lap("hessian")
    for i in range(1, len(bank.SIGMAS) + 1):
        for j in range(1, i):
            planes.append(cv2.subtract(blurred[j], blurred[i]))
    lap("dog")
    if lines != "none":
        planes += membrane(image, by_shifts if lines == "shifts" else by_filter2d)
        lap("membrane")
    return planes

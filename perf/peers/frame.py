#!/usr/bin/python3
"""Segments one frame as one would with Python's libraries, and times it.

    frame.py IMAGE.npy TREES.ubj [--filters skimage|opencv] [--threads 2] [--repeat 5] [--check LABELS.npy]

IMAGE.npy is a 2-D uint8 image. It is standardised to mean 0 and deviation 1, gets the 58 default features, and XGBoost's inplace_predict
labels every pixel. --filters skimage computes the features with scipy and scikit-image, one process a band of rows; opencv computes
them with GaussianBlur, Sobel, filter2D and a sort, on OpenCV's own threads. Both get the whole frame's time: features, stacking,
prediction, argmax. --check compares the labels (1..C).
Prints one JSON object. Needs Debian's python3-xgboost and python3-scipy and python3-skimage, or python3-opencv.
"""
import argparse
import json
import multiprocessing
import os
import platform
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import numpy as np
import xgboost

SIGMAS = (1, 2, 4, 8, 16)


def standardised(image: np.ndarray) -> np.ndarray:
    return ((image - image.mean()) / image.std()).astype(np.float32)


def of_skimage(threads: int):
    """Features by bands of rows, one process each; a band's own border is repeated, as if it were an image."""
    import features
    import scipy
    import skimage

    pool = multiprocessing.Pool(threads)

    def compute(image: np.ndarray) -> np.ndarray:
        bands = np.array_split(standardised(image), threads)
        return np.concatenate(pool.map(features_of_band, bands))

    return compute, {"scipy": scipy.__version__, "skimage": skimage.__version__}


def features_of_band(band: np.ndarray) -> np.ndarray:
    import features

    return np.stack(features.features(band, 1, {}), axis=-1)


def of_opencv(threads: int):
    """Features with OpenCV, which has its own threads. Its Sobel is the sum of three, so it is divided by 8 as scipy's is."""
    import cv2
    import features

    cv2.setNumThreads(threads)
    border = cv2.BORDER_REPLICATE
    # scipy's correlate and OpenCV's filter2D both correlate; the kernels are the same.
    kernels = features.line_kernels()

    def sobel(plane, dx, dy):
        return cv2.Sobel(plane, cv2.CV_32F, dx, dy, ksize=3, scale=1 / 8, borderType=border)

    def compute(image: np.ndarray) -> np.ndarray:
        image = standardised(image)
        planes, blurred = [], []
        for sigma in (0,) + SIGMAS:
            side = 2 * int(4 * sigma + 0.5) + 1
            blur = cv2.GaussianBlur(image, (side, side), sigma, borderType=border) if sigma else image
            blurred.append(blur)
            gx, gy = sobel(blur, 1, 0), sobel(blur, 0, 1)
            planes += [blur, cv2.magnitude(gx, gy)]
            a, b, d = sobel(gx, 1, 0), sobel(gx, 0, 1), sobel(gy, 0, 1)
            half, root = (a + d) / 2, cv2.magnitude((a - d) / 2, b)
            planes += [half + root, half - root, np.sqrt(a * a + b * b + d * d), a + d, a * d - b * b]
        for i in range(1, len(SIGMAS) + 1):
            for j in range(1, i):
                planes.append(blurred[j] - blurred[i])
        responses = np.stack([cv2.filter2D(image, cv2.CV_32F, kernel, borderType=border) for kernel in kernels])
        planes += [responses.sum(0), responses.mean(0), responses.std(0), np.median(responses, 0), responses.max(0), responses.min(0)]
        return np.stack(planes, axis=-1)

    return compute, {"opencv": cv2.__version__}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    parser.add_argument("trees")
    parser.add_argument("--filters", choices=("skimage", "opencv"), default="skimage")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--check")
    options = parser.parse_args()
    image = np.load(options.image)
    compute, versions = (of_skimage if options.filters == "skimage" else of_opencv)(options.threads)
    booster = xgboost.Booster({"nthread": options.threads}, model_file=options.trees)
    seconds = []
    for i in range(options.repeat + 1):
        started = time.perf_counter()
        planes = compute(image)
        probabilities = booster.inplace_predict(planes.reshape(-1, planes.shape[-1]))
        if probabilities.ndim == 1:
            labels = (probabilities > 0.5).astype(np.uint8) + 1
        else:
            labels = probabilities.argmax(1).astype(np.uint8) + 1
        if i > 0:  # one to warm up
            seconds.append(time.perf_counter() - started)
    result = {"seconds": seconds}
    if options.check:
        result["same"] = float(np.mean(labels == np.load(options.check).reshape(-1)))
    result["versions"] = {"python": platform.python_version(), "numpy": np.__version__, "xgboost": xgboost.__version__} | versions
    print(json.dumps(result))


if __name__ == "__main__":
    main()

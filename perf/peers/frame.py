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


def standardised(image: np.ndarray) -> np.ndarray:
    return ((image - image.mean()) / image.std()).astype(np.float32)


def of_skimage(threads: int):
    """Features by bands of rows, one process each; a band's own border is repeated, as if it were an image."""
    import scipy_features

    pool = multiprocessing.Pool(threads)

    def compute(image: np.ndarray) -> np.ndarray:
        bands = np.array_split(standardised(image), threads)
        return np.concatenate(pool.map(features_of_band, bands))

    return compute, scipy_features.versions()


def features_of_band(band: np.ndarray) -> np.ndarray:
    import scipy_features

    return np.stack(scipy_features.features(band, 1), axis=-1)


def of_opencv(threads: int):
    """Features with OpenCV, which has its own threads."""
    import cv2
    import opencv_features

    cv2.setNumThreads(threads)

    def compute(image: np.ndarray) -> np.ndarray:
        return np.stack(opencv_features.features(standardised(image), 1), axis=-1)

    return compute, opencv_features.versions()


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

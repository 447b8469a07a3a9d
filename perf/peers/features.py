#!/usr/bin/python3
"""Computes FastSeg's default features as one would write them with scipy and scikit-image, with OpenCV or with vigra, times them and
compares them with ours.

    features.py IMAGE.npy [--filters scipy|opencv|vigra] [--sigma-scale 1] [--processes 2] [--repeat 3] [--check FEATURES.npy]

IMAGE.npy is a 2-D uint8, uint16 or float32 image. Each process computes its own band of rows as an image of its own (no halo is
recomputed, which favours this side); the time is that of the slowest process, the best of the repeats. Stacking the planes into
the H x W x 58 rows that a classifier takes is timed apart, as "stackSeconds".
--check compares the features of the whole image with FEATURES.npy (H x W x 58 float32, as `fastseg features` writes them).
vigra computes 52 of the 58 features, without the membrane's; these are compared with the first 52 of ours.
Prints one JSON object. Needs Debian's python3-scipy and python3-skimage, and python3-opencv or python3-vigra where they are asked for.
"""
import argparse
import importlib
import json
import multiprocessing
import os
import platform
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy
import skimage
from scipy import ndimage
from skimage.feature import hessian_matrix_eigvals

SIGMAS = (1, 2, 4, 8, 16)
PATCH, ANGLES = 19, 30


def to_float(image: np.ndarray) -> np.ndarray:
    scale = {"uint8": 255, "uint16": 65535, "float32": 1}[image.dtype.name]
    return image.astype(np.float32) / np.float32(scale)


def gradient(plane: np.ndarray, axis: int) -> np.ndarray:
    return ndimage.sobel(plane, axis=axis, mode="nearest") / np.float32(8)


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


def features(image: np.ndarray, sigma_scale: float, seconds: dict) -> list[np.ndarray]:
    """Returns the 58 planes, float32, and adds each family's time to `seconds`."""
    lap = laps(seconds)
    image = to_float(image)
    planes, blurred = [], []
    for sigma in (0,) + SIGMAS:
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
    for i in range(1, len(SIGMAS) + 1):
        for j in range(1, i):
            planes.append(blurred[j] - blurred[i])
    lap("dog")
    responses = np.stack([ndimage.correlate(image, kernel, mode="nearest") for kernel in line_kernels()])
    planes += [responses.sum(0), responses.mean(0), responses.std(0), np.median(responses, 0), responses.max(0), responses.min(0)]
    lap("membrane")
    return planes


def chosen(filters: str):
    """The function that computes the planes, and the versions of what it uses."""
    if filters == "scipy":
        return features, {"scipy": scipy.__version__, "skimage": skimage.__version__}
    module = importlib.import_module(f"{filters}_features")

    def compute(image: np.ndarray, sigma_scale: float, seconds: dict) -> list[np.ndarray]:
        return module.features(to_float(image), sigma_scale, laps(seconds))

    return compute, module.versions()


def worker(compute, band, sigma_scale, repeat, barrier, results):
    try:
        run(compute, band, sigma_scale, repeat, barrier, results)
    except BaseException:
        # Nobody waits for a process that is gone.
        results.put(None)
        barrier.abort()
        raise


def run(compute, band, sigma_scale, repeat, barrier, results):
    if "cv2" in sys.modules:
        # Each process has one thread, as with the others: OpenCV's own would share the same cores.
        sys.modules["cv2"].setNumThreads(1)
    compute(band[:256], sigma_scale, {})
    for _ in range(repeat):
        seconds = {}
        barrier.wait()
        started = time.perf_counter()
        planes = compute(band, sigma_scale, seconds)
        computed = time.perf_counter()
        np.stack(planes, axis=-1)
        results.put((computed - started, time.perf_counter() - computed, seconds))
        barrier.wait()


def measure(compute, image: np.ndarray, sigma_scale: float, processes: int, repeat: int) -> dict:
    barrier, results = multiprocessing.Barrier(processes + 1), multiprocessing.Queue()
    bands = np.array_split(image, processes)
    workers = [
        multiprocessing.Process(target=worker, args=(compute, band, sigma_scale, repeat, barrier, results)) for band in bands
    ]
    for process in workers:
        process.start()
    best = None
    for _ in range(repeat):
        barrier.wait()
        laps = [results.get() for _ in workers]
        if None in laps:
            sys.exit("features.py: a process failed; the lines above say why.")
        barrier.wait()
        slowest = max(laps, key=lambda lap: lap[0])
        best = slowest if best is None or slowest[0] < best[0] else best
    for process in workers:
        process.join()
    return {"seconds": best[0], "stackSeconds": best[1], "families": best[2], "pixels": int(image.shape[0] * image.shape[1])}


def differences(compute, image: np.ndarray, sigma_scale: float, ours: np.ndarray) -> dict:
    """Returns the worst plane: its largest difference, over the error that the definition allows one side.

    Each side may be off by its own error, so a value of 2 still agrees.
    """
    theirs = np.stack(compute(image, sigma_scale, {}), axis=-1)
    ours = ours[..., :theirs.shape[-1]]
    if theirs.shape != ours.shape:
        sys.exit(f"features.py: the features to compare have shape {ours.shape}; {theirs.shape} is expected.")
    largest = np.abs(to_float(image)).max()
    allowed = 1e-5 * (theirs.max((0, 1)) - theirs.min((0, 1))) + 1e-6 * largest
    for scale in range(len(SIGMAS) + 1):
        mod, det = 7 * scale + 4, 7 * scale + 6
        allowed[det] += 2e-6 * largest * theirs[:, :, mod].max()
    error = np.abs(theirs.astype(np.float64) - ours).max((0, 1)) / allowed
    return {"worst": float(error.max()), "plane": int(error.argmax())}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    parser.add_argument("--filters", choices=("scipy", "opencv", "vigra"), default="scipy")
    parser.add_argument("--sigma-scale", type=float, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--check")
    options = parser.parse_args()
    image = np.load(options.image)
    compute, versions = chosen(options.filters)
    result = measure(compute, image, options.sigma_scale, options.processes, options.repeat)
    if options.check:
        result["check"] = differences(compute, image, options.sigma_scale, np.load(options.check, mmap_mode="r"))
    result["versions"] = {"python": platform.python_version(), "numpy": np.__version__} | versions
    print(json.dumps(result))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Computes FastSeg's default features with scipy and scikit-image, with OpenCV or with vigra, compares them with ours, and times them.

    features.py IMAGE.npy [--filters scipy|opencv|vigra] [--lines filter2d|shifts|none] [--sigma-scale 1] [--processes 2]
                [--check FEATURES.npy]

IMAGE.npy is a 2-D uint8, uint16 or float32 image. Each process computes its own band of rows as an image of its own with one thread (no
halo is recomputed, which favours this side, and so does every core's having a process: what a library does on one thread runs on all).
The six planes of the membrane's lines are 30 kernels of 19 x 19, and with OpenCV sums of the shifted image if --lines is "shifts"; "none"
leaves them out. vigra never has them: neither it nor OpenCV has a filter for lines, and OpenCV's kernels are the faster ones.
--check compares the features of the whole image with FEATURES.npy (H x W x 58 float32, as `fastseg features` writes them).
After one run to warm up it prints a JSON object: pixels, versions, check. Then it times one run for each line that comes in, and prints a
JSON object of it: the seconds of the slowest process, and those of its families. It ends with its input, so whoever starts it can take
turns with it; between runs its processes sleep.
Needs Debian's python3-numpy, and python3-scipy and python3-skimage, python3-opencv, or python3-vigra.
"""
import argparse
import ctypes
import importlib
import json
import multiprocessing
import os
import platform
import queue
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import bank


def chosen(filters: str, lines: str):
    """The function that computes the planes, and the versions of what it uses."""
    module = importlib.import_module(f"{filters}_features")

    def compute(image: np.ndarray, sigma_scale: float, seconds: dict) -> list[np.ndarray]:
        return module.features(bank.to_float(image), sigma_scale, bank.laps(seconds), lines)

    return compute, module.versions()


def keep_freed_memory() -> None:
    """Has glibc keep what is freed: planes of megabytes would else come from the system anew, page by page, in each run."""
    trim_threshold, mmap_threshold = -1, -3
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        for setting, value in ((mmap_threshold, 1 << 30), (trim_threshold, (1 << 31) - 1)):
            if libc.mallopt(setting, value) == 0:
                sys.exit(f"features.py: mallopt refuses {value} for {setting}, so planes would not be kept; a glibc that takes it would.")


def worker(compute, band, sigma_scale, begin, results):
    keep_freed_memory()
    if "cv2" in sys.modules:
        # Each process has one thread, as with the others: OpenCV's own would share the same cores.
        sys.modules["cv2"].setNumThreads(1)
    while True:
        begin.acquire()
        try:
            seconds = {}
            started = time.perf_counter()
            compute(band, sigma_scale, seconds)
            results.put((time.perf_counter() - started, seconds))
        except BaseException:
            # Nobody waits for a process that is gone.
            results.put(None)
            raise


class Workers:
    """Processes that all run once when asked."""

    def __init__(self, compute, image: np.ndarray, sigma_scale: float, processes: int):
        # A barrier would wait for a process that is gone, for ever: whoever ends a wait there asks all that slept to wake.
        self.begins, self.results = [multiprocessing.Semaphore(0) for _ in range(processes)], multiprocessing.Queue()
        self.processes = [
            multiprocessing.Process(target=worker, args=(compute, band, sigma_scale, begin, self.results), daemon=True)
            for band, begin in zip(np.array_split(image, processes), self.begins)
        ]
        for process in self.processes:
            process.start()

    def run(self) -> dict:
        for begin in self.begins:
            begin.release()
        laps = [self.lap() for _ in self.processes]
        if None in laps:
            sys.exit("features.py: a process failed; the lines above say why.")
        seconds, families = max(laps, key=lambda lap: lap[0])
        return {"seconds": seconds, "families": families}

    def lap(self):
        """What the next process to end its run says of it, however long that takes, unless a process is gone."""
        while True:
            try:
                return self.results.get(timeout=1)
            except queue.Empty:
                gone = [str(process.exitcode) for process in self.processes if not process.is_alive()]
                if gone:
                    sys.exit(f"features.py: a process ended with code {', '.join(gone)} before its run did; lines above may say why.")


def differences(compute, image: np.ndarray, sigma_scale: float, ours: np.ndarray) -> dict:
    """Returns the worst plane: its largest difference, over the error that the definition allows one side.

    Each side may be off by its own error, so a value of 2 still agrees.
    """
    theirs = np.stack(compute(image, sigma_scale, {}), axis=-1)
    ours = ours[..., :theirs.shape[-1]]
    if theirs.shape != ours.shape:
        sys.exit(f"features.py: the features to compare have shape {ours.shape}; {theirs.shape} is expected.")
    largest = np.abs(bank.to_float(image)).max()
    allowed = 1e-5 * (theirs.max((0, 1)) - theirs.min((0, 1))) + 1e-6 * largest
    for scale in range(len(bank.SIGMAS) + 1):
        mod, det = 7 * scale + 4, 7 * scale + 6
        allowed[det] += 2e-6 * largest * theirs[:, :, mod].max()
    error = np.abs(theirs.astype(np.float64) - ours).max((0, 1)) / allowed
    return {"worst": float(error.max()), "plane": int(error.argmax()), "planes": theirs.shape[-1]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    parser.add_argument("--filters", choices=("scipy", "opencv", "vigra"), default="scipy")
    parser.add_argument("--lines", choices=("filter2d", "shifts", "none"), default="filter2d")
    parser.add_argument("--sigma-scale", type=float, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--check")
    options = parser.parse_args()
    image = np.load(options.image)
    compute, versions = chosen(options.filters, options.lines)
    first = {
        "pixels": int(image.size),
        "versions": {"python": platform.python_version(), "numpy": np.__version__} | versions,
    }
    workers = Workers(compute, image, options.sigma_scale, options.processes)
    workers.run()
    if options.check:
        first["check"] = differences(compute, image, options.sigma_scale, np.load(options.check, mmap_mode="r"))
    print(json.dumps(first), flush=True)
    for _ in sys.stdin:
        print(json.dumps(workers.run()), flush=True)


if __name__ == "__main__":
    main()

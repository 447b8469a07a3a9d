#!/usr/bin/python3
"""Times single frames through FastSeg's Python package.

    latency.py MODEL|features SIDE DTYPE FRAME.raw RESULT.raw MOST SECONDS THREADS

The arguments and what is printed are those of latency.c beside this file.
"""
import sys
import time

START = time.perf_counter()
WARM_UP = 3
"""Seconds of frames before those that count: by then .NET has compiled what runs often a second time."""

import numpy as np

import fastseg


def main() -> None:
    what, side, dtype, frame, result, most, limit, threads = sys.argv[1:]
    shape = (int(side), int(side))
    image = np.fromfile(frame, dtype=dtype).reshape(shape)
    opened = time.perf_counter()
    if what == "features":
        session = fastseg.Session.of_features(shape, dtype=dtype, threads=int(threads), backend="cpu")
        out = np.empty((len(session.plane_names),) + shape, np.float32)
        call = session.features
    else:
        session = fastseg.Session(fastseg.Model.load(what), shape, dtype=dtype, threads=int(threads), backend="cpu")
        out = np.empty(shape, np.uint8)
        call = session.segment
    opened = time.perf_counter() - opened
    seconds = []
    call(image, out=out)
    print(f"first {time.perf_counter() - START:.9f}\nsetup {opened:.9f}", flush=True)
    begun = time.perf_counter()
    while time.perf_counter() - begun < WARM_UP:
        call(image, out=out)
    begun = time.perf_counter()
    while len(seconds) < int(most) and (len(seconds) < 20 or time.perf_counter() - begun < float(limit)):
        started = time.perf_counter()
        call(image, out=out)
        seconds.append(time.perf_counter() - started)
    print("\n".join(f"{second:.9f}" for second in seconds))
    (out[0] if what == "features" else out).tofile(result)
    session.close()


if __name__ == "__main__":
    main()

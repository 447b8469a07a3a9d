#!/usr/bin/python3
"""XGBoost's own prediction from Python, timed and compared.

    predict.py MODEL.ubj ROWS.npy [--threads 2] [--repeat 3] [--check PROBABILITIES.npy]

ROWS.npy is float32, the last axis the features (N x features, or H x W x features). Two ways are timed: inplace_predict on the array,
and predict on a DMatrix with its construction (what most programs do). --check compares with float32 probabilities of the same pixels,
the last axis the classes.
Prints one JSON object. Needs Debian's python3-xgboost.
"""
import argparse
import json
import platform
import time

import numpy as np
import xgboost


def best(repeat: int, call) -> tuple[float, np.ndarray]:
    """Seconds of the fastest of `repeat` calls after one to warm up."""
    result = call()
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


def differences(theirs: np.ndarray, ours: np.ndarray) -> dict:
    if theirs.ndim == 1:  # binary:logistic gives the second class only
        theirs = np.stack([1 - theirs, theirs], axis=-1)
    ours = ours.reshape(theirs.shape)
    labels = np.count_nonzero(theirs.argmax(1) != ours.argmax(1))
    return {"worst": float(np.abs(theirs.astype(np.float64) - ours).max()), "labels": int(labels)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--check")
    options = parser.parse_args()
    rows = np.load(options.rows)
    rows = rows.reshape(-1, rows.shape[-1])
    booster = xgboost.Booster({"nthread": options.threads}, model_file=options.model)
    inplace, probabilities = best(options.repeat, lambda: booster.inplace_predict(rows))
    matrix, _ = best(options.repeat, lambda: booster.predict(xgboost.DMatrix(rows, nthread=options.threads)))
    result = {"pixels": len(rows), "inplace": inplace, "dmatrix": matrix}
    if options.check:
        result["check"] = differences(probabilities, np.load(options.check))
    result["versions"] = {"python": platform.python_version(), "numpy": np.__version__, "xgboost": xgboost.__version__}
    print(json.dumps(result))


if __name__ == "__main__":
    main()

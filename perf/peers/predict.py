#!/usr/bin/python3
"""XGBoost's own prediction from Python, timed and compared.

    predict.py MODEL.ubj ROWS.npy [--threads 2] [--repeat 3] [--check PROBABILITIES.npy]

ROWS.npy is N x features float32. Two ways are timed: inplace_predict on the array, and predict on a DMatrix with its construction
(what most programs do). --check compares with N x classes float32 probabilities (N x 1: of the second of two classes).
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
    theirs, ours = theirs.reshape(len(theirs), -1), ours.reshape(len(ours), -1)
    labels = [p.argmax(1) if p.shape[1] > 1 else (p[:, 0] > 0.5) for p in (theirs, ours)]
    return {"worst": float(np.abs(theirs.astype(np.float64) - ours).max()), "labels": int(np.count_nonzero(labels[0] != labels[1]))}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--check")
    options = parser.parse_args()
    rows = np.load(options.rows)
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

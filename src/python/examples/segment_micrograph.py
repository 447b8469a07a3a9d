#!/usr/bin/env python3
"""From an image and a few strokes to labels and a picture, cell by cell as in a notebook.

    segment_micrograph.py [FOLDER]    writes model.fastseg, labels.npy and segmented.png into FOLDER (by default where it is started)

The image is made here, so that nothing needs to be at hand: bright particles and dark pores in a grainy matrix. The picture is drawn by
matplotlib; where that is missing by Pillow, and where both are, it is left out.
"""
# %% What is needed
import sys
from pathlib import Path

import numpy as np

import fastseg

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
names = {1: "matrix", 2: "particle", 3: "pore"}


# %% An image, and what is truly on it
def micrograph(seed: int, height: int = 384, width: int = 512):
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    truth = np.ones((height, width), np.uint8)
    for value, count, least, most in ((2, 40, 8, 22), (3, 25, 4, 10)):
        for _ in range(count):
            row, column, radius = random.uniform(0, height), random.uniform(0, width), random.uniform(least, most)
            truth[(rows - row) ** 2 + (columns - column) ** 2 < radius**2] = value
    grey = np.array([0, 110, 170, 55], np.float32)[truth]
    return np.clip(grey + random.normal(0, 22, truth.shape), 0, 255).astype(np.uint8), truth


image, truth = micrograph(1)

# %% Strokes: a few lines across the image, drawn where one is sure. 0 is where nothing was drawn
strokes = np.zeros_like(truth)
for row in range(40, truth.shape[0], 70):
    strokes[row: row + 2] = truth[row: row + 2]
print(f"{(strokes > 0).mean():.1%} of the pixels are labelled")

# %% Train. A bar of tqdm would do as progress, too
model = fastseg.train(image, strokes, class_names=names, rounds=60, progress=lambda done: None)
model.save(folder / "model.fastseg")
print(model)

# %% Segment another image of the same kind
other, expected = micrograph(2)
labels = model.segment(other)
confidence = model.probabilities(other).max(0)
np.save(folder / "labels.npy", labels)
for one in model.classes:
    both, either = ((labels == one.label) & (expected == one.value)).sum(), ((labels == one.label) | (expected == one.value)).sum()
    print(f"{one.name:10} {(labels == one.label).mean():6.1%} of the image, intersection over union {both / either:.3f}")

# %% A picture
colours = np.array([[0, 0, 0], [90, 120, 160], [240, 180, 60], [150, 30, 60]], np.uint8)
panels = {"image": other, "labels": colours[labels], "confidence": (confidence * 255).astype(np.uint8)}
try:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(panels), figsize=(15, 4.2), layout="constrained")
    for axis, (title, panel) in zip(axes, panels.items()):
        axis.imshow(panel, cmap="gray")
        axis.set(title=title, xticks=[], yticks=[])
    figure.savefig(folder / "segmented.png", dpi=90)
    print("segmented.png was drawn by matplotlib")
except ImportError:
    try:
        from PIL import Image

        rows = [panel if panel.ndim == 3 else np.repeat(panel[..., None], 3, -1) for panel in panels.values()]
        Image.fromarray(np.concatenate(rows, 1)).save(folder / "segmented.png")
        print("segmented.png was drawn by Pillow, because matplotlib is not installed")
    except ImportError:
        print("no picture: neither matplotlib nor Pillow is installed")

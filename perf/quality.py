#!/usr/bin/python3
"""How good segmentations are: mean IoU on images that the model was not trained on, and on images of which it saw only the strokes.

    perf/quality.py [--only SETS] [--smooth MODES] [--program PROGRAM] DATA [TRAIN OPTIONS ...]

    perf/quality.py ../data --no-score                                                              classical features
    perf/quality.py ../data --no-score --deep models/fastseg-vit-tiny-8 --upsampler bilinear        and deep ones
    perf/quality.py --only safety --smooth none,safe ../data --no-score --deep models/fastseg-vit-tiny-8 --upsampler bilinear

The images of ni/test are for the last look only: CHOOSE NOTHING BY THEM, that is by `unseen`, `half`, `quarter` and `single`. A default,
an option or a variant that was chosen because it does well there would be praised for what it was made to do. Choose by `held`, by `own`,
or by other material.

DATA holds ni/ and examples/. Every model is trained on whole images and segments each image once for every mode of smoothing; `model`
is the mode that the model keeps. A number is the mean over the set's images of an image's mean IoU over its classes; where there are
several modes, the last columns say what each adds to the first one. No image of `unseen`, `half`, `quarter`, `single` and `held` is
one that its model was trained on; `own`, `example0` and `example1` are scored over the whole truth, the strokes included.
The backbone in the box was trained on ni/train, examples/0 and 1, without any labels: with deep features a star marks their sets.
Needs Debian's python3-numpy and python3-pil.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
SETS = {
    "unseen": "ni/test, trained on the four of ni/train",
    "half": "ni/test at half size, same model",
    "quarter": "ni/test at a quarter of the size, same model",
    "single": "trained on one of ni/train, the seven others",
    "held": "each of ni/train, trained on the three others",
    "own": "each of ni/train from its own strokes",
    "example0": "examples/0 from its own strokes",
    "example1": "examples/1 from its own strokes",
}
SAFETY = [name for name in SETS if name not in ("single", "held")]
SEEN = ["single", "held", "own", "example0", "example1"]
SHRINK = {"unseen": 1, "half": 2, "quarter": 4}


class Scored(NamedTuple):
    """An image and its truth; `offset` is what makes the truth's values those of the labels."""
    image: pathlib.Path
    truth: pathlib.Path
    offset: int


class Case(NamedTuple):
    """Images to train on (their strokes are beside them), and images to score."""
    trained: tuple[pathlib.Path, ...]
    scored: list[Scored]


def box_average(samples: np.ndarray, factor: int) -> np.ndarray:
    """The mean of every square of factor x factor samples, rounded."""
    rows, columns = (side // factor for side in samples.shape)
    squares = samples[:rows * factor, :columns * factor].reshape(rows, factor, columns, factor)
    return np.rint(squares.mean(axis=(1, 3))).astype(samples.dtype)


def centre(labels: np.ndarray, factor: int) -> np.ndarray:
    """The label next to the middle of every square of factor x factor pixels, below it and to its right."""
    rows, columns = (side // factor * factor for side in labels.shape)
    return labels[factor // 2:rows:factor, factor // 2:columns:factor]


class Bench:
    """Trains, segments and scores in a temporary folder. A model that several sets need is trained once."""

    def __init__(self, options: argparse.Namespace, work: pathlib.Path):
        self.program, self.modes, self.train_options = options.program.split(), options.smooth.split(","), options.train_options
        self.data, self.work, self.models = options.data, work, {}

    def cases(self, name: str) -> list[Case]:
        """The training sets of a set of images, each with the images that it is scored on."""
        train, test = (sorted((self.data / "ni" / part).glob("*_gt.png")) for part in ("train", "test"))
        train, test = ([Scored(path.with_name(path.name.replace("_gt", "")), path, 1) for path in part] for part in (train, test))
        if name in SHRINK:
            return [Case(tuple(one.image for one in train), [self.shrunk(one, SHRINK[name]) for one in test])]
        if name == "single":
            return [Case((one.image,), [other for other in train + test if other != one]) for one in train]
        if name == "held":
            return [Case(tuple(other.image for other in train if other != one), [one]) for one in train]
        if name == "own":
            return [Case((one.image,), [one]) for one in train]
        image = self.data / "examples" / f"{name[-1]}.tif"
        return [Case((image,), [Scored(image, image.with_name(f"{image.stem}_ground_truth.tif"), 0)])]

    def shrunk(self, whole: Scored, factor: int) -> Scored:
        """A smaller copy of an image and its truth."""
        if factor == 1:
            return whole
        folder = self.work / f"by{factor}"
        folder.mkdir(exist_ok=True)
        small = Scored(folder / whole.image.name, folder / whole.truth.name, whole.offset)
        Image.fromarray(box_average(np.array(Image.open(whole.image)), factor)).save(small.image)
        Image.fromarray(centre(np.array(Image.open(whole.truth)), factor)).save(small.truth)
        return small

    def run(self, *arguments) -> str:
        """Runs the program, which must succeed, and returns what it prints."""
        done = subprocess.run([*self.program, *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"quality.py: {' '.join(map(str, arguments))}\n{done.stderr}")
        return done.stdout

    def model(self, trained: tuple[pathlib.Path, ...]) -> pathlib.Path:
        """The model of some images and their strokes."""
        if trained not in self.models:
            pairs = []
            for image in trained:
                strokes = image.with_name(f"{image.stem}_labels{image.suffix}")
                pairs += ["--image", image, "--labels", strokes]
            model = self.work / f"{len(self.models)}.fastseg"
            self.run("train", *pairs, "-o", model, *self.train_options)
            self.models[trained] = model
        return self.models[trained]

    def scores(self, case: Case, mode: str) -> list[float]:
        """Each image's mean IoU under one mode of smoothing."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        smooth = [] if mode == "model" else ["--smooth", mode]
        images = [one.image for one in case.scored]
        self.run("segment", self.model(case.trained), *images, "-o", f"{folder}/", "--keep-values", *smooth)
        labels = [str(folder / f"{one.image.stem}.tif") for one in case.scored]
        pairs = [path for label, one in zip(labels, case.scored) for path in (label, one.truth)]
        scores = json.loads(self.run("score", *pairs, "--truth-offset", case.scored[0].offset, "--json"))
        found = {score["prediction"]: score["meanIou"] for score in scores["images"]}
        return [found[label] for label in labels]

    def measure(self, name: str) -> None:
        """Prints a set's row, and one line for each image or, in `single`, for each training image."""
        cases = self.cases(name)
        table = [[self.scores(case, mode) for mode in self.modes] for case in cases]
        means = [statistics.mean(statistics.mean(row[i]) for row in table) for i in range(len(self.modes))]
        star = "*" if name in SEEN and "--deep" in self.train_options else ""
        print(f"{SETS[name] + star:<52}{line(means)}", flush=True)
        if len(cases) > 1:
            stems = [case.trained[0].stem if name == "single" else case.scored[0].image.stem for case in cases]
            details = [(stem, [statistics.mean(scores) for scores in row]) for stem, row in zip(stems, table)]
        else:
            details = [(one.image.stem, [scores[i] for scores in table[0]]) for i, one in enumerate(cases[0].scored)]
        for stem, scores in details:
            print(f"    {stem:<48}{line(scores)}", flush=True)


def line(scores: list[float]) -> str:
    """A score a mode, then what every mode adds to the first."""
    return "".join(f"{score:9.4f}" for score in scores) + "".join(f"{score - scores[0]:+9.4f}" for score in scores[1:])


def chosen(text: str) -> list[str]:
    """The names of sets in an argument; `safety` are those over which smoothing must do no harm."""
    names = [name for part in text.split(",") for name in (SAFETY if part == "safety" else [part])]
    unknown = [name for name in names if name not in SETS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(SETS)}, safety")
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=chosen, default=list(SETS), metavar="SETS", help=f"of {', '.join(SETS)}, safety; default: all")
    parser.add_argument("--smooth", default="model", metavar="MODES", help="of model, none, safe, guided; default: model")
    parser.add_argument("--program", default=str(ROOT / "fastseg"), help="the program, e.g. that of another version")
    parser.add_argument("data", type=pathlib.Path, metavar="DATA", help="the folder with ni/ and examples/")
    parser.add_argument("train_options", nargs=argparse.REMAINDER, metavar="TRAIN OPTIONS", help="go to `train` as they are")
    options = parser.parse_args()
    modes = options.smooth.split(",")
    print(f"{'mean IoU':<52}" + "".join(f"{mode:>9}" for mode in modes) + "".join(f"{'+' + mode:>9}" for mode in modes[1:]), flush=True)
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(options, pathlib.Path(work))
        for name in options.only:
            bench.measure(name)
    if "--deep" in options.train_options and set(SEEN) & set(options.only):
        print("* of these images the backbone in the box saw some or all, without labels")


main()

"""From labelled pixels to a model."""
from __future__ import annotations

import ctypes
import os
from typing import Any, List, Mapping, Optional, Sequence, Union

import numpy as np

from . import _abi, _arrays
from ._call import Progress, callback, made
from ._errors import FastSegError
from ._library import check, library, word
from ._model import Model, class_list
from ._spec import FeatureSpec, specification


def train(
    images: Union[np.ndarray, Sequence[np.ndarray]],
    labels: Union[np.ndarray, Sequence[np.ndarray]],
    preset: Union[str, FeatureSpec] = "paper",
    *,
    families: Optional[Sequence[str]] = None,
    sigma: Union[None, float, Sequence[float]] = None,
    sigma_scale: Optional[float] = None,
    standardise: Optional[str] = None,
    channel_axis: Optional[int] = None,
    class_names: Optional[Mapping[int, str]] = None,
    image_names: Optional[Sequence[str]] = None,
    smoothing: str = "none",
    smoothing_radius: int = 0,
    smoothing_epsilon: float = 0,
    hold_out: bool = False,
    training: str = "default",
    backbone: Union[None, str, os.PathLike] = None,
    deep_channels: int = 0,
    threads: int = 0,
    backend: str = "auto",
    memory: int = 0,
    device_memory: int = 0,
    progress: Optional[Progress] = None,
    **trees: Any,
) -> Model:
    """Trains a model from labelled pixels. The same input and seed give the same model where the CPU trains.

    Parameters
    ----------
    images : an image, a list of images, or an array whose first axis counts images. Rows x columns, or with channels along
        ``channel_axis``; whole numbers or floats of 8 to 64 bits.
    labels : as many label images, rows x columns of whole numbers: 0 where nothing was drawn, every other value is a class.
    preset : "paper", "weka", or a FeatureSpec.
    families, sigma, sigma_scale, standardise : change what the preset says; see FeatureSpec.
    channel_axis : the axis of an image that counts channels; None for grey images. All of them are data: cut alpha off.
    class_names : names by label value, of every class that was drawn; None for "class 1" and so on.
    image_names : what errors and the model call the images.
    smoothing : what the model does to probabilities before each pixel gets its label: none, guided, safe, or auto, which holds labelled
        pixels out and keeps what suits them. The command line's default is auto.
    smoothing_radius, smoothing_epsilon : for guided; 0 for 8 pixels and 0.05.
    hold_out : hold labelled pixels out to score the training (``Model.held_out_mean_iou``); up to six trainings instead of one.
    training : "default", or "published" for XGBoost's own defaults, as the paper trains.
    backbone, deep_channels : folder or name of a transformer whose features are added, and how many; 0 for its own number.
    threads, backend, memory, device_memory : as for a Session.
    progress : a function that is given the fraction that is done, 0 to 1; or a bar with ``update(n)`` such as tqdm's, whose total becomes
        1 where it has none. It is called on this thread; an exception that it raises ends the training, and is raised here.
    trees : rounds, depth, max_bin, learning_rate, subsample, colsample_by_node, min_child_weight, reg_lambda, balance (every class weighs
        the same), flips (flipped copies are trained on as well), seed, booster_threads (0: FastSeg's own
        booster; 1 or more: XGBoost with so many threads, part of the result).

    Ctrl-C ends the training. Needs libxgboost: see docs/integrate.md.
    """
    spec = specification(preset, families=families, sigma=sigma, sigma_scale=sigma_scale, standardise=standardise)
    pixels = _images(images, channel_axis)
    drawn = [_arrays.labels(one, f"Label image {i + 1}") for i, one in enumerate(_listed(labels, 2))]
    if len(pixels) != len(drawn):
        raise FastSegError(f"There are {len(pixels)} images and {len(drawn)} label images; give one of each.")
    options = _options(training, trees)
    features, classes = spec._native(), class_list(class_names or {})
    options.features, options.progress = ctypes.pointer(features), callback
    if len(classes) > 0:
        options.classes, options.class_count = classes, len(classes)
    options.hold_out, options.smoothing = int(hold_out), word(smoothing, _abi.SMOOTHING, "smoothing")
    options.smoothing_radius, options.smoothing_epsilon = smoothing_radius, smoothing_epsilon
    options.threads, options.backend = threads, word(backend, _abi.BACKENDS, "backend")
    options.memory, options.device_memory, options.deep_channels = int(memory), int(device_memory), deep_channels
    if backbone is not None:
        options.backbone = os.fsencode(backbone)
    given, api = _training_images(pixels, drawn, image_names), library()
    return Model(made(api.fs_train, api.fs_model_release, given, len(given), ctypes.byref(options), progress=progress))


_TREES = {
    "rounds": "rounds", "depth": "depth", "max_bin": "max_bin", "learning_rate": "learning_rate", "subsample": "subsample",
    "colsample_by_node": "colsample_by_node", "min_child_weight": "min_child_weight", "reg_lambda": "lambda", "balance": "balance",
    "flips": "flips", "seed": "seed", "booster_threads": "booster_threads"}
"""Fields of the library by the names of train's arguments. XGBoost's package says reg_lambda, because lambda is Python's own word."""


def _options(training: str, trees: Mapping[str, Any]) -> _abi.TrainOptions:
    options = _abi.TrainOptions()
    preset = word(training, _abi.TRAINING, "training")
    check(library().fs_train_options_init(ctypes.byref(options), ctypes.sizeof(options), preset))
    for name, value in trees.items():
        if name not in _TREES:
            raise TypeError(f"train() got an unexpected keyword argument {name!r}")
        field = _TREES[name]
        setattr(options, field, type(getattr(options, field))(value))
    return options


def _images(images: Union[np.ndarray, Sequence[np.ndarray]], channel_axis: Optional[int]) -> List[np.ndarray]:
    axes = 2 if channel_axis is None else 3
    return [_arrays.frame(one, channel_axis, f"Image {i + 1}") for i, one in enumerate(_listed(images, axes))]


def _listed(arrays: Union[np.ndarray, Sequence[np.ndarray]], axes: int) -> Sequence[np.ndarray]:
    """A list of arrays; one array that has so many axes is a list of its own."""
    return [arrays] if isinstance(arrays, np.ndarray) and arrays.ndim <= axes else list(arrays)


def _training_images(pixels: Sequence[np.ndarray], drawn: Sequence[np.ndarray], names: Optional[Sequence[str]]) -> ctypes.Array:
    if names is not None and len(names) != len(pixels):
        raise FastSegError(f"There are {len(pixels)} images and {len(names)} names; give one each.")
    size = ctypes.sizeof(_abi.TrainingImage)
    return (_abi.TrainingImage * len(pixels))(
        *(
            _abi.TrainingImage(size, None if names is None else names[i].encode(), _arrays.describe(image), _arrays.describe(labels))
            for i, (image, labels) in enumerate(zip(pixels, drawn))))

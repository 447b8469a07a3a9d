"""Trained models."""
from __future__ import annotations

import ctypes
import os
import weakref
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple, Union

import numpy as np

from . import _abi, _arrays
from ._library import check, library, lines, read_bytes, read_text, word_of
from ._session import session_for
from ._spec import FeatureSpec, specification


class Class(NamedTuple):
    """A class of a model."""

    name: str
    value: int
    """The label value with which it was drawn."""
    label: int
    """What segmenting writes: 1, 2, .. by ascending value, unless ``keep_values`` is asked for."""
    pixels: int
    """How many of its pixels the model was trained on; 0 where that is not known."""


class Model:
    """A trained model. It never changes, and several threads may use it at once. It can be pickled.

    ``fastseg.train`` makes one; ``Model.load``, ``Model.from_bytes`` and ``Model.from_xgboost`` bring one.
    """

    def __init__(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        self._release = weakref.finalize(self, library().fs_model_release, handle)
        self._release.atexit = False
        info = _abi.sized(_abi.ModelInfo)
        check(library().fs_model_describe(handle, ctypes.byref(info)))
        self._info = info

    @classmethod
    def load(cls, path: Union[str, os.PathLike]) -> Model:
        """Reads a .fastseg file."""
        return _made(library().fs_model_load, os.fsencode(path))

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Makes a model of the bytes of a .fastseg file."""
        data = bytes(data)
        return _made(library().fs_model_from_bytes, data, len(data))

    @classmethod
    def from_xgboost(
        cls,
        data: bytes,
        classes: Mapping[int, str],
        *,
        features: Union[str, FeatureSpec] = "paper",
        channels: int = 1,
        all_rounds: bool = False,
    ) -> Model:
        """Makes a model of trees that XGBoost trained on the same features, in the order of ``FeatureSpec.plane_names``.

        data : XGBoost's JSON or UBJSON, such as ``booster.save_raw("ubj")``.
        classes : name by label value; in ascending order they are XGBoost's classes 0, 1, ...
        all_rounds : take all rounds of a training that stopped early, which is otherwise refused.
        """
        data, native = bytes(data), specification(features)._native()
        named = class_list(dict(sorted(classes.items())))
        return _made(
            library().fs_model_import, data, len(data), ctypes.byref(native), channels, named, len(named), int(all_rounds))

    def save(self, path: Union[str, os.PathLike]) -> None:
        """Writes a .fastseg file, which appears under its name when it is whole. Equal models give equal bytes."""
        check(library().fs_model_save(self._handle, os.fsencode(path)))

    def to_bytes(self) -> bytes:
        """The bytes of the file that ``save`` writes."""
        return read_bytes(library().fs_model_to_bytes, self._handle, room=1 << 20)

    def __reduce__(self):
        return Model.from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        return f"<fastseg.Model: {self.channels} channel(s), {self.planes} planes, classes {', '.join(one.name for one in self.classes)}>"

    @property
    def classes(self) -> Tuple[Class, ...]:
        """The classes, by ascending value; class i has label i + 1."""
        api, classes = library(), []  # type: Any, List[Class]
        for index in range(self._info.classes):
            info = _abi.sized(_abi.ClassInfo)
            check(api.fs_model_class(self._handle, index, ctypes.byref(info)))
            name = read_text(api.fs_model_class_name, self._handle, index)
            classes.append(Class(name, info.value, info.label, info.pixels))
        return tuple(classes)

    @property
    def channels(self) -> int:
        """1 where the model was trained on grey images, 3 where on RGB."""
        return self._info.channels

    @property
    def planes(self) -> int:
        """How many feature planes the trees look at."""
        return self._info.planes

    @property
    def plane_names(self) -> Tuple[str, ...]:
        """The names of these planes, in their order."""
        return tuple(read_text(library().fs_model_plane_name, self._handle, index) for index in range(self.planes))

    @property
    def feature_spec(self) -> FeatureSpec:
        """The classical features."""
        native = _abi.sized(_abi.FeatureSpec)
        check(library().fs_model_features(self._handle, ctypes.byref(native)))
        return FeatureSpec._of(native)

    @property
    def deep_channels(self) -> int:
        """How many of the planes are deep features, which need the model's backbone."""
        return self._info.deep_channels

    @property
    def backbone(self) -> str:
        """The name of the backbone of the deep features; "" where there are none."""
        return read_text(library().fs_model_backbone, self._handle)

    @property
    def halo(self) -> int:
        """How far, in pixels, the classical features of a pixel look around it."""
        return self._info.halo

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return self._info.trees

    @property
    def smoothing(self) -> str:
        """What is done to probabilities before each pixel gets its label: none, guided or safe."""
        return word_of(self._info.smoothing, _abi.SMOOTHING)

    @property
    def warnings(self) -> Tuple[str, ...]:
        """What made its training doubtful, a sentence each; empty for a model that was not trained by this process."""
        return lines(library().fs_model_warnings, self._handle)

    @property
    def held_out_mean_iou(self) -> Optional[float]:
        """Mean intersection over union of labelled pixels that were held out in training; None where none were."""
        return self._info.held_out_mean_iou if self._info.held_out_folds else None

    def segment(
        self,
        image: np.ndarray,
        *,
        channel_axis: Optional[int] = None,
        out: Optional[np.ndarray] = None,
        progress: Any = None,
        **options: Any,
    ) -> np.ndarray:
        """Labels every pixel of an image: rows x columns of 1, 2, .., in the order of ``classes``.

        image : rows x columns, or with channels along ``channel_axis``; whole numbers or floats of 8 to 64 bits.
        out : receives the labels, uint8 or uint16; any strides.
        progress : see fastseg.train.
        options : of a Session: keep_values, smoothing, threads, memory, backend, ...

        For many images of a size, open a Session. Where the image is none that the model knows, the logger "fastseg" gets a sentence.
        """
        pixels = _arrays.frame(image, channel_axis)
        with session_for(self, pixels, options) as session:
            session._log_warnings_of(pixels)
            return session.segment(pixels, out=out, progress=progress)

    def probabilities(
        self,
        image: np.ndarray,
        *,
        channel_axis: Optional[int] = None,
        plane_axis: int = 0,
        out: Optional[np.ndarray] = None,
        progress: Any = None,
        **options: Any,
    ) -> np.ndarray:
        """The probability of each class: float32, classes x rows x columns, or with ``plane_axis=-1`` rows x columns x classes."""
        pixels = _arrays.frame(image, channel_axis)
        with session_for(self, pixels, options) as session:
            session._log_warnings_of(pixels)
            return session.probabilities(pixels, plane_axis=plane_axis, out=out, progress=progress)

    def features(
        self,
        image: np.ndarray,
        *,
        channel_axis: Optional[int] = None,
        plane_axis: int = 0,
        dtype: Any = np.float32,
        out: Optional[np.ndarray] = None,
        progress: Any = None,
        **options: Any,
    ) -> np.ndarray:
        """The planes that the trees look at, deep ones too; ``plane_names`` has their names. Arguments as in fastseg.features."""
        pixels = _arrays.frame(image, channel_axis)
        with session_for(self, pixels, options) as session:
            return session.features(pixels, plane_axis=plane_axis, dtype=dtype, out=out, progress=progress)


def class_list(names: Mapping[int, str]) -> ctypes.Array:
    """Names by label value, for the library."""
    return (_abi.Class * len(names))(
        *(_abi.sized(_abi.Class, value=int(value), name=str(name).encode()) for value, name in names.items()))


def _made(function: Any, *arguments: Any) -> Model:
    handle = ctypes.c_void_p()
    check(function(*arguments, ctypes.byref(handle)))
    return Model(handle)

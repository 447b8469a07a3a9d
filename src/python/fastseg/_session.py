"""Sessions: frame after frame of one shape, with plan, buffers and threads made once."""
from __future__ import annotations

import ctypes
import os
import weakref
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from . import _abi, _arrays
from ._call import Progress, call, callback, made
from ._errors import FastSegError
from ._library import check, library, lines, logger, read_text, word, word_of
from ._spec import FeatureSpec, specification


class Plan(NamedTuple):
    """What a session takes."""

    backend: str
    """What computes: cpu, cuda, ..; never auto."""
    workers: int
    """Threads, each with buffers of its own."""
    planes: int
    halo: int
    """Pixels that are read around a tile, on each side."""
    tiles: int
    tile_width: int
    tile_height: int
    buffer_bytes: int
    process_bytes: int
    """What the process takes without the buffers."""
    peak_bytes: int
    """The predicted peak of the process's resident memory, without what Python itself holds beyond its start."""
    device_bytes: int


class Result(NamedTuple):
    """What ``Session.run`` computed; None for what was not asked for."""

    labels: Optional[np.ndarray]
    probabilities: Optional[np.ndarray]
    confidence: Optional[np.ndarray]
    margins: Optional[np.ndarray]


Wanted = Union[bool, np.ndarray]


class Session:
    """Segments frame after frame of one shape, or computes their features. After the first frame, calls make nothing anew.

    Parameters
    ----------
    model : a Model; or a FeatureSpec for a session that computes features only.
    shape : of a frame, as numpy says it: rows, columns, and channels where there are any.
    dtype : of a frame: whole numbers or floats of 8 to 64 bits.
    channel_axis : which axis of a frame counts channels (up to 16; a model of grey or RGB takes alpha, too); None for grey ones.
    up_to : frames may be smaller than the shape.
    threads : 0 for one a core.
    backend : auto (a CUDA device where there is one, else the CPU), cpu, cuda, opencl or simulated.
    memory, device_memory : most bytes that the process and a device may use; 0 for no limit, and for nine tenths of the device.
    goal : latency (all threads on a frame) or throughput (a frame for each thread; needs segment_batch).
    priority : of the session's threads: normal, low, below_normal, above_normal or high.
    cores : numbers of the cores on which the session's threads run, one each.
    smoothing : default (what the model keeps), none, guided or safe.
    smoothing_radius, smoothing_epsilon : for guided; 0 for 8 pixels and 0.05.
    class_weights : for safe: weights that were found before, one a class.
    keep_values : labels are the values with which the classes were drawn, not 1, 2, ...
    mean_deviation : mean and deviation by which every frame is standardised, as samples are stored; None for each frame's own.
    backbone : folder of the model's backbone; None to look for it.
    warm_up : compute a frame of zeros now, so that the first real frame is as fast as the others.

    One thread at a time may use a session: a second one gets a FastSegError at once. Several sessions run side by side, each on a thread
    of its own, and the GIL is not held while they compute. Ctrl-C stops a call within about 50 ms.
    """

    def __init__(
        self,
        model: Any,
        shape: Sequence[int],
        dtype: Any = np.uint8,
        *,
        channel_axis: Optional[int] = None,
        warm_up: bool = False,
        **options: Any,
    ) -> None:
        self._frame_shape, native, self._keep_alive = _described(shape, dtype, channel_axis, options)
        self._channel_axis = channel_axis
        api = library()
        if isinstance(model, FeatureSpec):
            self._classes, self._label_types = 0, ()
            spec = model._native()
            given = (api.fs_session_open_features, api.fs_session_close, ctypes.byref(spec))
        else:
            self._classes = _model_info(model).classes
            given = (api.fs_session_open, api.fs_session_close, model._handle)
            wide = native.keep_values and max(one.value for one in model.classes) > 255
            self._label_types = (np.uint16,) if wide else (np.uint8, np.uint16)
        self._handle = made(*given, self._frame_shape, ctypes.byref(native))
        self._close = weakref.finalize(self, api.fs_session_close, self._handle)
        self._close.atexit = False
        self._planes = self.plan.planes
        if warm_up:
            self.warm_up()

    @classmethod
    def of_features(
        cls, shape: Sequence[int], dtype: Any = np.uint8, preset: Union[str, FeatureSpec] = "paper", **options: Any,
    ) -> Session:
        """A session that computes features only, of a preset or a FeatureSpec."""
        return cls(specification(preset), shape, dtype, **options)

    def close(self) -> None:
        """Stops the session's threads and frees its buffers."""
        if self._close.alive:
            check(library().fs_session_close(self._handle))
            self._close.detach()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    @property
    def plan(self) -> Plan:
        """Tiles, threads and memory."""
        info = _abi.sized(_abi.PlanInfo)
        check(library().fs_session_plan(self._handle, ctypes.byref(info)))
        return _plan(info)

    @property
    def plane_names(self) -> Tuple[str, ...]:
        """The names of the planes that ``features`` computes, in their order."""
        return tuple(read_text(library().fs_session_plane_name, self._handle, index) for index in range(self._planes))

    @property
    def warnings(self) -> Tuple[str, ...]:
        """What makes results for all frames doubtful, a sentence each: a type that the model does not know. The logger gets them, too."""
        return lines(library().fs_session_warnings, self._handle)

    def warnings_of(self, image: np.ndarray) -> Tuple[str, ...]:
        """In what a frame differs from the images that the model was trained on, a sentence each.

        A few rows of it are looked at. ``segment`` and the others do nothing of this, so that no frame pays for it.
        """
        frame = _arrays.describe(self._frame(image))
        return lines(library().fs_session_warnings_of, self._handle, ctypes.byref(frame))

    @property
    def class_pixels(self) -> Tuple[int, ...]:
        """How many pixels got each label in the last call, in the order of the model's classes."""
        pixels, count = (ctypes.c_int64 * max(self._classes, 1))(), ctypes.c_int32()
        check(library().fs_session_class_pixels(self._handle, pixels, len(pixels), ctypes.byref(count)))
        return tuple(pixels)

    def warm_up(self) -> None:
        """Computes a frame of zeros, so that all code is compiled and all memory touched before the first real frame."""
        call(library().fs_session_warm_up, self._handle)

    def segment(self, image: np.ndarray, out: Optional[np.ndarray] = None, *, progress: Optional[Progress] = None) -> np.ndarray:
        """Labels every pixel: rows x columns of uint8, or of uint16 where kept values are above 255.

        image : a frame of the session's shape and dtype; any strides.
        out : receives the labels, uint8 or uint16; any strides.
        """
        pixels = self._frame(image)
        labels = _arrays.result(out, pixels.shape[:2], self._types(), "out")
        frame, target = _arrays.describe(pixels), _arrays.describe(labels)
        call(library().fs_session_segment, self._handle, ctypes.byref(frame), ctypes.byref(target), progress=progress)
        return labels

    def probabilities(
        self,
        image: np.ndarray,
        out: Optional[np.ndarray] = None,
        *,
        plane_axis: int = 0,
        progress: Optional[Progress] = None,
    ) -> np.ndarray:
        """The probability of each class: float32 of 0 to 1 (or uint8 of 0 to 255 in an ``out`` of that type)."""
        wanted = True if out is None else out
        return self.run(image, labels=False, probabilities=wanted, plane_axis=plane_axis, progress=progress).probabilities

    def run(
        self,
        image: np.ndarray,
        *,
        labels: Wanted = True,
        probabilities: Wanted = False,
        confidence: Wanted = False,
        margins: Wanted = False,
        plane_axis: int = 0,
        progress: Optional[Progress] = None,
    ) -> Result:
        """Segments a frame into any of four results at once. Each is True, False, or an array that receives it.

        labels : rows x columns of uint8 or uint16.
        probabilities : classes x rows x columns of float32 or uint8; with ``plane_axis=-1`` rows x columns x classes.
        confidence : rows x columns of float32: the probability of the label.
        margins : float32, as probabilities but one plane for two classes: the sums of the trees, before any smoothing.
        """
        pixels = self._frame(image)
        size, groups, types = pixels.shape[:2], 1 if self._classes == 2 else self._classes, self._types()
        results, seen = [], []
        for wanted, count, kinds, name in (
            (labels, 0, types, "labels"), (probabilities, self._classes, (np.float32, np.uint8), "probabilities"),
            (confidence, 0, (np.float32,), "confidence"), (margins, groups, (np.float32,), "margins"),
        ):
            array, view = _target(wanted, size, count, plane_axis, kinds, name)
            results.append(array)
            seen.append(_arrays.NONE if view is None else _arrays.describe(view))
        frame, targets = _arrays.describe(pixels), _abi.Targets(ctypes.sizeof(_abi.Targets), *seen)
        call(library().fs_session_segment_batch, self._handle, 1, ctypes.byref(frame), ctypes.byref(targets), progress=progress)
        return Result(*results)

    def segment_batch(
        self,
        images: Sequence[np.ndarray],
        out: Optional[Sequence[np.ndarray]] = None,
        *,
        progress: Optional[Progress] = None,
    ) -> Sequence[np.ndarray]:
        """Labels several frames: one after the other, or a thread each where the session's goal is throughput.

        images : a list of frames, or an array whose first axis counts frames.
        out : as many arrays for labels, or one array with that axis.
        """
        frames = [self._frame(image) for image in images]
        given = [None] * len(frames) if out is None else list(out)
        if len(given) != len(frames):
            raise FastSegError(f"out has {len(given)} arrays for {len(frames)} images; give one each.")
        types = self._types()
        labels = [_arrays.result(one, frame.shape[:2], types, "out") for one, frame in zip(given, frames)]
        size = ctypes.sizeof(_abi.Targets)
        described = (_abi.Array * len(frames))(*map(_arrays.describe, frames))
        targets = (_abi.Targets * len(frames))(
            *(_abi.Targets(size, _arrays.describe(one), _arrays.NONE, _arrays.NONE, _arrays.NONE) for one in labels))
        call(library().fs_session_segment_batch, self._handle, len(frames), described, targets, progress=progress)
        return labels if out is None else out

    def features(
        self,
        image: np.ndarray,
        out: Optional[np.ndarray] = None,
        *,
        plane_axis: int = 0,
        dtype: Any = np.float32,
        progress: Optional[Progress] = None,
    ) -> np.ndarray:
        """The feature planes of a frame, written straight to where they lie.

        plane_axis : 0 gives planes x rows x columns, -1 rows x columns x planes.
        dtype : float32 or float16, where no ``out`` is given.
        out : receives the planes; any strides.
        """
        pixels = self._frame(image)
        kind = np.dtype(dtype)
        if out is None and kind not in (np.float32, np.float16):
            raise FastSegError(f"dtype is {kind}; planes are float32 or float16.")
        types = (kind,) if out is None else (np.float32, np.float16)
        planes, view = _arrays.planes(out, pixels.shape[:2], self._planes, plane_axis, types, "out")
        frame, target = _arrays.describe(pixels), _arrays.describe(view)
        call(library().fs_session_features, self._handle, ctypes.byref(frame), ctypes.byref(target), progress=progress)
        return planes

    def _log_warnings_of(self, image: np.ndarray) -> None:
        """Tells the logger what ``warnings_of`` says, unless it was told when the session was opened."""
        for sentence in () if self.warnings else self.warnings_of(image):
            logger.warning("%s", sentence)

    def _frame(self, image: np.ndarray) -> np.ndarray:
        return _arrays.frame(image, self._channel_axis)

    def _types(self) -> Tuple[type, ...]:
        if not self._label_types:
            raise FastSegError("The session was opened with a FeatureSpec, so it computes features only; open one with a model to segment.")
        return self._label_types


def plan(model: Any, shape: Sequence[int], dtype: Any = np.uint8, *, channel_axis: Optional[int] = None, **options: Any) -> Plan:
    """What a session with these arguments would take. One is planned for it, and none of its memory is touched."""
    frames, native, _keep_alive = _described(shape, dtype, channel_axis, options)
    info, spec, handle = _abi.sized(_abi.PlanInfo), None, None
    if isinstance(model, FeatureSpec):
        spec = ctypes.byref(model._native())
    else:
        _model_info(model)
        handle = model._handle
    call(library().fs_plan, handle, spec, frames, ctypes.byref(native), ctypes.byref(info))
    return _plan(info)


def session_for(model: Any, pixels: np.ndarray, options: Mapping[str, Any]) -> Session:
    """A session for frames like one that ``_arrays.frame`` gave."""
    return Session(model, pixels.shape, pixels.dtype, channel_axis=-1 if pixels.ndim == 3 else None, **options)


def _described(shape: Sequence[int], dtype: Any, channel_axis: Optional[int], options: Mapping[str, Any]):
    """Shape and options for the library, and what must live as long as they are used."""
    shape, kind = tuple(int(length) for length in shape), np.dtype(dtype)
    _arrays.check_axes(len(shape), channel_axis, "The shape")
    if kind.name not in _abi.DTYPES:
        raise FastSegError(f"dtype is {kind}; frames are whole numbers or floats of 8 to 64 bits.")
    options = dict(options)
    up_to = bool(options.pop("up_to", False))
    channels, size = 1, shape
    if channel_axis is not None:
        axis = range(3)[channel_axis] if -3 <= channel_axis < 3 else None
        if axis is None:
            raise FastSegError(f"channel_axis is {channel_axis}, and there are 3 axes; it must be -3 to 2.")
        channels, size = shape[axis], shape[:axis] + shape[axis + 1:]
    frames = _abi.sized(
        _abi.FrameShape, width=size[1], height=size[0], dtype=_abi.DTYPES[kind.name], channels=channels, up_to=int(up_to))
    native, keep_alive = _options(**options)
    return frames, native, keep_alive


def _options(
    *,
    threads: int = 0,
    backend: str = "auto",
    memory: int = 0,
    device_memory: int = 0,
    goal: str = "latency",
    priority: str = "normal",
    cores: Optional[Sequence[int]] = None,
    smoothing: str = "default",
    smoothing_radius: int = 0,
    smoothing_epsilon: float = 0,
    class_weights: Optional[Sequence[float]] = None,
    keep_values: bool = False,
    mean_deviation: Optional[Tuple[float, float]] = None,
    backbone: Union[None, str, os.PathLike] = None,
):
    native = _abi.sized(
        _abi.SessionOptions, threads=threads, backend=word(backend, _abi.BACKENDS, "backend"), memory=int(memory),
        device_memory=int(device_memory), goal=word(goal, _abi.GOALS, "goal"), priority=word(priority, _abi.PRIORITIES, "priority"),
        smoothing=word(smoothing, _abi.SMOOTHING, "smoothing"), smoothing_radius=smoothing_radius, smoothing_epsilon=smoothing_epsilon,
        keep_values=int(keep_values), progress=callback)
    if mean_deviation is not None:
        native.fixed_samples, (native.mean, native.deviation) = 1, mean_deviation
    if backbone is not None:
        native.backbone = os.fsencode(backbone)
    core_list = None if cores is None else (ctypes.c_int32 * len(cores))(*cores)
    if core_list is not None:
        native.cores, native.core_count = core_list, len(core_list)
    weights = None if class_weights is None else (ctypes.c_double * len(class_weights))(*class_weights)
    if weights is not None:
        native.class_weights, native.class_weight_count = weights, len(weights)
    return native, (core_list, weights)


def _model_info(model: Any) -> _abi.ModelInfo:
    info = getattr(model, "_info", None)
    if not isinstance(info, _abi.ModelInfo):
        raise TypeError(f"a Model or a FeatureSpec is needed, and {type(model).__name__} is neither")
    return info


def _plan(info: _abi.PlanInfo) -> Plan:
    return Plan(word_of(info.backend, _abi.BACKENDS), *(getattr(info, name) for name in Plan._fields[1:]))


def _target(wanted: Wanted, size: Tuple[int, int], count: int, plane_axis: int, types: Sequence[type], name: str):
    """The array for a result, and the same with its planes last; None for both where it is not wanted. count is 0 without planes."""
    if wanted is False or wanted is None:
        return None, None
    out = None if wanted is True else wanted
    if count:
        return _arrays.planes(out, size, count, plane_axis, types, name)
    array = _arrays.result(out, size, types, name)
    return array, array

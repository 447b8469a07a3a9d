"""NumPy's arrays as the library sees them: an address, a type, a shape and strides. Most are passed where they lie.

What is copied, and what is refused:

- Images and labels are passed in their own type, whole numbers and floats of 8 to 64 bits; the library makes float32 of what is wider, and
  refuses what does not fit. bool is seen as uint8, and swapped byte order is turned. Other types are refused.
- Images whose elements share memory (``np.broadcast_to``, sliding windows) or are not aligned are copied.
- Every other stride is passed as it is: transposed, reversed, every second row, padded rows, any order of axes. (Training reads an image
  whose pixels are not packed within a row from a copy that the library makes.)
- Arrays for results are never copied. They must have the right type and shape, be writeable, and their elements must not share memory.
"""
from __future__ import annotations

import ctypes
from typing import Optional, Sequence, Tuple

import numpy as np

from . import _abi
from ._errors import FastSegError

_CODES = {np.dtype(name): code for name, code in _abi.DTYPES.items()}
_SIZE = ctypes.sizeof(_abi.Array)
NONE = _abi.Array(_SIZE)
"""Stands for a result that is not wanted."""


def describe(array: np.ndarray) -> _abi.Array:
    """Describes an array of a type that the library knows. It must live as long as the description is used."""
    return _abi.Array(_SIZE, array.__array_interface__["data"][0], _CODES[array.dtype], array.ndim, array.shape, array.strides)


def frame(image, channel_axis: Optional[int] = None, what: str = "The image") -> np.ndarray:
    """An image as rows x columns, or rows x columns x channels, in a type and with strides that the library takes."""
    array = np.asarray(image)
    check_axes(array.ndim, channel_axis, what)
    if channel_axis is not None:
        array = last(array, channel_axis, "channel_axis")
    return _readable(_of_frames(array, what))


def labels(drawn, what: str = "The label image") -> np.ndarray:
    """Labels as rows x columns; the library refuses values that are no whole numbers."""
    array = np.asarray(drawn)
    if array.ndim != 2:
        raise FastSegError(f"{what} has {array.ndim} axes; it must have 2, rows and columns.")
    return _readable(_of_frames(array, what))


def check_axes(ndim: int, channel_axis: Optional[int], what: str) -> None:
    """Refuses an image that is neither grey nor said to have channels."""
    if channel_axis is None and ndim != 2:
        hint = "; give channel_axis where one of them counts channels" if ndim == 3 else ""
        raise FastSegError(f"{what} has {ndim} axes; a grey image has 2, rows and columns{hint}.")
    if channel_axis is not None and ndim != 3:
        raise FastSegError(f"{what} has {ndim} axes; with channel_axis it must have 3, rows, columns and channels.")


def last(array: np.ndarray, axis: int, what: str) -> np.ndarray:
    """The array seen with an axis in the last place."""
    if not -array.ndim <= axis < array.ndim:
        raise FastSegError(f"{what} is {axis}, and there are {array.ndim} axes; it must be {-array.ndim} to {array.ndim - 1}.")
    return array if axis in (-1, array.ndim - 1) else np.moveaxis(array, axis, -1)


def result(out: Optional[np.ndarray], shape: Tuple[int, ...], types: Sequence[type], what: str) -> np.ndarray:
    """The caller's array for a result, checked, or a new one of the first type."""
    if out is None:
        return np.empty(shape, types[0])
    if not isinstance(out, np.ndarray):
        raise FastSegError(f"{what} is of type {type(out).__name__}; it must be a numpy array.")
    if out.dtype not in types or out.shape != tuple(shape):
        names = " or ".join(np.dtype(kind).name for kind in types)
        raise FastSegError(f"{what} is {out.dtype} of shape {out.shape}; it must be {names} of shape {tuple(shape)}.")
    if not out.flags.writeable or not out.flags.aligned:
        raise FastSegError(f"{what} is {'not aligned' if out.flags.writeable else 'read-only'}; give an array that can be written.")
    return out


def planes(out: Optional[np.ndarray], size: Tuple[int, int], count: int, axis: int, types: Sequence[type], what: str):
    """The caller's array of planes, or a new one; and the same seen with its planes in the last place."""
    if not -3 <= axis < 3:
        raise FastSegError(f"plane_axis is {axis}; it must be 0 for planes x rows x columns, or -1 for rows x columns x planes.")
    shape = list(size)
    shape.insert(axis % 3, count)
    array = result(out, tuple(shape), types, what)
    return array, last(array, axis, "plane_axis")


def _of_frames(array: np.ndarray, what: str) -> np.ndarray:
    kind = array.dtype
    if kind in _CODES:
        return array
    if kind == bool:
        return array.view(np.uint8)
    native = kind.newbyteorder("=")
    if native in _CODES:
        return array.astype(native)
    raise FastSegError(f"{what} is {kind}; whole numbers and floats of 8 to 64 bits are taken.")


def _readable(array: np.ndarray) -> np.ndarray:
    if array.flags.c_contiguous and array.flags.aligned:
        return array
    return np.array(array, order="C") if not array.flags.aligned or _overlaps(array) else array


def _overlaps(array: np.ndarray) -> bool:
    """Whether elements share memory: sorted by length, each stride must be as long as all shorter ones reach."""
    reach = array.itemsize
    for stride, count in sorted((abs(stride), count) for stride, count in zip(array.strides, array.shape) if count > 1):
        if stride < reach:
            return True
        reach += stride * (count - 1)
    return False

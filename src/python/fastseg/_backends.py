"""What could compute here, and the library's version."""
from __future__ import annotations

import ctypes
from typing import NamedTuple, Tuple

from . import _abi
from ._library import check, library, read_text, word_of


class Backend(NamedTuple):
    """Something that can compute."""

    name: str
    """What a session's ``backend`` calls it."""
    usable: bool
    device: str
    details: str
    """Architecture and driver; where it cannot be used, why not."""
    memory_bytes: int
    """Of the device; 0 where it uses the process's own memory."""


def backends() -> Tuple[Backend, ...]:
    """The CPU first, then devices, and the kinds of which there are none."""
    count = ctypes.c_int32()
    room = 0
    while True:
        infos = (_abi.BackendInfo * max(room, 1))()
        infos[0].size = ctypes.sizeof(_abi.BackendInfo)
        status = library().fs_backends(infos if room else None, room, ctypes.byref(count))
        if status != _abi.BUFFER_TOO_SMALL:
            check(status)
            return tuple(_backend(info) for info in infos[: count.value])
        room = count.value


def library_version() -> str:
    """The version of the library, such as "0.1.0"."""
    return read_text(library().fs_version)


def _backend(info: _abi.BackendInfo) -> Backend:
    return Backend(
        word_of(info.backend, _abi.BACKENDS), bool(info.usable), info.name.decode("utf-8", "replace"),
        info.details.decode("utf-8", "replace"), info.memory_bytes)

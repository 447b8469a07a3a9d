"""Finds libfastseg.so, loads it, and turns what its functions return into Python."""
from __future__ import annotations

import atexit
import ctypes
import logging
import os
import threading
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Tuple

from . import _abi
from ._errors import FastSegError

_VARIABLE = "FASTSEG_LIBRARY"
_FILE = "libfastseg.so"

logger = logging.getLogger("fastseg")
"""Receives what the library says about its work."""

_loaded: Optional[ctypes.CDLL] = None
_loading = threading.Lock()


def library() -> ctypes.CDLL:
    """The loaded library. The GIL is released while one of its functions runs."""
    global _loaded
    if _loaded is None:
        with _loading:
            if _loaded is None:
                _loaded = _load(find())
    return _loaded


def find() -> Path:
    """The file that is loaded: named by FASTSEG_LIBRARY, in this package, or made by tools/publish.sh --library in the repository."""
    named = os.environ.get(_VARIABLE)
    if named:
        for path in (Path(named), Path(named, _FILE), Path(named, "lib", _FILE)):
            if path.is_file():
                return path
        raise FastSegError(
            f"{_VARIABLE} is {named!r}, where there is no {_FILE}; name the file, its folder, or the folder that tools/publish.sh made.",
            "FS_FAILED")
    package = Path(__file__).resolve().parent
    places = [package / "library" / "lib" / _FILE]
    repository = package.parents[2]
    if (repository / "FastSeg.sln").is_file():
        places.append(repository / "out" / "library" / "lib" / _FILE)
    for path in places:
        if path.is_file():
            return path
    raise FastSegError(
        f"{_FILE} is not in {' nor in '.join(str(path.parent) for path in places)}; install a wheel of fastseg, run "
        f"tools/publish.sh --library in the repository, or set {_VARIABLE} to the folder that it made.",
        "FS_FAILED")


def _load(path: Path) -> ctypes.CDLL:
    try:
        loaded = ctypes.CDLL(os.path.abspath(path))
    except OSError as error:
        raise FastSegError(f"{path} cannot be loaded: {error}.", "FS_FAILED") from error
    loaded.fs_abi_version.argtypes, loaded.fs_abi_version.restype = [], ctypes.c_uint32
    version = loaded.fs_abi_version()
    if (version >> 16) != _abi.VERSION[0] or (version & 0xFFFF) < _abi.VERSION[1]:
        raise FastSegError(
            f"{path} has the interface {version >> 16}.{version & 0xFFFF}, and this package needs {_abi.VERSION[0]}.{_abi.VERSION[1]}; "
            "take package and library of one release.",
            "FS_FAILED")
    _abi.declare(loaded)
    loaded.fs_set_log(_log, None)
    # Sentences that come while Python ends would find no interpreter.
    atexit.register(loaded.fs_set_log, _abi.Log(), None)
    return loaded


_LEVELS = {1: logging.INFO, 2: logging.WARNING, 3: logging.ERROR}


@_abi.Log
def _log(level, text, _):
    logger.log(_LEVELS.get(level, logging.INFO), "%s", text.decode("utf-8", "replace"))


def check(status: int) -> None:
    """Raises what a function's status says; to be called on the thread that called the function."""
    if status != _abi.OK:
        name = _abi.STATUS[status] if 0 <= status < len(_abi.STATUS) else f"status {status}"
        raise FastSegError(library().fs_last_error().decode("utf-8", "replace"), name)


def read_text(function: Callable[..., int], *arguments: Any) -> str:
    """What a function writes that takes a text's address, room and length behind its other arguments."""
    return read_bytes(function, *arguments, room=256).decode("utf-8")


def lines(function: Callable[..., int], *arguments: Any) -> Tuple[str, ...]:
    """The sentences that a function writes, a line each."""
    return tuple(read_text(function, *arguments).splitlines())


def read_bytes(function: Callable[..., int], *arguments: Any, room: int) -> bytes:
    """The same for bytes."""
    length = ctypes.c_size_t()
    while True:
        buffer = ctypes.create_string_buffer(room)
        status = function(*arguments, buffer, room, ctypes.byref(length))
        if status != _abi.BUFFER_TOO_SMALL:
            check(status)
            return buffer.raw[: length.value]
        room = length.value + 1


def word(value: str, words: Mapping[str, int], what: str) -> int:
    """The number of a word."""
    if value not in words:
        raise FastSegError(f"{what} is {value!r}; it must be one of {', '.join(words)}.")
    return words[value]


def word_of(number: int, words: Mapping[str, int]) -> str:
    """The word of a number."""
    return next(word for word, value in words.items() if value == number)

"""Calls that may take long: progress, and what happens when Ctrl-C is pressed."""
from __future__ import annotations

import ctypes
import signal
import threading
from typing import Any, Callable, List, Optional, Union

from . import _abi
from ._library import check

Progress = Union[Callable[[float], Any], Any]
"""A function that is given the fraction that is done, 0 to 1; or a bar with update(n) and total, such as tqdm's."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
_threads = threading.local()


def reporter(progress: Optional[Progress]) -> Optional[Callable[[float], Any]]:
    """The function that is told a fraction."""
    if progress is None or not hasattr(progress, "update"):
        if progress is not None and not callable(progress):
            raise TypeError("progress must be a function of the fraction that is done, or a bar with update(n), such as tqdm's.")
        return progress
    if getattr(progress, "total", None) is None:
        progress.total = 1.0
    total, told = progress.total, 0

    def tell(done: float) -> None:
        # A bar counts in its own steps, and what it was told before stays.
        nonlocal told
        step = done * total - told if isinstance(total, float) else int(done * total) - told
        if step > 0:
            told += step
            progress.update(step)

    return tell


class _Call:
    """One call of the library on this thread: what it reports to, and what ends it."""

    __slots__ = ("tell", "told", "signals", "handlers", "taken", "error")

    def __init__(self, tell: Optional[Callable[[float], Any]]) -> None:
        self.tell, self.told = tell, 0.0
        self.signals: List[tuple] = []
        self.handlers: dict = {}
        self.taken: List[int] = []
        self.error: Optional[BaseException] = None

    def take_signals(self) -> None:
        """
        Notes signals instead of handling them where they come. Python would run their handlers at any instruction on its way into and out
        of the progress callback, where an exception has no caller and is lost.
        """
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler):
                    self.handlers[number] = handler
                    self.taken.append(number)
                    signal.signal(number, self._note)

    def give_signals_back(self) -> None:
        """Sets the handlers as they were, all of them, even where one that was just set raises."""
        if self.taken:
            number = self.taken.pop()
            try:
                signal.signal(number, self.handlers[number])
            finally:
                self.give_signals_back()

    def _note(self, number: int, frame: Any) -> None:
        self.signals.append((number, frame))

    def handle_signals(self) -> None:
        """Runs the handlers of the signals that came; they may raise."""
        while self.signals:
            number, frame = self.signals.pop(0)
            self.handlers[number](number, frame)

    def report_to_caller(self, done: float) -> None:
        """Tells how far the call is, unless that is the end and was told before."""
        if self.tell is not None and (done < 1 or self.told < 1):
            self.told = done
            self.tell(done)

    def report(self, done: float) -> int:
        """Handles signals and tells the progress. Anything but 0 stops the call."""
        if self.error is None:
            try:
                self.handle_signals()
                self.report_to_caller(done)
            except BaseException as error:  # It must not leave a callback; the caller raises it.
                self.error = error
        return 0 if self.error is None else 1


@_abi.Progress
def callback(done, _):
    """The progress callback of every call: it comes on the thread that called."""
    this = getattr(_threads, "call", None)
    return 0 if this is None else this.report(done)


def made(
    function: Callable[..., int], release: Callable[..., int], *arguments: Any, progress: Optional[Progress] = None,
) -> ctypes.c_void_p:
    """The handle that a function makes as its last argument. What it made is released where a signal or the progress ends the call."""
    handle = ctypes.c_void_p()
    try:
        call(function, *arguments, ctypes.byref(handle), progress=progress)
        return handle
    except BaseException:
        release(handle)
        raise


def call(function: Callable[..., int], *arguments: Any, progress: Optional[Progress] = None) -> None:
    """Calls a function of the library that reports to the callback above, and raises what went wrong.

    Ctrl-C stops it within about 50 ms, a training after its boosting round, and raises KeyboardInterrupt. An exception of the progress
    function stops it, too.
    """
    this, outer = _Call(reporter(progress)), getattr(_threads, "call", None)
    _threads.call = this
    try:
        this.take_signals()
        status = function(*arguments)
    finally:
        _threads.call = outer
        this.give_signals_back()
    if this.error is not None:
        raise this.error
    this.handle_signals()
    check(status)
    this.report_to_caller(1.0)

"""What FastSeg raises."""
from __future__ import annotations


class FastSegError(RuntimeError):
    """Something is not as it must be; the text says what, where, and what would be right.

    ``status`` is the name of fastseg.h for the kind of failure, such as "FS_INVALID_ARGUMENT" or "FS_FAILED".
    """

    def __init__(self, sentence: str, status: str = "FS_INVALID_ARGUMENT") -> None:
        super().__init__(sentence)
        self.status = status

    def __reduce__(self):
        return FastSegError, (self.args[0], self.status)

"""FastSeg: segments micrographs by filters, transformer features and boosted trees. Linux on x64.

    import fastseg
    model = fastseg.train(image, scribbles)          # 0 where nothing was drawn, every other value is a class
    labels = model.segment(other)                    # 1, 2, .. for each pixel
    model.save("model.fastseg")

``Session`` segments many frames of one shape, ``features`` computes the planes alone. The engine is a library in C#, reached through its C
interface; while it computes, the GIL is free, and Ctrl-C stops it. What is wrong is said by a ``FastSegError``. Sentences about the work go
to the logger "fastseg". A process that is forked after the first call cannot use FastSeg: give multiprocessing the method "spawn".
"""
from ._backends import Backend, backends, library_version
from ._errors import FastSegError
from ._features import features
from ._model import Class, Model
from ._session import Plan, Result, Session, plan
from ._spec import FeatureSpec
from ._training import train

__version__ = "0.1.0"

__all__ = [
    "Backend", "Class", "FastSegError", "FeatureSpec", "Model", "Plan", "Result", "Session", "backends", "features", "library_version",
    "plan", "train",
]

"""Features without a model."""
from __future__ import annotations

from typing import Any, Optional, Sequence, Union

import numpy as np

from . import _arrays
from ._session import session_for
from ._spec import FeatureSpec, specification


def features(
    image: np.ndarray,
    preset: Union[str, FeatureSpec] = "paper",
    *,
    families: Optional[Sequence[str]] = None,
    sigma: Union[None, float, Sequence[float]] = None,
    sigma_scale: Optional[float] = None,
    standardise: Optional[str] = None,
    channel_axis: Optional[int] = None,
    plane_axis: int = 0,
    dtype: Any = np.float32,
    out: Optional[np.ndarray] = None,
    progress: Any = None,
    **options: Any,
) -> np.ndarray:
    """Computes the feature planes of an image.

    Parameters
    ----------
    image : rows x columns, or with channels along ``channel_axis``; whole numbers or floats of 8 to 64 bits.
    preset : "paper", "weka", or a FeatureSpec.
    families, sigma, sigma_scale, standardise : change what the preset says; see FeatureSpec.
    channel_axis : the axis of channels (3: RGB; up to 16), whose planes come channel by channel; None for grey images.
    plane_axis : 0 gives planes x rows x columns, -1 rows x columns x planes. Both are written straight to where they lie.
    dtype : float32 or float16, where no ``out`` is given.
    out : receives the planes; any strides.
    progress : see fastseg.train.
    options : of a Session: threads, memory, backend, ...

    Returns
    -------
    The planes. ``FeatureSpec.preset("paper").plane_names()`` has their names.

    For many images of a size, ``Session.of_features(image.shape, image.dtype)`` plans and allocates once.
    """
    spec = specification(preset, families=families, sigma=sigma, sigma_scale=sigma_scale, standardise=standardise)
    pixels = _arrays.frame(image, channel_axis)
    with session_for(spec, pixels, options) as session:
        return session.features(pixels, plane_axis=plane_axis, dtype=dtype, out=out, progress=progress)

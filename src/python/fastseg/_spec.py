"""Which features are computed."""
from __future__ import annotations

import ctypes
import dataclasses
from dataclasses import dataclass
from typing import Any, Tuple, Union

import numpy as np

from . import _abi
from ._errors import FastSegError
from ._library import check, library, read_text, word, word_of


@dataclass(frozen=True)
class FeatureSpec:
    """Which features are computed. ``FeatureSpec.preset("paper", sigma=(1, 2, 4))`` changes what a preset says."""

    families: Tuple[str, ...]
    """Of gaussian, sobel, hessian, dog, membrane, laplacian, structure, mean, min, max, median."""

    sigma: Tuple[float, ...]
    """Scales, ascending, above 0; the image itself is always there and not listed."""

    sigma_scale: float
    """A Gaussian's standard deviation in pixels is this times sigma."""

    membrane_patch: int
    """Side of the membrane filters' square patch, in pixels; odd."""

    membrane_angles: int
    """How many directions the membrane filters have."""

    membrane_thickness: float
    """Thickness of the membrane filters' line, in pixels."""

    standardise: str
    """What brings samples to one mean and deviation beforehand: none, image, or local (a pixel's surroundings)."""

    standardise_sigma: float
    """The Gaussian of ``standardise="local"``, in pixels."""

    @classmethod
    def preset(cls, name: str = "paper", **changes: Any) -> FeatureSpec:
        """The features of a preset, "paper" or "weka", with changed fields."""
        native = _abi.FeatureSpec()
        number = word(name, _abi.PRESETS, "The preset")
        check(library().fs_feature_spec_init(ctypes.byref(native), ctypes.sizeof(native), number))
        unknown = set(changes) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise TypeError(f"a FeatureSpec has no {', '.join(sorted(unknown))}")
        return dataclasses.replace(cls._of(native), **changes)

    def plane_names(self, channels: int = 1) -> Tuple[str, ...]:
        """The names of the planes, in their order, for images of 1 (grey), 3 (RGB) or other numbers of channels up to 16."""
        native, count, api = self._native(), ctypes.c_int32(), library()
        check(api.fs_feature_spec_planes(ctypes.byref(native), channels, ctypes.byref(count)))
        return tuple(
            read_text(api.fs_feature_spec_plane_name, ctypes.byref(native), channels, index) for index in range(count.value))

    def _native(self) -> _abi.FeatureSpec:
        sigma = tuple(float(one) for one in (self.sigma if np.iterable(self.sigma) else (self.sigma,)))
        if len(sigma) > _abi.MOST_SIGMAS:
            raise FastSegError(f"sigma has {len(sigma)} values; it must have at most {_abi.MOST_SIGMAS}.")
        families = (self.families,) if isinstance(self.families, str) else self.families
        native = _abi.sized(
            _abi.FeatureSpec,
            families=sum(word(one, _abi.FAMILIES, "The family of filters") for one in dict.fromkeys(families)),
            sigma_count=len(sigma), sigma_scale=self.sigma_scale, membrane_patch=self.membrane_patch,
            membrane_angles=self.membrane_angles, membrane_thickness=self.membrane_thickness,
            standardise=word(self.standardise, _abi.STANDARDISE, "standardise"), standardise_sigma=self.standardise_sigma)
        native.sigmas[: len(sigma)] = sigma
        return native

    @classmethod
    def _of(cls, native: _abi.FeatureSpec) -> FeatureSpec:
        return cls(
            tuple(name for name, bit in _abi.FAMILIES.items() if native.families & bit), tuple(native.sigmas[: native.sigma_count]),
            native.sigma_scale, native.membrane_patch, native.membrane_angles, native.membrane_thickness,
            word_of(native.standardise, _abi.STANDARDISE), native.standardise_sigma)


def specification(preset: Union[str, FeatureSpec], **changes: Any) -> FeatureSpec:
    """A preset or a specification, with those of the changes that are not None."""
    changes = {name: value for name, value in changes.items() if value is not None}
    if isinstance(preset, FeatureSpec):
        return dataclasses.replace(preset, **changes)
    return FeatureSpec.preset(preset, **changes)

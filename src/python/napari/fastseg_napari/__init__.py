"""FastSeg in napari: a layer of strokes goes in, a layer of labels comes out.

The first half takes arrays and gives arrays, and is tested. The second half, from train_and_segment on, is what napari shows; it was
written after napari's documentation and has not been run in napari.
"""
from __future__ import annotations

import pathlib
from typing import Any, Callable, Optional, Tuple

import numpy as np

import fastseg

# ---- Arrays ----------------------------------------------------------------------------------------------------------------------


def train(image: Any, strokes: Any, rgb: bool = False, **options: Any) -> fastseg.Model:
    """Trains on the planes of an image, or of a stack, that have strokes.

    image : .. x rows x columns, or .. x rows x columns x 3 or 4 where ``rgb`` says so.
    strokes : .. x rows x columns; 0 where nothing was drawn.
    options : of fastseg.train.
    """
    planes, shape = _stack(image, rgb)
    drawn = np.asarray(strokes)
    if drawn.shape != shape:
        raise fastseg.FastSegError(
            f"The strokes have the shape {drawn.shape}, but the image {shape}; draw on a labels layer that was made for the image.")
    drawn = drawn.reshape(-1, *drawn.shape[-2:])
    chosen = [index for index in range(len(drawn)) if drawn[index].any()]
    if not chosen:
        raise fastseg.FastSegError("Nothing is drawn on the labels layer; draw a few strokes of at least two labels.")
    return fastseg.train(
        [_pixels(planes[index]) for index in chosen], [drawn[index] for index in chosen], channel_axis=-1 if rgb else None, **options)


def segment(model: fastseg.Model, image: Any, rgb: bool = False, progress: Optional[Callable[[float], Any]] = None) -> np.ndarray:
    """Labels every pixel of an image or of a stack, plane by plane, with the values that were drawn."""
    planes, shape = _stack(image, rgb)
    first = _pixels(planes[0])
    labels = None
    with fastseg.Session(model, first.shape, first.dtype, channel_axis=-1 if rgb else None, keep_values=True) as session:
        for index in range(len(planes)):
            found = session.segment(_pixels(planes[index]))
            if labels is None:
                labels = np.empty((len(planes), *found.shape), found.dtype)
            labels[index] = found
            if progress is not None:
                progress((index + 1) / len(planes))
    return labels.reshape(shape)


def _stack(image: Any, rgb: bool) -> Tuple[Any, Tuple[int, ...]]:
    """The planes of an image, one after the other, and the shape of its labels. Lazy arrays, such as dask's, stay lazy."""
    axes = 3 if rgb else 2
    if image.ndim < axes:
        raise fastseg.FastSegError(f"The image has {image.ndim} axes; it must have at least {axes}.")
    inner = image.shape[image.ndim - axes:]
    shape = tuple(image.shape[:-1] if rgb else image.shape)
    return image.reshape((-1, *inner)), shape


def _pixels(plane: Any) -> np.ndarray:
    """A plane in memory; FastSeg takes whole numbers and floats of 8 to 64 bits."""
    return np.asarray(plane)


# ---- napari ----------------------------------------------------------------------------------------------------------------------


def train_and_segment(
    image: "napari.layers.Image",
    strokes: "napari.layers.Labels",
    smooth: bool = True,
    save_model_as: pathlib.Path = pathlib.Path(),
) -> "napari.qt.threading.FunctionWorker[napari.types.LayerDataTuple]":
    """Trains on the strokes and labels the whole image. smooth: in the safe way, which keeps small and rare things."""

    def work(pixels: Any, drawn: np.ndarray) -> np.ndarray:
        model = train(pixels, drawn, image.rgb, smoothing="safe" if smooth else "none")
        if save_model_as.name:
            model.save(save_model_as)
        return segment(model, pixels, image.rgb)

    _require(image, strokes)
    # Strokes that are drawn while the training runs belong to the next one.
    return _labels_layer(image, work, _data(image), np.array(strokes.data))


def segment_with_model(
    image: "napari.layers.Image", model_file: pathlib.Path = pathlib.Path("model.fastseg"),
) -> "napari.qt.threading.FunctionWorker[napari.types.LayerDataTuple]":
    """Labels an image with a model that was saved before."""

    def work(pixels: Any) -> np.ndarray:
        return segment(fastseg.Model.load(model_file), pixels, image.rgb)

    _require(image)
    return _labels_layer(image, work, _data(image))


def _require(*layers: Any) -> None:
    if any(layer is None for layer in layers):
        raise fastseg.FastSegError("A layer is missing; open an image and add a labels layer to it.")


def _data(image: Any) -> Any:
    """The finest level of a layer."""
    return image.data[0] if image.multiscale else image.data


def _labels_layer(image: Any, work: Callable[..., np.ndarray], *arguments: Any) -> Any:
    """Starts work on another thread, so that the window stays alive, and makes a labels layer of what it returns."""
    from napari.qt.threading import thread_worker

    where = {"name": f"{image.name} segmented", "scale": image.scale, "translate": image.translate}

    def layer() -> Tuple[np.ndarray, dict, str]:
        return work(*arguments), where, "labels"

    return thread_worker(layer, start_thread=True)()

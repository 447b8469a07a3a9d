"""Types and strides of images and results: the same numbers come out however an array lies in memory."""
from __future__ import annotations

import unittest

import numpy as np
import scene

import fastseg
from fastseg import FastSegError, _arrays


def laid(image: np.ndarray):
    """The same image in many ways."""
    rows, columns = image.shape
    wide = np.zeros((rows, columns + 7), image.dtype)
    wide[:, 3: columns + 3] = image
    sparse = np.zeros((rows * 2, columns * 3), image.dtype)
    sparse[::2, 1::3] = image
    yield "packed", image
    yield "padded rows", wide[:, 3: columns + 3]
    yield "every second row, every third column", sparse[::2, 1::3]
    yield "columns first", np.asfortranarray(image)
    yield "upside down", image[::-1].copy()[::-1]
    yield "mirrored", image[:, ::-1].copy()[:, ::-1]
    yield "both", image[::-1, ::-1].copy()[::-1, ::-1]
    yield "swapped bytes", image.astype(image.dtype.newbyteorder())
    odd = np.zeros(image.nbytes + 1, np.uint8)[1:].view(image.dtype).reshape(image.shape)
    odd[...] = image
    yield "not aligned", odd


class ImageTests(unittest.TestCase):
    def test_labels_do_not_depend_on_where_pixels_lie(self):
        for name, image in laid(scene.image()):
            with self.subTest(name):
                np.testing.assert_array_equal(scene.model().segment(image), scene.labels())

    def test_features_do_not_depend_on_where_pixels_lie(self):
        for dtype in (np.uint16, np.int16, np.float32):
            packed = scene.image(dtype)
            expected = fastseg.features(packed, sigma=1)
            for name, image in laid(packed):
                with self.subTest(name, dtype=dtype):
                    np.testing.assert_array_equal(fastseg.features(image, sigma=1), expected)

    def test_training_does_not_depend_on_where_pixels_lie(self):
        expected = scene.model().to_bytes()
        for (name, image), (_, drawn) in zip(laid(scene.image()), laid(scene.strokes())):
            with self.subTest(name):
                self.assertEqual(fastseg.train(image, drawn, **scene.OPTIONS).to_bytes(), expected)

    def test_what_lies_apart_is_not_copied(self):
        for name, image in laid(scene.image(np.uint16)):
            with self.subTest(name):
                copied = not np.shares_memory(_arrays.frame(image), image)
                self.assertEqual(copied, name in ("swapped bytes", "not aligned"))

    def test_elements_that_share_memory_are_copied(self):
        row = scene.image()[:1]
        broadcast = np.broadcast_to(row, (40, row.shape[1]))
        windows = np.lib.stride_tricks.sliding_window_view(scene.image()[0], 80)
        for image in (broadcast, windows, np.broadcast_to(np.uint8(3), (40, 50))):
            np.testing.assert_array_equal(fastseg.features(image, sigma=1), fastseg.features(image.copy(), sigma=1))

    def test_every_type_has_the_planes_of_its_float32(self):
        image = scene.image()
        wide = (np.int32, np.uint32, np.int64, np.uint64, np.float64)
        for dtype in wide:
            factor = 1000003 if np.dtype(dtype).itemsize == 4 else 2 ** 44 + 1
            given = image.astype(dtype) * np.dtype(dtype).type(factor)
            with self.subTest(dtype):
                self.assertEqual(_arrays.frame(given).dtype, dtype)
                expected = fastseg.features(given.astype(np.float32), sigma=1)
                np.testing.assert_array_equal(fastseg.features(given, sigma=1), expected)
                np.testing.assert_array_equal(fastseg.features(given.astype(given.dtype.newbyteorder()), sigma=1), expected)
        half = (image / 7).astype(np.float16)
        np.testing.assert_array_equal(fastseg.features(half, sigma=1), fastseg.features(half.astype(np.float32), sigma=1))
        mask = image > 100
        np.testing.assert_array_equal(fastseg.features(mask, sigma=1), fastseg.features(mask.astype(np.uint8), sigma=1))
        np.testing.assert_array_equal(fastseg.features([[1.0, 2.0], [3.0, 4.0]], sigma=1).shape[1:], (2, 2))

    def test_int8_counts_as_its_number_divided_by_255(self):
        signed = (scene.image().astype(np.int16) - 128).astype(np.int8)
        expected = fastseg.features(signed.astype(np.float32) / np.float32(255), sigma=1, standardise="none")
        np.testing.assert_array_equal(fastseg.features(signed, sigma=1, standardise="none"), expected)

    def test_a_float64_beyond_float32_is_refused_at_its_place(self):
        image = scene.image().astype(np.float64)
        image[5, 7], image[20, 3] = -1e39, 1e300
        with self.assertRaisesRegex(FastSegError, r"x 7, y 5 is -1E\+39, but samples become float32"):
            fastseg.features(image, sigma=1)

    def test_types_that_do_not_fit_are_refused(self):
        for dtype in (np.complex64, np.longdouble, "U1", object):
            with self.subTest(dtype), self.assertRaisesRegex(FastSegError, "whole numbers and floats of 8 to 64 bits"):
                fastseg.features(np.zeros((4, 4), dtype))

    def test_labels_may_have_any_type_whose_values_are_whole(self):
        expected = scene.model().to_bytes()
        for dtype in (np.int64, np.int8, np.uint32, ">u2", np.float32, np.float64, np.float16):
            with self.subTest(dtype):
                model = fastseg.train(scene.image(), scene.strokes().astype(dtype), **scene.OPTIONS)
                self.assertEqual(model.to_bytes(), expected)
        unlabelled = np.where(scene.strokes() == 0, -3, scene.strokes().astype(np.int32))
        self.assertEqual(fastseg.train(scene.image(), unlabelled, **scene.OPTIONS).to_bytes(), expected)
        masks = fastseg.train([scene.image(), scene.image()], [scene.strokes() == 1, (scene.strokes() == 2) * 2], rounds=2, sigma=1)
        self.assertEqual([one.value for one in masks.classes], [1, 2])

    def test_labels_that_are_none_are_refused(self):
        for drawn, sentence in (
            (scene.strokes() / 2, "whole number"), (scene.strokes().astype(int) * 20000, "at most 65535"),
            (scene.colour(), "3 axes"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(FastSegError, sentence):
                fastseg.train([scene.image()], [drawn])

    def test_channels_may_be_any_axis(self):
        image = scene.colour()
        expected = fastseg.features(image, sigma=1, channel_axis=-1)
        self.assertEqual(expected.shape[0], len(fastseg.FeatureSpec.preset("paper", sigma=1).plane_names(3)))
        for axis in (0, 1, 2, -3):
            moved = np.moveaxis(image, -1, axis)
            np.testing.assert_array_equal(fastseg.features(moved, sigma=1, channel_axis=axis), expected)
            np.testing.assert_array_equal(fastseg.features(moved.copy(), sigma=1, channel_axis=axis), expected)

    def test_axes_that_are_not_explained_are_refused(self):
        for image, axis, sentence in (
            (scene.colour(), None, "give channel_axis"), (scene.image(), -1, "must have 3"), (scene.colour(), 3, "channel_axis is 3"),
            (scene.image()[0], None, "1 axes"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(FastSegError, sentence):
                fastseg.features(image, channel_axis=axis)


class ResultTests(unittest.TestCase):
    def test_labels_go_where_they_are_wanted(self):
        for dtype in (np.uint8, np.uint16):
            for name, out in laid(np.zeros((scene.HEIGHT, scene.WIDTH), dtype)):
                if name in ("swapped bytes", "not aligned"):
                    with self.subTest(name), self.assertRaisesRegex(FastSegError, "out is") if dtype != np.uint8 else self.subTest(name):
                        scene.model().segment(scene.image(), out=out)
                    continue
                with self.subTest(name, dtype=dtype):
                    base = out
                    while isinstance(base.base, np.ndarray):
                        base = base.base
                    base[...] = 7
                    self.assertIs(scene.model().segment(scene.image(), out=out), out)
                    np.testing.assert_array_equal(out, scene.labels())
                    self.assertEqual(int((base != 7).sum()), out.size, "nothing beside the result was touched")

    def test_planes_may_lie_in_any_order(self):
        image, spec = scene.image(), fastseg.FeatureSpec.preset("paper", sigma=(1, 2))
        planar = fastseg.features(image, spec)
        interleaved = fastseg.features(image, spec, plane_axis=-1)
        self.assertTrue(planar.flags.c_contiguous and interleaved.flags.c_contiguous)
        self.assertEqual(interleaved.shape, image.shape + planar.shape[:1])
        np.testing.assert_array_equal(np.moveaxis(planar, 0, -1), interleaved)
        between = fastseg.features(image, spec, plane_axis=1)
        np.testing.assert_array_equal(np.moveaxis(between, 1, 0), planar)
        out = np.full((len(planar) + 2, *image.shape), 5, np.float32)
        part = out[1:-1][::-1, ::-1]
        fastseg.features(image, spec, out=part)
        np.testing.assert_array_equal(part, planar)
        self.assertTrue((out[[0, -1]] == 5).all())

    def test_halves_are_rounded_floats(self):
        image = scene.image()
        single, half = fastseg.features(image, sigma=1), fastseg.features(image, sigma=1, dtype=np.float16)
        self.assertEqual(half.dtype, np.float16)
        np.testing.assert_array_equal(half, single.astype(np.float16))

    def test_arrays_that_do_not_fit_are_refused(self):
        image, model = scene.image(), scene.model()
        locked = np.zeros(image.shape, np.uint8)
        locked.flags.writeable = False
        for out, sentence in (
            (np.zeros(image.shape, np.int32), "out is int32"),
            (np.zeros((3, 4), np.uint8), r"must be uint8 or uint16 of shape \(150, 220\)"),
            (locked, "read-only"), ([[0]], "of type list"), (np.broadcast_to(np.uint8(0), image.shape), "read-only"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(FastSegError, sentence):
                model.segment(image, out=out)
        shared = np.lib.stride_tricks.as_strided(np.zeros(500, np.uint8), image.shape, (1, 1))
        for out in (shared, image):
            with self.assertRaises(FastSegError):
                model.segment(image, out=out)
        with self.assertRaisesRegex(FastSegError, "float32 or float16"):
            model.features(image, dtype=np.float64)
        with self.assertRaisesRegex(FastSegError, "plane_axis is 5"):
            model.features(image, plane_axis=5)


if __name__ == "__main__":
    unittest.main()

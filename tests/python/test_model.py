"""Training, models and what they say about themselves."""
from __future__ import annotations

import io
import logging
import pickle
import tempfile
import unittest
import zipfile
from pathlib import Path

import numpy as np
import scene

import fastseg
from fastseg import FastSegError


class ModelTests(unittest.TestCase):
    def test_a_model_describes_itself(self):
        model = scene.model()
        classes = [(one.name, one.value, one.label, one.pixels) for one in model.classes]
        self.assertEqual(classes, [("smooth", 1, 1, 240), ("rough", 2, 2, 240), ("bright", 5, 3, 240)])
        self.assertEqual((model.channels, model.deep_channels, model.backbone, model.smoothing), (1, 0, "", "none"))
        self.assertEqual(model.trees, 3 * scene.OPTIONS["rounds"])
        self.assertEqual(model.planes, len(model.plane_names))
        self.assertEqual(model.feature_spec, fastseg.FeatureSpec.preset("paper", sigma=(1.0, 2.0)))
        self.assertEqual(model.plane_names, model.feature_spec.plane_names())
        self.assertGreater(model.halo, 0)
        self.assertIsNone(model.held_out_mean_iou)
        self.assertIn("smooth, rough, bright", repr(model))

    def test_it_labels_what_was_drawn(self):
        drawn, labels = scene.strokes(), scene.labels()
        for one in scene.model().classes:
            self.assertGreater((labels[drawn == one.value] == one.label).mean(), 0.95, one.name)
        values = scene.model().segment(scene.image(), keep_values=True)
        np.testing.assert_array_equal(values, np.array([0, 1, 2, 5], np.uint8)[labels])

    def test_bytes_files_and_pickles_hold_it_whole(self):
        data = scene.model().to_bytes()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "säve.fastseg")
            scene.model().save(path)
            self.assertEqual(path.read_bytes(), data)
            again = fastseg.Model.load(path)
        self.assertEqual(again.to_bytes(), data)
        self.assertEqual(fastseg.Model.from_bytes(bytearray(data)).to_bytes(), data)
        copy = pickle.loads(pickle.dumps(scene.model()))
        np.testing.assert_array_equal(copy.segment(scene.image()), scene.labels())

    def test_the_same_input_and_seed_give_the_same_model(self):
        image, drawn, data = scene.image(), scene.strokes(), scene.model().to_bytes()
        self.assertEqual(fastseg.train([image], [drawn], **scene.OPTIONS).to_bytes(), data)
        self.assertEqual(fastseg.train(image[None], drawn[None], threads=1, **scene.OPTIONS).to_bytes(), data)
        self.assertNotEqual(fastseg.train(image, drawn, seed=5, **scene.OPTIONS).to_bytes(), data)

    def test_probabilities_are_those_of_the_labels(self):
        planes = scene.model().probabilities(scene.image())
        self.assertEqual((planes.dtype, planes.shape), (np.float32, (3, scene.HEIGHT, scene.WIDTH)))
        np.testing.assert_allclose(planes.sum(0), 1, atol=1e-5)
        np.testing.assert_array_equal(planes.argmax(0) + 1, scene.labels())
        last = scene.model().probabilities(scene.image(), plane_axis=-1)
        np.testing.assert_array_equal(np.moveaxis(last, -1, 0), planes)

    def test_features_are_those_of_the_specification(self):
        image = scene.image()
        np.testing.assert_array_equal(scene.model().features(image), fastseg.features(image, scene.model().feature_spec))

    def test_colour_models_take_colour(self):
        model = fastseg.train(scene.colour(), scene.strokes(), channel_axis=2, rounds=2, sigma=1)
        self.assertEqual(model.channels, 3)
        labels = model.segment(scene.colour(), channel_axis=-1)
        self.assertEqual(labels.shape, (scene.HEIGHT, scene.WIDTH))
        with_alpha = np.concatenate([scene.colour(), scene.image()[..., None]], -1)
        np.testing.assert_array_equal(model.segment(with_alpha, channel_axis=-1), labels)

    def test_any_number_of_channels_up_to_16(self):
        for count in (2, 4, 16):
            channels = np.stack([scene.image(seed=seed) for seed in range(count)], axis=-1)
            planes = fastseg.features(channels, channel_axis=-1, sigma=1, standardise="none")
            each = len(fastseg.FeatureSpec.preset("paper", sigma=(1.0,)).plane_names())
            self.assertEqual(planes.shape[0], count * each)
            for channel in range(count):
                grey = fastseg.features(channels[..., channel], sigma=1, standardise="none")
                np.testing.assert_array_equal(planes[channel * each: (channel + 1) * each], grey)
            model = fastseg.train(channels, scene.strokes(), channel_axis=-1, rounds=2, sigma=1)
            self.assertEqual((model.channels, model.planes), (count, count * each))
            labels = model.segment(np.moveaxis(channels, -1, 0), channel_axis=0)
            np.testing.assert_array_equal(labels, model.segment(channels, channel_axis=2))
            with self.assertRaisesRegex(FastSegError, f"5 channels, but the model sees {count} channels"):
                model.segment(np.zeros((20, 20, 5), np.uint8), channel_axis=2)

    def test_held_out_pixels_score_the_training(self):
        random = np.random.default_rng(3)
        drawn = np.zeros((scene.HEIGHT, scene.WIDTH), np.uint8)
        for row in range(5, scene.HEIGHT - 8, 20):
            for column, value in ((10, 1 if row < scene.HEIGHT // 2 else 2), (60, 1 if row < scene.HEIGHT // 2 else 2), (150, 5)):
                drawn[row: row + 3, column: column + 12 + random.integers(6)] = value
        model = fastseg.train(scene.image(), drawn, hold_out=True, rounds=3, sigma=1)
        self.assertGreater(model.held_out_mean_iou, 0.5)

    def test_sentences_about_the_work_go_to_the_logger(self):
        with self.assertLogs("fastseg", logging.INFO) as logs:
            fastseg.train(scene.image(), scene.strokes(), hold_out=True, rounds=2, sigma=1)
            scene.model().segment(scene.image())
        levels = [record.levelno for record in logs.records]
        self.assertIn(logging.WARNING, levels, "why nothing can be held out")
        self.assertIn(logging.INFO, levels, "which session was opened")

    def test_trees_of_xgboost_become_a_model(self):
        with zipfile.ZipFile(io.BytesIO(scene.model().to_bytes())) as parts:
            trees = parts.read("forest.ubj")
        model = fastseg.Model.from_xgboost(trees, scene.NAMES, features=scene.model().feature_spec)
        self.assertEqual([one[:3] for one in model.classes], [one[:3] for one in scene.model().classes])
        np.testing.assert_array_equal(model.segment(scene.image()), scene.labels())
        with self.assertRaises(FastSegError):
            fastseg.Model.from_xgboost(b"no model", {1: "a", 2: "b"})

    def test_deep_features_are_added(self):
        folder = scene.ROOT / "models" / "fastseg-vit-tiny-8-int8"
        model = fastseg.train(scene.image(), scene.strokes(), sigma=1, rounds=2, backbone=folder, deep_channels=8)
        self.assertEqual((model.deep_channels, model.planes), (8, len(model.feature_spec.plane_names()) + 8))
        self.assertNotEqual(model.backbone, "")
        self.assertEqual(model.segment(scene.image(), backbone=folder).shape, (scene.HEIGHT, scene.WIDTH))
        self.assertEqual(model.features(scene.image(), backbone=folder).shape[0], model.planes)


class SpecTests(unittest.TestCase):
    def test_presets_have_their_planes(self):
        self.assertEqual(len(fastseg.FeatureSpec.preset("paper").plane_names()), 58)
        self.assertEqual(len(fastseg.FeatureSpec.preset("paper").plane_names(3)), 174)
        self.assertNotEqual(fastseg.FeatureSpec.preset("weka"), fastseg.FeatureSpec.preset("paper"))

    def test_changes_come_back_from_a_model(self):
        spec = fastseg.FeatureSpec.preset(
            families=("gaussian", "sobel", "median"), sigma=(1.0, 3.0), sigma_scale=0.5, standardise="local", standardise_sigma=20.0)
        model = fastseg.train(scene.image(), scene.strokes(), spec, rounds=2)
        self.assertEqual(model.feature_spec, spec)

    def test_what_is_no_feature_is_refused(self):
        for changes, error in (({"sigma": (2, 1)}, FastSegError), ({"families": ("gabor",)}, FastSegError), ({"sigmas": 1}, TypeError),
                               ({"sigma": range(1, 80)}, FastSegError), ({"standardise": "maybe"}, FastSegError)):
            with self.subTest(changes), self.assertRaises(error):
                fastseg.features(scene.image(), fastseg.FeatureSpec.preset(**changes))
        with self.assertRaisesRegex(FastSegError, "preset is 'papier'; it must be one of paper, weka"):
            fastseg.features(scene.image(), "papier")


class ErrorTests(unittest.TestCase):
    def test_a_missing_file_is_a_sentence(self):
        with self.assertRaisesRegex(FastSegError, "nowhere.fastseg") as raised:
            fastseg.Model.load("/nowhere.fastseg")
        self.assertEqual(raised.exception.status, "FS_FAILED")
        copy = pickle.loads(pickle.dumps(raised.exception))
        self.assertEqual((str(copy), copy.status), (str(raised.exception), "FS_FAILED"))

    def test_a_training_that_cannot_be_is_a_sentence(self):
        image, drawn = scene.image(), scene.strokes()
        for arguments, options, sentence in (
            ((image, drawn * 0), {}, "."), ((image, (drawn == 1) * 1), {}, "."), ((image, drawn[:-1]), {}, "."),
            (([image, image], [drawn]), {}, "2 images and 1 label images"), ((image, drawn), {"rounds": 0}, "."),
            ((image, drawn), {"class_names": {1: "a"}}, "2"), ((image, drawn), {"image_names": ["a", "b"]}, "2 names"),
            ((image, drawn), {"smoothing": "much"}, "smoothing is 'much'"), ((image, drawn), {"training": "long"}, "training is 'long'"),
        ):
            with self.subTest(options or sentence), self.assertRaisesRegex(FastSegError, sentence):
                fastseg.train(*arguments, **options)
        with self.assertRaises(TypeError):
            fastseg.train(image, drawn, round=3)

    def test_an_image_that_does_not_fit_the_model_is_a_sentence(self):
        with self.assertRaises(FastSegError):
            scene.model().segment(scene.colour(), channel_axis=-1)
        with self.assertRaises(FastSegError):
            scene.model().segment(np.full((20, 20), np.nan, np.float32))
        with self.assertRaises(FastSegError):
            scene.model().segment(np.zeros((0, 4), np.uint8))
        with self.assertRaises(TypeError):
            scene.model().segment(scene.image(), thread=1)


if __name__ == "__main__":
    unittest.main()

"""The package gives the command line's bytes: features, models and labels of the same images."""
from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import scene

import fastseg


class CommandLineTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(scene.command_line()):
            raise unittest.SkipTest(f"needs {scene.command_line()}, which is not built")
        cls.folder = tempfile.TemporaryDirectory()
        cls.image, cls.strokes, cls.model = (str(Path(cls.folder.name, name)) for name in ("image.npy", "strokes.npy", "m.fastseg"))
        np.save(cls.image, scene.image())
        np.save(cls.strokes, scene.strokes())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def command(self, *words: str) -> None:
        dotnet = os.environ.get("FASTSEG_DOTNET", "dotnet")
        ended = subprocess.run([dotnet, scene.command_line(), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(ended.returncode, 0, ended.stdout)

    def output(self, name: str) -> str:
        return str(Path(self.folder.name, name))

    def test_labels_and_probabilities(self):
        scene.model().save(self.model)
        labels, planes = self.output("labels.npy"), self.output("labels_probabilities.npy")
        self.command("segment", self.model, self.image, "-o", labels, "--probabilities", "float")
        found = np.load(labels)
        self.assertEqual(found.dtype, scene.labels().dtype)
        self.assertEqual(found.tobytes(), scene.labels().tobytes())
        ours = scene.model().probabilities(scene.image(), plane_axis=-1)
        self.assertEqual(np.load(planes).tobytes(), ours.tobytes())

    def test_features(self):
        planes = self.output("features.npy")
        self.command("features", self.image, "-o", planes, "--sigmas", "1,2")
        ours = fastseg.features(scene.image(), sigma=(1, 2), plane_axis=-1)
        self.assertEqual(np.load(planes).tobytes(), ours.tobytes())

    def test_models(self):
        trained = self.output("trained.fastseg")
        self.command(
            "train", "--image", self.image, "--labels", self.strokes, "-o", trained, "--rounds", "8", "--sigmas", "1,2", "--names",
            "smooth,rough,bright", "--smooth", "none", "--no-score")
        theirs = fastseg.Model.load(trained)
        self.assertEqual(theirs.classes, scene.model().classes)
        self.assertEqual(theirs.segment(scene.image()).tobytes(), scene.labels().tobytes())
        named = fastseg.train(scene.image(), scene.strokes(), image_names=["image.npy"], **scene.OPTIONS)
        self.assertEqual(named.to_bytes(), Path(trained).read_bytes())


if __name__ == "__main__":
    unittest.main()

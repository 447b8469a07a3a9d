"""What the package promises about itself: Python 3.9, its version, its public names; the napari plugin's arrays and manifest."""
from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import scene

import fastseg

SOURCES = scene.ROOT / "src" / "python"
NAPARI = SOURCES / "napari" / "fastseg_napari"
sys.path.insert(0, str(NAPARI.parent))

import fastseg_napari  # noqa: E402


class PackageTests(unittest.TestCase):
    def test_sources_are_python_3_9(self):
        files = list(SOURCES.rglob("*.py"))
        self.assertGreater(len(files), 12)
        for path in files:
            ast.parse(path.read_text(), str(path), feature_version=(3, 9))

    def test_versions_are_the_librarys(self):
        self.assertEqual(fastseg.__version__, fastseg.library_version())
        plugin = (NAPARI.parent / "pyproject.toml").read_text()
        self.assertIn(f'version = "{fastseg.__version__}"', plugin)

    def test_public_names_are_there_and_explained(self):
        for name in fastseg.__all__:
            self.assertTrue(getattr(fastseg, name).__doc__, name)
        self.assertEqual({name for name in vars(fastseg) if not name.startswith("_")}, set(fastseg.__all__))

    def test_backends_begin_with_the_cpu(self):
        found = fastseg.backends()
        self.assertEqual((found[0].name, found[0].usable), ("cpu", True))
        self.assertLessEqual({"cuda", "opencl", "simulated"}, {one.name for one in found})

    def test_importing_starts_nothing(self):
        program = "import sys; before = set(sys.modules); import fastseg; assert fastseg._library._loaded is None"
        subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONPATH": str(SOURCES)})

    def test_the_example_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run(
                [sys.executable, str(SOURCES / "examples" / "segment_micrograph.py"), folder], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONPATH": str(SOURCES)})
            self.assertEqual(ended.returncode, 0, ended.stdout)
            scores = [float(score) for score in re.findall(r"union ([\d.]+)", ended.stdout)]
            self.assertEqual((len(scores), min(scores) > 0.6), (3, True), ended.stdout)
            self.assertLessEqual({"model.fastseg", "labels.npy"}, {path.name for path in Path(folder).iterdir()})


class NapariTests(unittest.TestCase):
    """Arrays in, arrays out. What napari itself would call is not run here: napari is not at hand."""

    options = {"rounds": 8, "sigma": (1, 2)}

    def test_strokes_become_labels(self):
        model = fastseg_napari.train(scene.image(), scene.strokes(), **self.options)
        told = []
        labels = fastseg_napari.segment(model, scene.image(), progress=told.append)
        np.testing.assert_array_equal(labels, np.array([0, 1, 2, 5], np.uint8)[scene.labels()])
        self.assertEqual(told, [1.0])

    def test_a_stack_is_segmented_plane_by_plane(self):
        stack = np.stack([scene.image(seed=seed) for seed in range(4)]).reshape(2, 2, scene.HEIGHT, scene.WIDTH)
        strokes = np.zeros(stack.shape, int)
        strokes[1, 0] = scene.strokes()
        model = fastseg_napari.train(stack, strokes, **self.options)
        alone = fastseg_napari.train(stack[1, 0], strokes[1, 0], **self.options)
        self.assertEqual(model.to_bytes(), alone.to_bytes())
        labels = fastseg_napari.segment(model, stack)
        self.assertEqual(labels.shape, stack.shape)
        for index in np.ndindex(2, 2):
            np.testing.assert_array_equal(labels[index], model.segment(stack[index], keep_values=True))

    def test_colour_and_other_types(self):
        model = fastseg_napari.train(scene.colour(), scene.strokes(), True, **self.options)
        self.assertEqual(fastseg_napari.segment(model, scene.colour(), True).shape, (scene.HEIGHT, scene.WIDTH))
        model = fastseg_napari.train(scene.image().astype(np.int64), scene.strokes(), **self.options)
        self.assertEqual(fastseg_napari.segment(model, scene.image().astype(np.int64)).shape, (scene.HEIGHT, scene.WIDTH))

    def test_what_cannot_be_is_a_sentence(self):
        for image, strokes, rgb, sentence in (
            (scene.image(), scene.strokes() * 0, False, "Nothing is drawn"), (scene.image(), scene.strokes()[:9], False, "the shape"),
            (scene.image(), scene.strokes(), True, "at least 3"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(fastseg.FastSegError, sentence):
                fastseg_napari.train(image, strokes, rgb)

    def test_the_manifest_names_what_there_is(self):
        manifest = (NAPARI / "napari.yaml").read_text()
        plugin = (NAPARI.parent / "pyproject.toml").read_text()
        name = re.search(r"^name: (\S+)$", manifest, re.MULTILINE).group(1)
        self.assertIn(f'name = "{name}"', plugin, "napari wants the distribution's name")
        self.assertIn(f'{name} = "fastseg_napari:napari.yaml"', plugin)
        commands = re.findall(r"- id: (\S+)\n\s+title: .+\n\s+python_name: fastseg_napari:(\w+)", manifest)
        for command, function in commands:
            self.assertTrue(callable(getattr(fastseg_napari, function)), function)
            self.assertTrue(command.startswith(f"{name}."), command)
        self.assertEqual(re.findall(r"- command: (\S+)", manifest), [command for command, _ in commands])

    def test_the_plugin_is_short(self):
        self.assertLessEqual(len((NAPARI / "__init__.py").read_text().splitlines()), 200)


if __name__ == "__main__":
    unittest.main()

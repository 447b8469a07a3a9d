"""Sessions: frames of one shape, from one thread or several, with the results of single calls."""
from __future__ import annotations

import gc
import threading
import unittest

import numpy as np
import scene

import fastseg
from fastseg import FastSegError, FeatureSpec, Session


class SessionTests(unittest.TestCase):
    def test_frames_give_what_single_calls_give(self):
        model = scene.model()
        with Session(model, (scene.HEIGHT, scene.WIDTH), warm_up=True) as session:
            for seed in (0, 1, 0):
                frame = scene.image(seed=seed)
                np.testing.assert_array_equal(session.features(frame), model.features(frame))
                np.testing.assert_array_equal(session.segment(frame), model.segment(frame))
            self.assertEqual(session.class_pixels, tuple(np.bincount(scene.labels().ravel(), minlength=4)[1:]))
            self.assertEqual(session.plane_names, model.plane_names)

    def test_all_results_come_at_once(self):
        model, image = scene.model(), scene.image()
        confidence = np.zeros((scene.HEIGHT, 2 * scene.WIDTH), np.float32)[:, ::2]
        with Session(model, image.shape) as session:
            found = session.run(image, probabilities=True, confidence=confidence, margins=True, plane_axis=-1)
            rounded = session.probabilities(image, np.empty((3, *image.shape), np.uint8))
        np.testing.assert_array_equal(found.labels, scene.labels())
        self.assertIs(found.confidence, confidence)
        np.testing.assert_array_equal(found.probabilities.max(-1), confidence)
        np.testing.assert_array_equal(found.margins.argmax(-1), found.labels - 1)
        np.testing.assert_array_equal(rounded, np.rint(np.moveaxis(found.probabilities, -1, 0) * np.float32(255)))

    def test_batches_give_what_single_calls_give(self):
        frames = np.stack([scene.image(seed=seed) for seed in range(3)])
        expected = [scene.model().segment(frame) for frame in frames]
        for goal in ("latency", "throughput"):
            with Session(scene.model(), frames.shape[1:], goal=goal) as session:
                np.testing.assert_array_equal(session.segment_batch(frames), expected)
                out = np.zeros(frames.shape, np.uint16)
                self.assertIs(session.segment_batch(list(frames), out), out)
                np.testing.assert_array_equal(out, expected)
                with self.assertRaisesRegex(FastSegError, "2 arrays for 3 images"):
                    session.segment_batch(frames, out[:2])
                with self.assertRaises(FastSegError):
                    session.segment_batch([])

    def test_what_a_model_does_not_know_is_said(self):
        image, strokes = scene.image(), scene.strokes()
        model = fastseg.train(image, strokes, standardise="none", rounds=8, sigma=(1, 2))
        self.assertEqual(model.warnings, ())
        with Session(model, image.shape) as session:
            self.assertEqual((session.warnings, session.warnings_of(image)), ((), ()))
        wide = scene.image(np.uint16)
        with Session(model, image.shape, np.uint16) as session:
            self.assertRegex(session.warnings[0], "^A frame has samples of uint16, but the model was trained on uint8")
            self.assertRegex(session.warnings_of(wide)[0], "^The frame has samples of uint16 from ")
        with self.assertLogs("fastseg", "WARNING") as logged:
            model.segment(np.full_like(image, 9) + image // 64)
        self.assertRegex(logged.output[0], "trained on uint8 from ")
        mixed = fastseg.train([image, wide], [strokes, strokes], standardise="none", rounds=8, sigma=(1, 2))
        self.assertRegex(mixed.warnings[0], "^The training images have other types or ranges")

    def test_frames_may_be_smaller_where_that_was_said(self):
        part = scene.image()[:70, :90]
        with Session(scene.model(), (scene.HEIGHT, scene.WIDTH), up_to=True) as session:
            np.testing.assert_array_equal(session.segment(part), scene.model().segment(part))
        with Session(scene.model(), (scene.HEIGHT, scene.WIDTH)) as session, self.assertRaisesRegex(FastSegError, "90 x 70"):
            session.segment(part)

    def test_a_session_of_features_needs_no_model(self):
        spec = FeatureSpec.preset("paper", sigma=(1, 2))
        with Session.of_features(scene.colour().shape, np.uint8, spec, channel_axis=-1) as session:
            self.assertEqual(session.plane_names, spec.plane_names(3))
            planes = session.features(scene.colour())
            with self.assertRaisesRegex(FastSegError, "features only"):
                session.segment(scene.colour())
            with self.assertRaisesRegex(FastSegError, "no model"):
                session.class_pixels
        np.testing.assert_array_equal(planes, fastseg.features(scene.colour(), spec, channel_axis=-1))

    def test_kept_values_above_255_are_two_bytes(self):
        drawn = scene.strokes().astype(np.uint16)
        drawn[drawn == 5] = 300
        model = fastseg.train(scene.image(), drawn, rounds=2, sigma=1)
        with Session(model, drawn.shape, keep_values=True) as session:
            labels = session.segment(scene.image())
            self.assertEqual((labels.dtype, labels.max()), (np.uint16, 300))
            with self.assertRaisesRegex(FastSegError, "must be uint16"):
                session.segment(scene.image(), np.empty(drawn.shape, np.uint8))

    def test_options_reach_the_library(self):
        model, image = scene.model(), scene.image()
        with Session(model, image.shape, threads=1, cores=[0], priority="below_normal", memory=1 << 33) as session:
            plan = session.plan
            np.testing.assert_array_equal(session.segment(image), scene.labels())
        self.assertEqual((plan.backend, plan.workers, plan.planes), ("cpu", 1, model.planes))
        foretold = fastseg.plan(model, image.shape, threads=1, cores=[0], priority="below_normal", memory=1 << 33)
        of_process = {"process_bytes": 0, "peak_bytes": 0}
        self.assertEqual(foretold._replace(**of_process), plan._replace(**of_process))
        self.assertEqual(fastseg.plan(FeatureSpec.preset(), image.shape, threads=1).planes, 58)
        self.assertFalse(np.array_equal(model.segment(image, smoothing="guided", smoothing_radius=3), scene.labels()))
        self.assertFalse(np.array_equal(model.features(image, mean_deviation=(0, 99)), model.features(image, mean_deviation=(9, 1))))
        bright = [(model.segment(image, smoothing="safe", class_weights=[1, 1, weight]) == 3).sum() for weight in (0.01, 1)]
        self.assertLess(*bright)
        for options, sentence in (
            ({"memory": 1000}, "."), ({"threads": -1}, "threads"), ({"backend": "cude"}, "backend is 'cude'"),
            ({"smoothing": "auto"}, "smoothing"), ({"class_weights": [1, 2]}, "."),
        ):
            with self.subTest(options), self.assertRaisesRegex(FastSegError, sentence):
                Session(model, image.shape, **options)

    def test_wrong_arguments_are_sentences(self):
        for arguments, options, error in (
            ((scene.model(), (10,)), {}, FastSegError), ((scene.model(), (10, 10, 3)), {}, FastSegError),
            ((scene.model(), (10, 10, 3)), {"channel_axis": 3}, FastSegError), ((scene.model(), (10, 10), np.complex64), {}, FastSegError),
            ((scene.model(), (0, 10)), {}, FastSegError), (("model.fastseg", (10, 10)), {}, TypeError),
            ((scene.model(), (10, 10)), {"thread": 1}, TypeError),
        ):
            with self.subTest(arguments[1:]), self.assertRaises(error):
                Session(*arguments, **options)
        with Session(scene.model(), (scene.HEIGHT, scene.WIDTH)) as session:
            with self.assertRaisesRegex(FastSegError, "frame is uint16"):
                session.segment(scene.image(np.uint16))
            with self.assertRaises(FastSegError):
                session.run(scene.image(), labels=False)

    def test_a_closed_session_says_so(self):
        session = Session(scene.model(), (scene.HEIGHT, scene.WIDTH))
        session.close()
        session.close()
        with self.assertRaisesRegex(FastSegError, "released") as raised:
            session.segment(scene.image())
        self.assertEqual(raised.exception.status, "FS_INVALID_HANDLE")

    def test_what_is_forgotten_is_closed(self):
        before = threading_count()
        sessions = [Session(scene.model(), (64, 64), threads=2, warm_up=True) for _ in range(5)]
        self.assertGreater(threading_count(), before)
        del sessions
        gc.collect()
        self.assertLessEqual(threading_count(), before)

    def test_threads_with_a_session_each_run_side_by_side(self):
        wrong = []

        def work():
            with Session(scene.model(), (scene.HEIGHT, scene.WIDTH), threads=1) as session:
                for _ in range(5):
                    if not np.array_equal(session.segment(scene.image()), scene.labels()):
                        wrong.append(1)

        scene.labels()
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_second_thread_is_turned_away(self):
        large = np.tile(scene.image(), (20, 15))
        with Session(scene.model(), large.shape, threads=1) as session:
            inside, statuses = threading.Event(), []
            thread = threading.Thread(target=lambda: session.segment(large, progress=lambda done: inside.set()))
            thread.start()
            self.assertTrue(inside.wait(60), "the GIL is free while the library computes")
            for second in (lambda: session.segment(large), session.close):
                try:
                    second()
                except FastSegError as error:
                    statuses.append(error.status)
            thread.join()
        self.assertEqual(statuses, ["FS_BUSY", "FS_BUSY"])


def threading_count() -> int:
    """The threads of this process, .NET's among them."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("Threads:"))


if __name__ == "__main__":
    unittest.main()

"""Progress, Ctrl-C and other signals, exceptions of the caller's function, processes that fork."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import unittest

import numpy as np
import scene

import fastseg
from fastseg import FastSegError, Session

LARGE = np.tile(scene.image(), (27, 18))
"""16 million pixels: segmenting them takes a while, and little memory."""


class Bar:
    """What a bar of tqdm has."""

    def __init__(self, total=None):
        self.total, self.n, self.steps = total, 0, 0

    def update(self, n=1):
        self.n += n
        self.steps += 1


class ProgressTests(unittest.TestCase):
    def test_a_function_hears_of_the_progress(self):
        told, threads = [], set()

        def progress(done):
            told.append(done)
            threads.add(threading.get_ident())

        scene.model().segment(LARGE, progress=progress)
        self.assertEqual(told, sorted(told))
        self.assertGreater(len(set(told)), 3)
        self.assertEqual((told[-1], told.count(1.0)), (1.0, 1))
        self.assertEqual(threads, {threading.get_ident()}, "it is called on the thread that called")
        del told[:]
        fastseg.train(scene.image(), scene.strokes(), progress=progress, **scene.OPTIONS)
        self.assertEqual((told[-1], told.count(1.0), told == sorted(told)), (1.0, 1, True))

    def test_a_bar_is_full_in_the_end(self):
        for total, end in ((None, 1), (1.0, 1), (100, 100), (7, 7)):
            bar = Bar(total)
            scene.model().segment(LARGE[:1500, :1500], progress=bar)
            self.assertAlmostEqual(bar.n, end)
            self.assertEqual(type(bar.n), int if isinstance(total, int) else float)
        with self.assertRaises(TypeError):
            fastseg.features(scene.image(), progress=3)

    def test_an_exception_of_the_function_ends_the_call(self):
        class Enough(Exception):
            pass

        calls = []

        def progress(done):
            calls.append(done)
            raise Enough

        with Session(scene.model(), LARGE.shape) as session:
            before = session.segment(LARGE)
            out = np.zeros(LARGE.shape, np.uint8)
            with self.assertRaises(Enough):
                session.segment(LARGE, out, progress=progress)
            self.assertEqual(len(calls), 1)
            self.assertTrue((out == 0).any(), "the call stopped before its end")
            np.testing.assert_array_equal(session.segment(LARGE), before)
        with self.assertRaises(Enough):
            fastseg.train(scene.image(), scene.strokes(), progress=progress, rounds=500)

    def test_a_signal_while_a_session_opens_leaves_no_thread(self):
        class Late(Exception):
            pass

        armed = []

        def ring(number, frame):
            if armed:
                armed.clear()
                raise Late

        def open_and_close(after):
            armed.append(1)
            signal.setitimer(signal.ITIMER_REAL, after)
            Session(scene.model(), (512, 512), threads=4).close()
            armed.clear()

        def threads():
            return len(os.listdir("/proc/self/task"))

        Session(scene.model(), (64, 64)).close()
        before, outer = threads(), signal.signal(signal.SIGALRM, ring)
        ended = 0
        for i in range(40):
            try:
                open_and_close(0.0002 * (i % 10 + 1))
            except Late:
                ended += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer)
        self.assertGreater(ended, 0)
        self.assertLess(threads() - before, 3 * 4, "what was opened was closed")

    def test_calls_within_the_function_are_calls_of_their_own(self):
        inner = []

        def progress(done):
            if not inner:
                inner.append(scene.model().segment(scene.image()))

        scene.model().segment(LARGE, progress=progress)
        np.testing.assert_array_equal(inner[0], scene.labels())


class InterruptTests(unittest.TestCase):
    def setUp(self):
        # Programs that a shell starts in the background ignore Ctrl-C, and so would these tests there.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)

    def interrupt(self, work, number=signal.SIGINT):
        """Runs work, and sends a signal when it reports for the first time."""
        sent = []

        def progress(done):
            if not sent:
                sent.append(number)
                threading.Timer(0.01, os.kill, (os.getpid(), number)).start()

        work(progress)

    def test_ctrl_c_ends_a_call_and_the_session_goes_on(self):
        with Session(scene.model(), LARGE.shape, threads=1, up_to=True) as session:
            out = np.zeros(LARGE.shape, np.uint8)
            with self.assertRaises(KeyboardInterrupt):
                self.interrupt(lambda progress: session.segment(LARGE, out, progress=progress))
            self.assertTrue((out == 0).any(), "the call stopped before its end")
            np.testing.assert_array_equal(session.segment(scene.image()), scene.labels())
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    def test_ctrl_c_ends_a_call_without_a_progress_function(self):
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        with Session(scene.model(), LARGE.shape, threads=1) as session, self.assertRaises(KeyboardInterrupt):
            timer.start()
            for _ in range(50):
                session.segment(LARGE)

    def test_ctrl_c_ends_a_training(self):
        with self.assertRaises(KeyboardInterrupt):
            self.interrupt(lambda progress: fastseg.train(scene.image(), scene.strokes(), progress=progress, rounds=5000))

    def test_a_handler_that_does_not_raise_lets_the_call_go_on(self):
        seen = []
        signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
        self.interrupt(lambda progress: scene.model().segment(LARGE, threads=1, progress=progress))
        self.assertEqual(seen, [signal.SIGINT])

    def test_other_signals_may_raise_too(self):
        class Late(Exception):
            pass

        def late(number, frame):
            raise Late

        before = signal.signal(signal.SIGALRM, late)
        try:
            with self.assertRaises(Late):
                self.interrupt(lambda progress: scene.model().segment(LARGE, threads=1, progress=progress), signal.SIGALRM)
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_a_signal_at_the_end_is_not_lost(self):
        from fastseg import _call

        def function():
            os.kill(os.getpid(), signal.SIGINT)
            return 0

        with self.assertRaises(KeyboardInterrupt):
            _call.call(function)
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    def test_calls_of_other_threads_leave_signals_alone(self):
        handlers = []
        thread = threading.Thread(target=lambda: scene.model().segment(
            LARGE[:1000], progress=lambda done: handlers.append(signal.getsignal(signal.SIGINT))))
        thread.start()
        thread.join()
        self.assertEqual(set(handlers), {signal.default_int_handler})


class ProcessTests(unittest.TestCase):
    def test_a_forked_process_is_told(self):
        scene.model()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                scene.model().segment(scene.image())
                said = b"nothing"
            except FastSegError as error:
                said = f"{error.status}: {error}".encode()
            os.write(write, said)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        self.assertTrue(said.startswith("FS_FORKED: "), said)

    def test_a_process_ends_cleanly_whatever_is_open(self):
        program = (
            "import scene, fastseg, threading\n"
            "session = fastseg.Session(scene.model(), (150, 220), warm_up=True)\n"
            "large = scene.np.zeros((4000, 4000), 'uint8')\n"
            "threading.Thread(target=lambda: scene.model().segment(large), daemon=True).start()\n"
            "print(session.segment(scene.image()).shape)\n")
        ended = subprocess.run(
            [sys.executable, "-c", program], cwd=os.path.dirname(__file__), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=120)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "(150, 220)\n", ""))

    def test_a_library_that_is_not_there_is_a_sentence(self):
        ended = subprocess.run(
            [sys.executable, "-c", "import scene, fastseg; fastseg.library_version()"], cwd=os.path.dirname(__file__),
            env={**os.environ, "FASTSEG_LIBRARY": "/nowhere"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        self.assertIn("FASTSEG_LIBRARY is '/nowhere', where there is no libfastseg.so", ended.stderr)


if __name__ == "__main__":
    unittest.main()

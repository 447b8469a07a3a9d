"""Runs the tests of this folder and prints a line of JSON for each: its name, how it ended, and what it said.

    run.py        all tests
Ends with 0 whatever they say, so that an end with anything else means that they did not run.
"""
from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path


class Results(unittest.TestResult):
    """Prints how each test ended. A test with subtests that failed is told once, with all that they said."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict = {}

    def startTest(self, test):
        super().startTest(test)
        self._said = {"failed": [], "skipped": []}

    def stopTest(self, test):
        super().stopTest(test)
        outcome = next((outcome for outcome, said in self._said.items() if said), "passed")
        self._print(test, outcome, "\n".join(self._said.get(outcome, [])))

    def addError(self, test, error):
        super().addError(test, error)
        if self._said:
            self._said["failed"].append(self._exc_info_to_string(error, test))
        else:
            self._print(test, "failed", self._exc_info_to_string(error, test))

    addFailure = addError

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._said["failed"].append(f"{subtest}\n{self._exc_info_to_string(error, test)}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._said["skipped"].append(reason)

    @staticmethod
    def _print(test, outcome: str, text: str) -> None:
        print(json.dumps({"name": test.id(), "outcome": outcome, "text": text}), flush=True)


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder))
    unittest.TestLoader().discover(str(folder)).run(Results())

"""_abi.py says what fastseg.h says: structs and their fields, numbers, functions and their arguments."""
from __future__ import annotations

import ctypes
import re
import unittest

import scene
from fastseg import _abi

TEXT = (scene.ROOT / "src" / "FastSeg.Interop" / "include" / "fastseg.h").read_text()
HEADER = re.sub(r"/\*.*?\*/", " ", TEXT, flags=re.DOTALL)

STRUCTS = {
    "fs_array": _abi.Array, "fs_backend_info": _abi.BackendInfo, "fs_feature_spec": _abi.FeatureSpec, "fs_class": _abi.Class,
    "fs_model_info": _abi.ModelInfo, "fs_class_info": _abi.ClassInfo, "fs_training_image": _abi.TrainingImage,
    "fs_train_options": _abi.TrainOptions, "fs_frame_shape": _abi.FrameShape, "fs_session_options": _abi.SessionOptions,
    "fs_plan_info": _abi.PlanInfo, "fs_targets": _abi.Targets}

NUMBERS = {
    "dtype": ctypes.c_int32, "backend": ctypes.c_int32, "standardisation": ctypes.c_int32, "smoothing": ctypes.c_int32,
    "goal": ctypes.c_int32, "priority": ctypes.c_int32, "families": ctypes.c_uint32, "log_level": ctypes.c_int32}

TYPES = {
    "size_t": ctypes.c_size_t, "int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "double": ctypes.c_double, "char": ctypes.c_char,
    "void *": ctypes.c_void_p, "char *": ctypes.c_char_p, "fs_progress": _abi.Progress, "fs_log": _abi.Log,
    "int32_t *": ctypes.POINTER(ctypes.c_int32), "double *": ctypes.POINTER(ctypes.c_double),
    "int64_t *": ctypes.POINTER(ctypes.c_int64), "size_t *": ctypes.POINTER(ctypes.c_size_t),
    "fs_model *": ctypes.c_void_p, "fs_session *": ctypes.c_void_p, "fs_model **": ctypes.POINTER(ctypes.c_void_p),
    "fs_session **": ctypes.POINTER(ctypes.c_void_p),
    **{f"fs_{name}": kind for name, kind in NUMBERS.items()},
    **STRUCTS, **{f"{name} *": ctypes.POINTER(kind) for name, kind in STRUCTS.items()}}

# A text that the library writes is memory of the caller's, and bytes that it reads may be any object of bytes.
INTERCHANGEABLE = {ctypes.c_char_p, ctypes.c_void_p}


def parsed(declaration: str):
    """The type and the name of "const double *class_weights" or "int64_t shape[4]"."""
    declaration = declaration.replace("const ", "").strip()
    base, stars, name, length = re.fullmatch(r"(\w+)\s*(\**)\s*(\w+)(?:\[(\w+)\])?", declaration).groups()
    kind = TYPES[f"{base} {stars}" if stars else base]
    if length is not None:
        kind = kind * (int(length) if length.isdigit() else getattr(_abi, length.replace("FS_", "")))
    return name, kind


class HeaderTests(unittest.TestCase):
    def test_structs_are_the_headers(self):
        found = dict(re.findall(r"typedef struct (\w+) \{(.*?)\}", HEADER, re.DOTALL))
        self.assertEqual(set(found), set(STRUCTS))
        for name, body in found.items():
            fields = [parsed(line) for line in body.split(";") if line.strip()]
            self.assertEqual(fields, list(STRUCTS[name]._fields_), name)

    def test_numbers_are_the_headers(self):
        numbers = {name: int(value) for name, value in re.findall(r"\b(FS_\w+) = (\d+)", HEADER)}
        numbers.update({name: int(value) for name, value in re.findall(r"#define (FS_\w+) (\d+)u?\b", HEADER)})
        said = {"FS_ABI_MAJOR": _abi.VERSION[0], "FS_ABI_MINOR": _abi.VERSION[1], "FS_MOST_SIGMAS": _abi.MOST_SIGMAS}
        said.update({name: number for number, name in enumerate(_abi.STATUS)})
        for prefix, words in (
            ("", _abi.DTYPES), ("BACKEND_", _abi.BACKENDS), ("FAMILY_", _abi.FAMILIES), ("STANDARDISE_", _abi.STANDARDISE),
            ("SMOOTHING_", _abi.SMOOTHING), ("GOAL_", _abi.GOALS), ("PRIORITY_", _abi.PRIORITIES), ("PRESET_", _abi.PRESETS),
            ("TRAINING_", _abi.TRAINING), ("LOG_", _abi.LOG_LEVELS),
        ):
            said.update({f"FS_{prefix}{word.upper()}": number for word, number in words.items()})
        self.assertEqual(said, numbers)

    def test_functions_are_the_headers(self):
        found = dict(re.findall(r"^FS_API fs_status (fs_\w+)\((.*?)\);", HEADER, re.DOTALL | re.MULTILINE))
        self.assertEqual(set(found), set(_abi.FUNCTIONS))
        for name, arguments in found.items():
            kinds = [parsed(argument)[1] for argument in arguments.split(",")]
            self.assertEqual(len(kinds), len(_abi.FUNCTIONS[name]), name)
            for kind, declared in zip(kinds, _abi.FUNCTIONS[name]):
                self.assertTrue(kind == declared or {kind, declared} <= INTERCHANGEABLE, f"{name}: {kind} and {declared}")
        others = set(re.findall(r"^FS_API .*?\b(fs_\w+)\(", HEADER, re.MULTILINE)) - set(found)
        self.assertEqual(others, {"fs_last_error", "fs_status_name", "fs_abi_version"})

    def test_the_words_of_statuses_are_the_librarys(self):
        from fastseg._library import library

        for number, name in enumerate(_abi.STATUS):
            self.assertEqual(library().fs_status_name(number).decode(), name)


if __name__ == "__main__":
    unittest.main()

"""The structs, numbers and functions of fastseg.h, as ctypes sees them. A test compares this file with the header."""
from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32, c_void_p

VERSION = (1, 1)
"""Major and minor number of the interface that this file describes."""

MOST_SIGMAS = 64

# The functions that a caller hands over. Progress comes on the calling thread, log sentences on any thread.
Progress = CFUNCTYPE(c_int32, c_double, c_void_p)
Log = CFUNCTYPE(None, c_int32, c_char_p, c_void_p)


class Array(Structure):
    _fields_ = [
        ("size", c_size_t), ("data", c_void_p), ("dtype", c_int32), ("ndim", c_int32), ("shape", c_int64 * 4), ("strides", c_int64 * 4)]


class BackendInfo(Structure):
    _fields_ = [
        ("size", c_size_t), ("backend", c_int32), ("usable", c_int32), ("memory_bytes", c_int64), ("name", c_char * 256),
        ("details", c_char * 768)]


class FeatureSpec(Structure):
    _fields_ = [
        ("size", c_size_t), ("families", c_uint32), ("sigma_count", c_int32), ("sigmas", c_double * MOST_SIGMAS),
        ("sigma_scale", c_double), ("membrane_patch", c_int32), ("membrane_angles", c_int32), ("membrane_thickness", c_double),
        ("standardise", c_int32), ("reserved", c_int32), ("standardise_sigma", c_double)]


class Class(Structure):
    _fields_ = [("size", c_size_t), ("value", c_int32), ("reserved", c_int32), ("name", c_char_p)]


class ModelInfo(Structure):
    _fields_ = [
        ("size", c_size_t), ("classes", c_int32), ("channels", c_int32), ("planes", c_int32), ("deep_channels", c_int32),
        ("halo", c_int32), ("trees", c_int32), ("splits_per_tree", c_double), ("smoothing", c_int32), ("smoothing_radius", c_int32),
        ("smoothing_epsilon", c_double), ("trained_here", c_int32), ("held_out_folds", c_int32), ("held_out_mean_iou", c_double)]


class ClassInfo(Structure):
    _fields_ = [("size", c_size_t), ("value", c_int32), ("label", c_int32), ("pixels", c_int64)]


class TrainingImage(Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("image", Array), ("labels", Array)]


class TrainOptions(Structure):
    _fields_ = [
        ("size", c_size_t), ("features", POINTER(FeatureSpec)), ("classes", POINTER(Class)), ("class_count", c_int32),
        ("rounds", c_int32), ("depth", c_int32), ("max_bin", c_int32), ("learning_rate", c_double), ("subsample", c_double),
        ("colsample_by_node", c_double), ("min_child_weight", c_double), ("lambda", c_double), ("balance", c_int32), ("flips", c_int32),
        ("seed", c_int32), ("booster_threads", c_int32), ("hold_out", c_int32), ("smoothing", c_int32), ("smoothing_radius", c_int32),
        ("threads", c_int32), ("smoothing_epsilon", c_double), ("backend", c_int32), ("deep_channels", c_int32),
        ("backbone", c_char_p), ("memory", c_int64), ("device_memory", c_int64), ("progress", Progress), ("user", c_void_p)]


class FrameShape(Structure):
    _fields_ = [
        ("size", c_size_t), ("width", c_int64), ("height", c_int64), ("dtype", c_int32), ("channels", c_int32), ("up_to", c_int32),
        ("reserved", c_int32)]


class SessionOptions(Structure):
    _fields_ = [
        ("size", c_size_t), ("threads", c_int32), ("backend", c_int32), ("memory", c_int64), ("device_memory", c_int64),
        ("goal", c_int32), ("priority", c_int32), ("cores", POINTER(c_int32)), ("core_count", c_int32), ("smoothing", c_int32),
        ("smoothing_radius", c_int32), ("class_weight_count", c_int32), ("smoothing_epsilon", c_double),
        ("class_weights", POINTER(c_double)), ("fixed_samples", c_int32), ("keep_values", c_int32), ("mean", c_double),
        ("deviation", c_double), ("backbone", c_char_p), ("progress", Progress), ("user", c_void_p)]


class PlanInfo(Structure):
    _fields_ = [
        ("size", c_size_t), ("backend", c_int32), ("workers", c_int32), ("planes", c_int32), ("halo", c_int32), ("tiles", c_int64),
        ("tile_width", c_int64), ("tile_height", c_int64), ("buffer_bytes", c_int64), ("process_bytes", c_int64),
        ("peak_bytes", c_int64), ("device_bytes", c_int64)]


class Targets(Structure):
    _fields_ = [("size", c_size_t), ("labels", Array), ("probabilities", Array), ("confidence", Array), ("margins", Array)]


STATUS = (
    "FS_OK", "FS_INVALID_ARGUMENT", "FS_INVALID_HANDLE", "FS_BUSY", "FS_CANCELLED", "FS_BUFFER_TOO_SMALL", "FS_OUT_OF_MEMORY",
    "FS_FAILED", "FS_NO_RUNTIME", "FS_FORKED", "FS_INTERNAL")
OK, INVALID_ARGUMENT, BUFFER_TOO_SMALL = 0, 1, 5

# Words for the header's numbers.
DTYPES = {
    "uint8": 1, "uint16": 2, "int16": 3, "float32": 4, "float16": 5, "int8": 6, "int32": 7, "uint32": 8, "int64": 9, "uint64": 10,
    "float64": 11}
BACKENDS = {"auto": 0, "cpu": 1, "cuda": 2, "opencl": 3, "simulated": 4}
FAMILIES = {
    "gaussian": 1, "sobel": 2, "hessian": 4, "dog": 8, "membrane": 16, "laplacian": 32, "structure": 64, "mean": 128, "min": 256,
    "max": 512, "median": 1024}
STANDARDISE = {"none": 0, "image": 1, "local": 2}
SMOOTHING = {"default": 0, "none": 1, "guided": 2, "safe": 3, "auto": 4}
GOALS = {"latency": 0, "throughput": 1}
PRIORITIES = {"normal": 0, "low": 1, "below_normal": 2, "above_normal": 3, "high": 4}
PRESETS = {"paper": 0, "weka": 1}
TRAINING = {"default": 0, "published": 1}
LOG_LEVELS = {"info": 1, "warning": 2, "error": 3}

_Handle, _Text, _Length = c_void_p, c_void_p, POINTER(c_size_t)
_Name = [c_int32, _Text, c_size_t, _Length]

FUNCTIONS = {
    "fs_version": [_Text, c_size_t, _Length],
    "fs_set_log": [Log, c_void_p],
    "fs_backends": [POINTER(BackendInfo), c_int32, POINTER(c_int32)],
    "fs_feature_spec_init": [POINTER(FeatureSpec), c_size_t, c_int32],
    "fs_feature_spec_planes": [POINTER(FeatureSpec), c_int32, POINTER(c_int32)],
    "fs_feature_spec_plane_name": [POINTER(FeatureSpec), c_int32, *_Name],
    "fs_model_load": [c_char_p, POINTER(_Handle)],
    "fs_model_from_bytes": [c_char_p, c_size_t, POINTER(_Handle)],
    "fs_model_save": [_Handle, c_char_p],
    "fs_model_to_bytes": [_Handle, _Text, c_size_t, _Length],
    "fs_model_import": [
        c_char_p, c_size_t, POINTER(FeatureSpec), c_int32, POINTER(Class), c_int32, c_int32, POINTER(_Handle)],
    "fs_model_describe": [_Handle, POINTER(ModelInfo)],
    "fs_model_features": [_Handle, POINTER(FeatureSpec)],
    "fs_model_class": [_Handle, c_int32, POINTER(ClassInfo)],
    "fs_model_class_name": [_Handle, *_Name],
    "fs_model_plane_name": [_Handle, *_Name],
    "fs_model_backbone": [_Handle, _Text, c_size_t, _Length],
    "fs_model_warnings": [_Handle, _Text, c_size_t, _Length],
    "fs_model_release": [_Handle],
    "fs_train_options_init": [POINTER(TrainOptions), c_size_t, c_int32],
    "fs_train": [POINTER(TrainingImage), c_int32, POINTER(TrainOptions), POINTER(_Handle)],
    "fs_session_options_init": [POINTER(SessionOptions), c_size_t],
    "fs_session_open": [_Handle, POINTER(FrameShape), POINTER(SessionOptions), POINTER(_Handle)],
    "fs_session_open_features": [POINTER(FeatureSpec), POINTER(FrameShape), POINTER(SessionOptions), POINTER(_Handle)],
    "fs_plan": [_Handle, POINTER(FeatureSpec), POINTER(FrameShape), POINTER(SessionOptions), POINTER(PlanInfo)],
    "fs_session_plan": [_Handle, POINTER(PlanInfo)],
    "fs_session_plane_name": [_Handle, *_Name],
    "fs_session_warnings": [_Handle, _Text, c_size_t, _Length],
    "fs_session_warnings_of": [_Handle, POINTER(Array), _Text, c_size_t, _Length],
    "fs_session_set_progress": [_Handle, Progress, c_void_p],
    "fs_session_warm_up": [_Handle],
    "fs_session_segment": [_Handle, POINTER(Array), POINTER(Array)],
    "fs_session_segment_batch": [_Handle, c_int32, POINTER(Array), POINTER(Targets)],
    "fs_session_features": [_Handle, POINTER(Array), POINTER(Array)],
    "fs_session_features_batch": [_Handle, c_int32, POINTER(Array), POINTER(Array)],
    "fs_session_class_pixels": [_Handle, POINTER(c_int64), c_int32, POINTER(c_int32)],
    "fs_session_close": [_Handle],
}
"""The functions that return a status, with the types of their arguments."""


def declare(library: ctypes.CDLL) -> None:
    """Gives a loaded library's functions their types."""
    for name, arguments in FUNCTIONS.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int32
    library.fs_last_error.argtypes, library.fs_last_error.restype = [], c_char_p
    library.fs_status_name.argtypes, library.fs_status_name.restype = [c_int32], c_char_p
    library.fs_abi_version.argtypes, library.fs_abi_version.restype = [], c_uint32


def sized(struct_type, **fields):
    """A struct that knows its size."""
    return struct_type(size=ctypes.sizeof(struct_type), **fields)

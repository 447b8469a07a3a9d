/*
 * FastSeg from C and C++: segments micrographs by filters, transformer features and boosted trees. Linux on x64. C99.
 *
 *     fs_model *model;
 *     fs_session *session;
 *     fs_frame_shape shape = { sizeof shape, 1024, 1024, FS_UINT8, 1, 0 };
 *     if (fs_model_load("model.fastseg", &model) || fs_session_open(model, &shape, NULL, &session)) {
 *         fprintf(stderr, "%s\n", fs_last_error());
 *         return 1;
 *     }
 *     fs_array frame = fs_grey(pixels, FS_UINT8, 1024, 1024), labels = fs_grey(result, FS_UINT8, 1024, 1024);
 *     while (next(pixels)) {
 *         if (fs_session_segment(session, &frame, &labels)) { ... }
 *     }
 *     fs_session_close(session);
 *     fs_model_release(model);
 *
 * Errors. Every function returns an fs_status, FS_OK (0) where all went well, but for fs_last_error, fs_status_name and fs_abi_version. A
 * call that fails leaves a sentence in fs_last_error() of its thread. It sets new handles to NULL and no other output, unless this file
 * says otherwise; memory that was handed over for results may hold a part of them.
 *
 * Handles (fs_model *, fs_session *) are numbers in the guise of pointers: never read through them. One that was released, is of another
 * kind, or is no handle at all gives FS_INVALID_HANDLE. NULL may be released, which does nothing. Releasing a handle while another thread
 * is in a call with it gives FS_BUSY and changes nothing.
 *
 * Structs begin with their size in bytes. A caller sets it, to sizeof of what it was compiled with, or lets the _init function do so: later
 * versions add fields at the end, and know by the size which ones there are. Zero means "as ever" in every field that may be added.
 *
 * Memory belongs to the caller: the library reads and writes what an fs_array describes during the call, and keeps no pointer to it.
 * Strings are UTF-8 and end with a zero byte. Functions that give text write at most `capacity` bytes into `text`, the zero byte among
 * them, and set *length (where it is not NULL) to the length of the whole text without it. Where it does not fit, they write nothing,
 * set *length, and return FS_BUFFER_TOO_SMALL; `text` may be NULL where capacity is 0.
 *
 * Threads. Every function may be called from any thread at any time. A model may be used by several threads at once. A session takes one
 * call at a time: a second thread that enters it gets FS_BUSY at once. Several sessions run side by side and share nothing that changes.
 *
 * Processes. The first call that needs it starts the .NET runtime in this process (about 0.1 s), or joins the one that is there. It stays
 * until the process ends, and the library is never unloaded. A process that is forked after that cannot use FastSeg any more and gets
 * FS_FORKED: fork first, or start a fresh process. Callbacks must return: neither longjmp nor a C++ exception may leave one.
 */
#ifndef FASTSEG_H
#define FASTSEG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FS_API __attribute__((visibility("default")))
#else
#define FS_API
#endif

/* The interface that this file describes. Within one major version, functions and fields are added and nothing else changes. */
#define FS_ABI_MAJOR 1
#define FS_ABI_MINOR 1
#define FS_ABI_VERSION ((uint32_t)FS_ABI_MAJOR << 16 | (uint32_t)FS_ABI_MINOR)

/* ---- What a call returns ------------------------------------------------------------------------------------------------------- */

typedef int32_t fs_status;

enum {
    FS_OK = 0,
    FS_INVALID_ARGUMENT = 1, /* an argument is NULL, out of its range, or does not fit another one */
    FS_INVALID_HANDLE = 2,   /* the handle was released, is of another kind, or never was one */
    FS_BUSY = 3,             /* another thread is in a call with the handle; nothing happened */
    FS_CANCELLED = 4,        /* the progress callback asked for it */
    FS_BUFFER_TOO_SMALL = 5, /* a text, list or file does not fit into the memory for it; the size that it needs is set */
    FS_OUT_OF_MEMORY = 6,    /* the system gave no more memory (a limit that is too low for a plan is FS_FAILED) */
    FS_FAILED = 7,           /* a file, model, device, library or limit is not as it must be; the sentence says what would be right */
    FS_NO_RUNTIME = 8,       /* the .NET runtime could not be started or joined */
    FS_FORKED = 9,           /* the process was forked after the runtime had started */
    FS_INTERNAL = 10         /* a fault of FastSeg itself; please report the sentence */
};

/* The sentence of the last call on this thread that failed; "" where none has. Valid until this thread's next call. Never NULL. */
FS_API const char *fs_last_error(void);

/* The name of a status, such as "FS_BUSY"; "unknown status" for any other number. Never NULL, valid for ever. */
FS_API const char *fs_status_name(fs_status status);

/* FS_ABI_VERSION of the library that was loaded. Its upper 16 bits must be FS_ABI_MAJOR, its lower 16 at least FS_ABI_MINOR. */
FS_API uint32_t fs_abi_version(void);

/* The version of FastSeg as text, such as "0.1.0". Starts the runtime: a call that finds out early whether it can be started. */
FS_API fs_status fs_version(char *text, size_t capacity, size_t *length);

/* ---- Numbers that stand for words ---------------------------------------------------------------------------------------------- */

/*
 * Types of samples. Frames and training images: all of them; those from FS_INT32 on and float16 become float32, rounded to the nearest, and
 * a float64 beyond float32 is refused. Labels that are drawn: all of them, if their values are whole numbers. Results: labels are uint8 or
 * uint16, feature planes float32 or float16.
 */
typedef int32_t fs_dtype;
enum {
    FS_UINT8 = 1, FS_UINT16 = 2, FS_INT16 = 3, FS_FLOAT32 = 4, FS_FLOAT16 = 5, FS_INT8 = 6, FS_INT32 = 7, FS_UINT32 = 8, FS_INT64 = 9,
    FS_UINT64 = 10, FS_FLOAT64 = 11
};

/* What computes. AUTO is the first CUDA device where it can be used, otherwise the CPU. SIMULATED is a slow device for tests. */
typedef int32_t fs_backend;
enum { FS_BACKEND_AUTO = 0, FS_BACKEND_CPU = 1, FS_BACKEND_CUDA = 2, FS_BACKEND_OPENCL = 3, FS_BACKEND_SIMULATED = 4 };

/* Families of filters, a bit each. */
typedef uint32_t fs_families;
#define FS_FAMILY_GAUSSIAN 1u
#define FS_FAMILY_SOBEL 2u
#define FS_FAMILY_HESSIAN 4u
#define FS_FAMILY_DOG 8u
#define FS_FAMILY_MEMBRANE 16u
#define FS_FAMILY_LAPLACIAN 32u
#define FS_FAMILY_STRUCTURE 64u
#define FS_FAMILY_MEAN 128u
#define FS_FAMILY_MIN 256u
#define FS_FAMILY_MAX 512u
#define FS_FAMILY_MEDIAN 1024u

/* How samples are brought to one mean and deviation before the filters see them: not, by the whole image, by their neighbourhood. */
typedef int32_t fs_standardisation;
enum { FS_STANDARDISE_NONE = 0, FS_STANDARDISE_IMAGE = 1, FS_STANDARDISE_LOCAL = 2 };

/*
 * What is done to a pixel's probabilities before it gets its label. DEFAULT: in a session what the model keeps, in training nothing.
 * AUTO is for training alone: labelled pixels are held out, and the model keeps what suits them.
 */
typedef int32_t fs_smoothing;
enum { FS_SMOOTHING_DEFAULT = 0, FS_SMOOTHING_NONE = 1, FS_SMOOTHING_GUIDED = 2, FS_SMOOTHING_SAFE = 3, FS_SMOOTHING_AUTO = 4 };

/* What tiles are chosen for: every thread on the same frame, or a frame for each thread (which needs a batch). */
typedef int32_t fs_goal;
enum { FS_GOAL_LATENCY = 0, FS_GOAL_THROUGHPUT = 1 };

/* Priority of a session's threads, as far as the system grants it. */
typedef int32_t fs_priority;
enum { FS_PRIORITY_NORMAL = 0, FS_PRIORITY_LOW = 1, FS_PRIORITY_BELOW_NORMAL = 2, FS_PRIORITY_ABOVE_NORMAL = 3, FS_PRIORITY_HIGH = 4 };

/* Which values fs_feature_spec_init and fs_train_options_init fill in. */
enum { FS_PRESET_PAPER = 0, FS_PRESET_WEKA = 1 };
enum { FS_TRAINING_DEFAULT = 0, FS_TRAINING_PUBLISHED = 1 };

/* ---- Arrays -------------------------------------------------------------------------------------------------------------------- */

/*
 * Samples in the caller's memory. The axes are rows, columns and, where there are three, channels, planes or classes; what lies beside
 * what in memory is said by the strides alone, in bytes. With all strides 0 the array is packed in the order of its axes: interleaved
 * where there are three. Strides may be padded, or negative where `data` is the address of the element [0][0][0]. An array into which the
 * library writes must not overlap itself, the frame, or another one of the same call. This struct lies within others, so it never grows.
 */
typedef struct fs_array {
    size_t size;        /* sizeof(fs_array) */
    void *data;         /* element [0][0][0]; NULL where a result is not wanted */
    fs_dtype dtype;
    int32_t ndim;       /* 2 or 3 */
    int64_t shape[4];   /* rows, columns, channels or planes; the last one is kept for later versions */
    int64_t strides[4]; /* bytes from one element to the next along each axis */
} fs_array;

/* A grey frame, labels or confidence: rows x columns, packed. */
static inline fs_array fs_grey(void *data, fs_dtype dtype, int64_t rows, int64_t columns) {
    fs_array array = { sizeof(fs_array), 0, 0, 2, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } };
    array.data = data;
    array.dtype = dtype;
    array.shape[0] = rows;
    array.shape[1] = columns;
    return array;
}

/* The same with channels, planes or classes that lie interleaved: for each pixel all of its samples. */
static inline fs_array fs_interleaved(void *data, fs_dtype dtype, int64_t rows, int64_t columns, int64_t planes) {
    fs_array array = fs_grey(data, dtype, rows, columns);
    array.ndim = 3;
    array.shape[2] = planes;
    return array;
}

/* Bytes of a sample. */
static inline int64_t fs_sample_bytes(fs_dtype dtype) {
    switch (dtype) {
    case FS_UINT8: case FS_INT8: return 1;
    case FS_UINT16: case FS_INT16: case FS_FLOAT16: return 2;
    case FS_FLOAT32: case FS_INT32: case FS_UINT32: return 4;
    default: return 8;
    }
}

/* The same with planes that lie one after the other: an image for each plane. */
static inline fs_array fs_planar(void *data, fs_dtype dtype, int64_t rows, int64_t columns, int64_t planes) {
    fs_array array = fs_interleaved(data, dtype, rows, columns, planes);
    int64_t sample = fs_sample_bytes(dtype);
    array.strides[0] = columns * sample;
    array.strides[1] = sample;
    array.strides[2] = rows * columns * sample;
    return array;
}

/* ---- Callbacks ----------------------------------------------------------------------------------------------------------------- */

/*
 * Called during a call, on the thread that made it and on no other, at least every 50 ms while the processor computes (in sessions, a pass
 * of a transformer or a device may take longer). Any result but 0 cancels: the call returns FS_CANCELLED. Functions with the same session
 * return FS_BUSY when they are called from it.
 * done: the fraction that is done, from 0 to 1. user: what was given beside the callback.
 */
typedef int32_t (*fs_progress)(double done, void *user);

/*
 * Receives sentences about what the library does. It may be called on any thread, on one at a time. The text is valid during the call.
 */
typedef int32_t fs_log_level;
enum { FS_LOG_INFO = 1, FS_LOG_WARNING = 2, FS_LOG_ERROR = 3 };
typedef void (*fs_log)(fs_log_level level, const char *text, void *user);

/* Sets the receiver for the whole process, instead of the one before; NULL for none, which is how it begins. The one before is not called
 * any more when this returns. Does not start the runtime. */
FS_API fs_status fs_set_log(fs_log log, void *user);

/* ---- Backends ------------------------------------------------------------------------------------------------------------------ */

typedef struct fs_backend_info {
    size_t size;
    fs_backend backend;
    int32_t usable;       /* 1 where a session can use it */
    int64_t memory_bytes; /* of the device; 0 where it uses the process's own memory */
    char name[256];       /* cut off where it is longer, as are the details */
    char details[768];    /* architecture and driver; where it cannot be used, why not */
} fs_backend_info;

/*
 * Lists what could compute here: the CPU first, then devices and the kinds of which there are none.
 * infos: `capacity` structs; the size of the first is taken for the size of each. NULL where capacity is 0.
 * count: how many there are; FS_BUFFER_TOO_SMALL where they are more than capacity.
 */
FS_API fs_status fs_backends(fs_backend_info *infos, int32_t capacity, int32_t *count);

/* ---- Features ------------------------------------------------------------------------------------------------------------------ */

#define FS_MOST_SIGMAS 64

/* Which features are computed. docs/decisions.md has their definitions and the order of their planes. */
typedef struct fs_feature_spec {
    size_t size;
    fs_families families;
    int32_t sigma_count;           /* 0 to FS_MOST_SIGMAS */
    double sigmas[FS_MOST_SIGMAS]; /* ascending, above 0; the image itself (scale 0) is always there and not listed */
    double sigma_scale;            /* a Gaussian's standard deviation in pixels is this times sigma */
    int32_t membrane_patch;        /* side of the square patch in pixels, odd, 1 to 63 */
    int32_t membrane_angles;       /* 1 to 90 */
    double membrane_thickness;     /* pixels */
    fs_standardisation standardise;
    int32_t reserved;              /* 0 */
    double standardise_sigma;      /* pixels, 1 to 256; for FS_STANDARDISE_LOCAL */
} fs_feature_spec;

/* Fills a specification. size: sizeof(fs_feature_spec). preset: FS_PRESET_PAPER (the default of training) or FS_PRESET_WEKA. */
FS_API fs_status fs_feature_spec_init(fs_feature_spec *spec, size_t size, int32_t preset);

/* How many planes a specification gives for an image of so many channels, 1 to 16. */
FS_API fs_status fs_feature_spec_planes(const fs_feature_spec *spec, int32_t channels, int32_t *planes);

/* The name of a plane, 0 <= index < planes, such as "gaussian_2" or "red_sobel_1". */
FS_API fs_status fs_feature_spec_plane_name(
    const fs_feature_spec *spec, int32_t channels, int32_t index, char *text, size_t capacity, size_t *length);

/* ---- Models -------------------------------------------------------------------------------------------------------------------- */

/* A trained model. It never changes. */
typedef struct fs_model fs_model;

/* Reads a .fastseg file and runs its self-test. FS_FAILED where it is missing, corrupt or of a newer format. */
FS_API fs_status fs_model_load(const char *path, fs_model **model);

/* The same from the bytes of such a file, which are copied. */
FS_API fs_status fs_model_from_bytes(const void *bytes, size_t length, fs_model **model);

/* Writes a file, which appears under its name when it is whole. Equal models give equal bytes. */
FS_API fs_status fs_model_save(const fs_model *model, const char *path);

/* Writes the bytes of such a file into memory. length: how many there are, also where they do not fit (FS_BUFFER_TOO_SMALL). */
FS_API fs_status fs_model_to_bytes(const fs_model *model, void *bytes, size_t capacity, size_t *length);

/* A class that an import or a training names. */
typedef struct fs_class {
    size_t size;
    int32_t value;    /* the label value, 1 to 65535 */
    int32_t reserved; /* 0 */
    const char *name; /* NULL for "class VALUE" */
} fs_class;

/*
 * Makes a model of trees that XGBoost trained elsewhere on the same features: gbtree with multi:softprob, multi:softmax or
 * binary:logistic, saved as JSON or UBJSON.
 * features: of the columns, in the order of the planes. channels: 1 to 16.
 * classes: for each of XGBoost's classes 0, 1, .., by ascending value; the size of the first is taken for the size of each.
 * all_rounds: 1 to take all rounds of a training that stopped early, 0 to refuse such a file.
 */
FS_API fs_status fs_model_import(
    const void *xgboost, size_t length, const fs_feature_spec *features, int32_t channels, const fs_class *classes,
    int32_t class_count, int32_t all_rounds, fs_model **model);

typedef struct fs_model_info {
    size_t size;
    int32_t classes;       /* 2 to 255 */
    int32_t channels;      /* 1 where it was trained on grey images, 3 where on RGB, otherwise as many as they had */
    int32_t planes;        /* planes that its trees look at: classical features times channels, then deep ones */
    int32_t deep_channels; /* of these, how many are deep; above 0 a session needs the model's backbone */
    int32_t halo;          /* how far, in pixels, the classical features of a pixel look around it */
    int32_t trees;
    double splits_per_tree;
    fs_smoothing smoothing; /* what a session does unless told otherwise: NONE, GUIDED or SAFE */
    int32_t smoothing_radius;
    double smoothing_epsilon;
    int32_t trained_here;  /* 0 where its trees were imported */
    int32_t held_out_folds; /* 0 where no labelled pixels were held out */
    double held_out_mean_iou; /* mean intersection over union of held-out pixels; 0 without folds */
} fs_model_info;

/* Describes a model. info: with its size set. */
FS_API fs_status fs_model_describe(const fs_model *model, fs_model_info *info);

/* The features of a model, as training or import was given them. spec: with its size set. */
FS_API fs_status fs_model_features(const fs_model *model, fs_feature_spec *spec);

typedef struct fs_class_info {
    size_t size;
    int32_t value;    /* the label value with which it was drawn; ascending with the index */
    int32_t label;    /* what a session writes: index + 1, or the value where values are kept */
    int64_t pixels;   /* how many of its pixels the model was trained on; 0 where that is not known */
} fs_class_info;

/* Describes a class, 0 <= index < classes. info: with its size set. */
FS_API fs_status fs_model_class(const fs_model *model, int32_t index, fs_class_info *info);

FS_API fs_status fs_model_class_name(const fs_model *model, int32_t index, char *text, size_t capacity, size_t *length);

/* The name of a plane that the trees look at, 0 <= index < planes. */
FS_API fs_status fs_model_plane_name(const fs_model *model, int32_t index, char *text, size_t capacity, size_t *length);

/* The name of the backbone that the model's deep features come from; "" where it has none. */
FS_API fs_status fs_model_backbone(const fs_model *model, char *text, size_t capacity, size_t *length);

/*
 * What made the training of a model doubtful, a sentence a line: labels that look like none, images that differ, and so on. "" where
 * nothing did, and for models that were not trained by this process. The log gets the same sentences. Since 1.1.
 */
FS_API fs_status fs_model_warnings(const fs_model *model, char *text, size_t capacity, size_t *length);

/* Releases a model. Sessions that were opened with it go on. */
FS_API fs_status fs_model_release(fs_model *model);

/* ---- Training ------------------------------------------------------------------------------------------------------------------ */

/* An image and the labels that were drawn on it. Both must stay unchanged during the call. */
typedef struct fs_training_image {
    size_t size;
    const char *name; /* what sentences and the model call it; NULL for "image 1" and so on */
    fs_array image;   /* rows x columns, or rows x columns x channels: 1 grey, 3 RGB, up to 16 of any meaning, none of them alpha */
    fs_array labels;  /* rows x columns of any type; 0 and less is unlabelled, every other value a class */
} fs_training_image;

typedef struct fs_train_options {
    size_t size;
    const fs_feature_spec *features; /* NULL for FS_PRESET_PAPER */
    const fs_class *classes;         /* names by label value, any order; NULL for none. Every labelled value must be among them */
    int32_t class_count;
    int32_t rounds;                  /* boosting rounds, 1 to 100000 */
    int32_t depth;                   /* greatest depth of a tree, 1 to 30 */
    int32_t max_bin;                 /* histogram bins a feature, 2 to 65536 */
    double learning_rate;            /* above 0, at most 1 */
    double subsample;                /* share of the rows that a tree sees */
    double colsample_by_node;        /* share of the features that a node sees */
    double min_child_weight;
    double lambda;
    int32_t balance;                 /* 1: every class weighs the same, however many pixels it was given */
    int32_t flips;                   /* 1: flipped copies of the images are trained on as well */
    int32_t seed;                    /* from 0 up */
    int32_t booster_threads;         /* 0: FastSeg's own booster; 1 or more: XGBoost with so many threads, part of the result */
    int32_t hold_out;                /* 1: labelled pixels are held out to score the training; AUTO smoothing does so anyway */
    fs_smoothing smoothing;          /* what the model keeps */
    int32_t smoothing_radius;        /* for GUIDED: 1 to 64 pixels; 0 for 8 */
    int32_t threads;                 /* 0 for one a core */
    double smoothing_epsilon;        /* for GUIDED: above 0; 0 for 0.05 */
    fs_backend backend;
    int32_t deep_channels;           /* with a backbone: how many deep features; 0 for the backbone's own number */
    const char *backbone;            /* folder or name of a backbone whose features are added; NULL for none */
    int64_t memory;                  /* most bytes that the process may use; 0 sets no limit */
    int64_t device_memory;           /* most bytes of a device's memory; 0 for nine tenths of it */
    fs_progress progress;            /* NULL for none */
    void *user;
} fs_train_options;

/* Fills options. size: sizeof(fs_train_options). preset: FS_TRAINING_DEFAULT, or FS_TRAINING_PUBLISHED for XGBoost's own defaults. */
FS_API fs_status fs_train_options_init(fs_train_options *options, size_t size, int32_t preset);

/*
 * Trains a model from labelled pixels. The same input and seed give the same model where the CPU trains.
 * images: all of them together are one training set; the size of the first is taken for the size of each.
 * options: NULL for the defaults.
 * FS_FAILED where no pixel or only one class is labelled, labels do not fit their image, an option is out of its range, or libxgboost is
 * missing. The libxgboost of the machine is used: FASTSEG_XGBOOST names another.
 */
FS_API fs_status fs_train(const fs_training_image *images, int32_t count, const fs_train_options *options, fs_model **model);

/* ---- Sessions ------------------------------------------------------------------------------------------------------------------ */

/*
 * Everything that segmenting frames of one shape needs, made once: plan, buffers, threads, what lies on a device. After the first call
 * (or fs_session_warm_up) calls allocate nothing and start no thread. Models with deep features or local standardisation, and safe
 * smoothing without class weights, make some buffers for each frame all the same.
 */
typedef struct fs_session fs_session;

/* The frames of a session. */
typedef struct fs_frame_shape {
    size_t size;
    int64_t width;    /* columns */
    int64_t height;   /* rows */
    fs_dtype dtype;   /* any */
    int32_t channels; /* 1 to 16; where a model of grey or RGB is given 2 or 4, the last one is alpha, which is not looked at */
    int32_t up_to;    /* 1: frames may be smaller; 0: they have exactly this size */
    int32_t reserved; /* 0 */
} fs_frame_shape;

typedef struct fs_session_options {
    size_t size;
    int32_t threads;       /* 0 for one a core */
    fs_backend backend;
    int64_t memory;        /* most bytes that the process may use; 0 sets no limit */
    int64_t device_memory; /* most bytes of a device's memory; 0 for nine tenths of it */
    fs_goal goal;
    fs_priority priority;
    const int32_t *cores;  /* numbers of the cores on which the session's own threads run, one each, from the first again where there
                              are fewer; NULL leaves it to the system. The calling thread is not moved. Read during the call */
    int32_t core_count;
    fs_smoothing smoothing;
    int32_t smoothing_radius;  /* for GUIDED: 1 to 64 pixels; 0 for 8 */
    int32_t class_weight_count; /* 0, or the number of classes */
    double smoothing_epsilon;  /* for GUIDED: above 0; 0 for 0.05 */
    const double *class_weights; /* for SAFE: weights that were found before; NULL to find them for each frame. Read during the call */
    int32_t fixed_samples; /* 1: frames are standardised by mean and deviation below, not each by its own */
    int32_t keep_values;   /* 1: labels are the classes' values (uint16 where one is above 255), not 1, 2, .. */
    double mean;           /* of the samples as they are stored */
    double deviation;
    const char *backbone;  /* folder of the model's backbone; NULL to look for it. Read during the call */
    fs_progress progress;  /* NULL for none */
    void *user;
} fs_session_options;

/* Fills options with zeros and their size, which is what NULL stands for. size: sizeof(fs_session_options). */
FS_API fs_status fs_session_options_init(fs_session_options *options, size_t size);

/*
 * Opens a session that segments, and computes the features that the model sees. The model may be released at once.
 * options: NULL for the defaults.
 * FS_FAILED where the memory is too small, a device or the model's backbone is missing; the sentence says what would do.
 */
FS_API fs_status fs_session_open(
    const fs_model *model, const fs_frame_shape *shape, const fs_session_options *options, fs_session **session);

/* Opens a session that computes features without a model. features: NULL for FS_PRESET_PAPER. */
FS_API fs_status fs_session_open_features(
    const fs_feature_spec *features, const fs_frame_shape *shape, const fs_session_options *options, fs_session **session);

typedef struct fs_plan_info {
    size_t size;
    fs_backend backend;    /* what computes: never AUTO */
    int32_t workers;       /* threads, each with buffers of its own */
    int32_t planes;
    int32_t halo;          /* pixels that are read around a tile, on each side */
    int64_t tiles;
    int64_t tile_width;
    int64_t tile_height;
    int64_t buffer_bytes;  /* of the buffers in this process */
    int64_t process_bytes; /* what the process takes without them */
    int64_t peak_bytes;    /* both together: the predicted peak of its resident memory */
    int64_t device_bytes;  /* of the buffers on a device */
} fs_plan_info;

/*
 * What a session would take. It is planned and forgotten; of its buffers no page is touched.
 * model: NULL for a session of features. info: with its size set.
 */
FS_API fs_status fs_plan(
    const fs_model *model, const fs_feature_spec *features, const fs_frame_shape *shape, const fs_session_options *options,
    fs_plan_info *info);

/* What an open session takes. info: with its size set. */
FS_API fs_status fs_session_plan(fs_session *session, fs_plan_info *info);

/* The name of a plane of fs_session_features, 0 <= index < planes. */
FS_API fs_status fs_session_plane_name(fs_session *session, int32_t index, char *text, size_t capacity, size_t *length);

/*
 * What makes results for all frames of a session doubtful, a sentence a line: their type is another one than that of the images that the
 * model was trained on, and it reaches the filters. "" where nothing does. The log got the same sentences. Since 1.1.
 */
FS_API fs_status fs_session_warnings(fs_session *session, char *text, size_t capacity, size_t *length);

/*
 * Compares a frame with those images, from a few of its rows, and says in what it differs, a sentence a line; "" where in nothing.
 * Segmenting does nothing of this. frame: as for fs_session_segment. Since 1.1.
 */
FS_API fs_status fs_session_warnings_of(
    fs_session *session, const fs_array *frame, char *text, size_t capacity, size_t *length);

/* Sets the progress callback of the calls to come; NULL for none. */
FS_API fs_status fs_session_set_progress(fs_session *session, fs_progress progress, void *user);

/* Computes a frame of zeros and drops it: compiles what will run and touches every buffer, so that no frame is slower than others. */
FS_API fs_status fs_session_warm_up(fs_session *session);

/*
 * Labels every pixel of a frame.
 * frame: rows x columns, or rows x columns x channels. labels: rows x columns of uint8, or of uint16, which kept values above 255 need.
 * FS_INVALID_ARGUMENT where type, axes or channels do not fit the session or each other; FS_FAILED where the frame's size does not, arrays
 * lie over each other, or a sample is not finite or too large to be filtered.
 */
FS_API fs_status fs_session_segment(fs_session *session, const fs_array *frame, const fs_array *labels);

/* What is wanted of a frame; data is NULL where something is not. At least one of them is wanted. */
typedef struct fs_targets {
    size_t size;
    fs_array labels;        /* rows x columns, uint8 or uint16 */
    fs_array probabilities; /* rows x columns x classes, float32 of 0 to 1, or uint8 of 0 to 255, rounded to nearest */
    fs_array confidence;    /* rows x columns, float32: the probability of the label */
    fs_array margins;       /* rows x columns x classes (one plane for two classes), float32: sums of the trees, before any smoothing */
} fs_targets;

/*
 * Segments several frames, one after the other or a thread each (FS_GOAL_THROUGHPUT); count may be 1. All must want the same results.
 * frames, targets: one for each frame; the size of the first is taken for the size of each.
 */
FS_API fs_status fs_session_segment_batch(fs_session *session, int32_t count, const fs_array *frames, const fs_targets *targets);

/* Computes the feature planes of a frame. planes: rows x columns x planes, float32 or float16, interleaved or planar. */
FS_API fs_status fs_session_features(fs_session *session, const fs_array *frame, const fs_array *planes);

/* The same for several frames, as in fs_session_segment_batch. */
FS_API fs_status fs_session_features_batch(fs_session *session, int32_t count, const fs_array *frames, const fs_array *planes);

/*
 * How many pixels got each label in the frame, or in all frames, of the last call, by class index.
 * pixels: `capacity` numbers; NULL where capacity is 0.
 * count: the number of classes; FS_BUFFER_TOO_SMALL where it is above capacity.
 */
FS_API fs_status fs_session_class_pixels(fs_session *session, int64_t *pixels, int32_t capacity, int32_t *count);

/* Stops the session's threads and frees its buffers. FS_BUSY while another thread is in a call with it. */
FS_API fs_status fs_session_close(fs_session *session);

#ifdef __cplusplus
}
#endif

#endif

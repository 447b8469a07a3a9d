/*
 * Times single frames through FastSeg's C interface.
 *     latency MODEL|features SIDE DTYPE FRAME.raw RESULT.raw MOST SECONDS THREADS
 * MODEL is a .fastseg file, or the word "features"; DTYPE is uint8 or uint16; FRAME.raw has SIDE x SIDE samples. Prints "first SECONDS"
 * when the first labels are there, counted from the start of main, then "setup SECONDS", and then a line for each further frame. The
 * last frame's labels, or its first plane, are written to RESULT.raw.
 */
#define _DEFAULT_SOURCE
#include <fastseg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* Seconds of frames before those that count: by then .NET has compiled what runs often a second time. */
#define WARM_UP 3

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void need(fs_status status) {
    if (status != FS_OK) {
        fprintf(stderr, "latency: %s: %s\n", fs_status_name(status), fs_last_error());
        exit(1);
    }
}

/* Memory on huge pages where the system gives them, as numpy's and FastSeg's own: a stack of planes is written half as fast again. */
static void *memory(size_t bytes) {
    void *pointer;
    int failed = posix_memalign(&pointer, 2 << 20, bytes);
    if (!failed) {
        madvise(pointer, bytes, MADV_HUGEPAGE);
        memset(pointer, 0, bytes);
    } else {
        fprintf(stderr, "latency: there is not enough memory\n");
        exit(1);
    }
    return pointer;
}

static void read_all(const char *path, void *to, size_t bytes) {
    FILE *file = fopen(path, "rb");
    if (!file || fread(to, 1, bytes, file) != bytes) {
        fprintf(stderr, "latency: %s cannot be read, or is too short\n", path);
        exit(1);
    }
    fclose(file);
}

int main(int count, char **words) {
    double start = now();
    if (count != 9) {
        fprintf(stderr, "usage: latency MODEL|features SIDE DTYPE FRAME.raw RESULT.raw MOST SECONDS THREADS\n");
        return 1;
    }
    int features = strcmp(words[1], "features") == 0;
    int64_t side = atol(words[2]);
    fs_dtype dtype = strcmp(words[3], "uint16") == 0 ? FS_UINT16 : FS_UINT8;
    size_t pixels = (size_t)side * (size_t)side, bytes = pixels * (dtype == FS_UINT16 ? 2 : 1);
    void *samples = memory(bytes);
    read_all(words[4], samples, bytes);

    fs_frame_shape shape = { sizeof shape, side, side, dtype, 1, 0, 0 };
    fs_session_options options;
    fs_session *session;
    need(fs_session_options_init(&options, sizeof options));
    options.threads = atoi(words[8]);
    options.backend = FS_BACKEND_CPU;
    double opened = now();
    int32_t planes = 1;
    if (features) {
        fs_feature_spec spec;
        need(fs_feature_spec_init(&spec, sizeof spec, FS_PRESET_PAPER));
        need(fs_feature_spec_planes(&spec, 1, &planes));
        need(fs_session_open_features(&spec, &shape, &options, &session));
    } else {
        fs_model *model;
        need(fs_model_load(words[1], &model));
        need(fs_session_open(model, &shape, &options, &session));
        need(fs_model_release(model));
    }
    opened = now() - opened;
    void *result = memory(pixels * (features ? (size_t)planes * 4 : 1));
    fs_array frame = fs_grey(samples, dtype, side, side);
    fs_array labels = features ? fs_planar(result, FS_FLOAT32, side, side, planes) : fs_grey(result, FS_UINT8, side, side);

    long most = atol(words[6]);
    double limit = atof(words[7]), begun = 0;
    double *seconds = memory((size_t)most * sizeof *seconds);
    long done = 0;
    double warm_up = 0;
    for (long i = 0; done < most && (done < 20 || now() - begun < limit); i++) {
        double frame_start = now();
        need(features ? fs_session_features(session, &frame, &labels) : fs_session_segment(session, &frame, &labels));
        double end = now();
        if (i == 0) {
            printf("first %.9f\nsetup %.9f\n", end - start, opened);
            fflush(stdout);
            warm_up = end + WARM_UP;
        } else if (end < warm_up || begun == 0) {
            begun = end;
        } else {
            seconds[done++] = end - frame_start;
        }
    }
    for (long i = 0; i < done; i++) {
        printf("%.9f\n", seconds[i]);
    }
    FILE *file = fopen(words[5], "wb");
    if (!file || fwrite(result, features ? 4 : 1, pixels, file) != pixels || fclose(file)) {
        fprintf(stderr, "latency: %s cannot be written\n", words[5]);
        return 1;
    }
    need(fs_session_close(session));
    free(seconds);
    free(result);
    free(samples);
    return 0;
}

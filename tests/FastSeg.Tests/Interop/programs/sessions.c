/* Sessions: labels, probabilities, features in every layout; progress, and what is refused. */
#define _POSIX_C_SOURCE 200809L
#include "scene.h"

#include <math.h>
#include <pthread.h>

#define WIDTH 700
#define HEIGHT 500

static unsigned char frame[HEIGHT * WIDTH], labels[HEIGHT * WIDTH], again[HEIGHT * WIDTH];

static fs_frame_shape shape_of(int64_t width, int64_t height) {
    fs_frame_shape shape = { sizeof shape, 0, 0, FS_UINT8, 1, 0, 0 };
    shape.width = width;
    shape.height = height;
    return shape;
}

static void draw_frame(void) {
    unsigned noise = 7;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            noise = noise * 1103515245u + 12345u;
            frame[y * WIDTH + x] = (unsigned char)(((x / 90 + y / 70) % 2 ? 70 : 160) + (noise >> 16) % 50);
        }
    }
}

/* Labels, the same again with values and in a batch with everything else, and through strides. */
static void segment(fs_model *model) {
    static float probabilities[HEIGHT * WIDTH * 2], planar[2 * HEIGHT * WIDTH], second[2 * HEIGHT * WIDTH];
    static float confidence[HEIGHT * WIDTH], margins[HEIGHT * WIDTH];
    static unsigned char padded[HEIGHT * (WIDTH + 37)];
    fs_frame_shape shape = shape_of(WIDTH, HEIGHT);
    fs_session_options options;
    fs_session *session = NULL, *valued = NULL;
    fs_array from = fs_grey(frame, FS_UINT8, HEIGHT, WIDTH), to = fs_grey(labels, FS_UINT8, HEIGHT, WIDTH);
    fs_array froms[2], flipped;
    fs_targets targets[2];
    int64_t pixels[2] = { 0, 0 }, counted[2] = { 0, 0 };
    int32_t count = 0;
    char text[400];
    size_t length = 1;
    OK(fs_session_open(model, &shape, NULL, &session));
    OK(fs_session_warm_up(session));
    OK(fs_session_segment(session, &from, &to));
    OK(fs_session_class_pixels(session, pixels, 2, &count));
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        TRUE(labels[i] == 1 || labels[i] == 2);
        counted[labels[i] == 2]++;
    }
    TRUE(count == 2 && counted[0] == pixels[0] && counted[1] == pixels[1] && counted[0] > 10000 && counted[1] > 10000);
    FAILS(fs_session_class_pixels(session, pixels, 1, &count), FS_BUFFER_TOO_SMALL, "2");
    OK(fs_session_warnings(session, text, sizeof text, &length));
    TRUE(length == 0 && text[0] == 0);
    OK(fs_session_warnings_of(session, &from, text, sizeof text, &length));
    OK(fs_model_warnings(model, text, sizeof text, &length));
    FAILS(fs_session_warnings_of(session, &from, NULL, 4, &length), FS_INVALID_ARGUMENT, "NULL");

    memset(targets, 0, sizeof targets);
    froms[0] = froms[1] = from;
    targets[0].size = targets[1].size = sizeof targets[0];
    targets[0].labels = fs_grey(again, FS_UINT8, HEIGHT, WIDTH);
    targets[0].probabilities = fs_interleaved(probabilities, FS_FLOAT32, HEIGHT, WIDTH, 2);
    targets[0].confidence = fs_grey(confidence, FS_FLOAT32, HEIGHT, WIDTH);
    targets[0].margins = fs_grey(margins, FS_FLOAT32, HEIGHT, WIDTH);
    OK(fs_session_segment_batch(session, 1, froms, targets));
    memset(&targets[0], 0, sizeof targets[0]);
    FAILS(fs_session_segment_batch(session, 1, froms, targets), FS_INVALID_ARGUMENT, "sizeof(fs_targets)");
    targets[0].size = sizeof targets[0];
    FAILS(fs_session_segment_batch(session, 1, froms, targets), FS_FAILED, "No result");
    targets[0].probabilities = fs_planar(planar, FS_FLOAT32, HEIGHT, WIDTH, 2);
    targets[1].probabilities = fs_planar(second, FS_FLOAT32, HEIGHT, WIDTH, 2);
    OK(fs_session_segment_batch(session, 2, froms, targets));
    TRUE(memcmp(planar, second, sizeof planar) == 0);
    TRUE(memcmp(labels, again, sizeof labels) == 0);
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        TRUE(probabilities[2 * i] == planar[i] && probabilities[2 * i + 1] == planar[HEIGHT * WIDTH + i]);
        TRUE(fabsf(probabilities[2 * i] + probabilities[2 * i + 1] - 1) < 1e-5f);
        TRUE(confidence[i] == probabilities[2 * i + labels[i] - 1]);
        TRUE((margins[i] > 0) == (labels[i] == 2) || margins[i] == 0);
    }

    flipped = from;
    flipped.data = frame + (HEIGHT - 1) * WIDTH;
    flipped.strides[0] = -WIDTH;
    flipped.strides[1] = 1;
    to = fs_grey(padded + (HEIGHT - 1) * (WIDTH + 37), FS_UINT8, HEIGHT, WIDTH);
    to.strides[0] = -(WIDTH + 37);
    to.strides[1] = 1;
    memset(padded, 99, sizeof padded);
    OK(fs_session_segment(session, &from, &to));
    for (int y = 0; y < HEIGHT; y++) {
        unsigned char *row = padded + (HEIGHT - 1 - y) * (WIDTH + 37);
        TRUE(memcmp(row, labels + y * WIDTH, WIDTH) == 0 && (y == 0 || row[WIDTH] == 99));
    }
    to = fs_grey(again, FS_UINT8, HEIGHT, WIDTH);
    OK(fs_session_segment(session, &flipped, &to));
    TRUE(memcmp(labels, again, sizeof labels) != 0);

    OK(fs_session_options_init(&options, sizeof options));
    options.keep_values = 1;
    options.threads = 1;
    options.smoothing = FS_SMOOTHING_GUIDED;
    OK(fs_session_open(model, &shape, &options, &valued));
    OK(fs_session_segment(valued, &from, &to));
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        TRUE(again[i] == 3 || again[i] == 8);
    }
    OK(fs_session_close(valued));
    OK(fs_session_close(session));
    FAILS(fs_session_segment(session, &from, &to), FS_INVALID_HANDLE, "released");
}

/* Frames of float32, float64 and int64 that hold the same numbers have the same labels. */
static void wide(fs_model *model) {
    static float floats[HEIGHT * WIDTH];
    static double doubles[HEIGHT * WIDTH];
    static int64_t longs[HEIGHT * WIDTH];
    void *frames[3] = { floats, doubles, longs };
    fs_dtype types[3] = { FS_FLOAT32, FS_FLOAT64, FS_INT64 };
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        longs[i] = frame[i];
        doubles[i] = floats[i] = frame[i];
    }
    for (int i = 0; i < 3; i++) {
        fs_frame_shape shape = shape_of(WIDTH, HEIGHT);
        fs_session *session = NULL;
        fs_array from = fs_grey(frames[i], types[i], HEIGHT, WIDTH), to = fs_grey(i == 0 ? labels : again, FS_UINT8, HEIGHT, WIDTH);
        shape.dtype = types[i];
        memset(again, 99, sizeof again);
        OK(fs_session_open(model, &shape, NULL, &session));
        OK(fs_session_segment(session, &from, &to));
        OK(fs_session_close(session));
        TRUE(i == 0 || memcmp(labels, again, sizeof again) == 0);
    }
}

/* Planes lie interleaved or one after the other; a session without a model gives the same. */
static void features(fs_model *model) {
    enum { ROWS = 90, COLUMNS = 120, PLANES = 58 };
    static float one[ROWS * COLUMNS * PLANES], other[PLANES * ROWS * COLUMNS];
    static uint16_t halves[ROWS * COLUMNS * PLANES];
    fs_frame_shape shape = shape_of(COLUMNS, ROWS);
    fs_session *with = NULL, *without = NULL;
    fs_array from = fs_grey(frame, FS_UINT8, ROWS, COLUMNS), interleaved = fs_interleaved(one, FS_FLOAT32, ROWS, COLUMNS, PLANES);
    fs_array planar = fs_planar(other, FS_FLOAT32, ROWS, COLUMNS, PLANES), half = fs_planar(halves, FS_FLOAT16, ROWS, COLUMNS, PLANES);
    char text[40];
    from.strides[0] = WIDTH;
    from.strides[1] = 1;
    OK(fs_session_open(model, &shape, NULL, &with));
    OK(fs_session_open_features(NULL, &shape, NULL, &without));
    OK(fs_session_features(with, &from, &interleaved));
    OK(fs_session_features(without, &from, &planar));
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        for (int plane = 0; plane < PLANES; plane++) {
            TRUE(one[i * PLANES + plane] == other[plane * ROWS * COLUMNS + i]);
        }
    }
    OK(fs_session_features_batch(without, 1, &from, &half));
    TRUE((halves[5] >> 15) == (other[5] < 0));
    OK(fs_session_plane_name(without, 1, text, sizeof text, NULL));
    TRUE(strcmp(text, "sobel_0") == 0);
    planar.shape[2] = PLANES - 1;
    FAILS(fs_session_features(without, &from, &planar), FS_INVALID_ARGUMENT, "58");
    FAILS(fs_session_segment(without, &from, &from), FS_INVALID_ARGUMENT, "model");
    OK(fs_session_close(with));
    OK(fs_session_close(without));
}

struct visit {
    fs_session *session;
    fs_array from, to;
    pthread_t caller;
    int calls, cancel_at;
};

static void *enter(void *data) {
    struct visit *visit = data;
    FAILS(fs_session_segment(visit->session, &visit->from, &visit->to), FS_BUSY, "session");
    FAILS(fs_session_close(visit->session), FS_BUSY, "session");
    return NULL;
}

/* While the call is running, another thread comes in; then it is cancelled. */
static int32_t visit(double done, void *user) {
    struct visit *visit = user;
    TRUE(done >= 0 && done <= 1 && pthread_equal(pthread_self(), visit->caller));
    if (visit->calls++ == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, enter, visit);
        pthread_join(thread, NULL);
        FAILS(fs_session_warm_up(visit->session), FS_BUSY, "session");
    }
    return visit->calls == visit->cancel_at;
}

static void progress(fs_model *model) {
    enum { SIZE = 2000 };
    struct visit it;
    unsigned char *big = calloc(SIZE, SIZE), *result = calloc(SIZE, SIZE);
    fs_frame_shape shape = shape_of(SIZE, SIZE);
    it.caller = pthread_self();
    it.calls = 0;
    it.cancel_at = 2;
    it.from = fs_grey(big, FS_UINT8, SIZE, SIZE);
    it.to = fs_grey(result, FS_UINT8, SIZE, SIZE);
    OK(fs_session_open(model, &shape, NULL, &it.session));
    OK(fs_session_set_progress(it.session, visit, &it));
    FAILS(fs_session_segment(it.session, &it.from, &it.to), FS_CANCELLED, "cancel");
    TRUE(it.calls == 2);
    it.cancel_at = 0;
    OK(fs_session_segment(it.session, &it.from, &it.to));
    OK(fs_session_set_progress(it.session, NULL, NULL));
    it.calls = 0;
    OK(fs_session_segment(it.session, &it.from, &it.to));
    TRUE(it.calls == 0);
    OK(fs_session_close(it.session));
    free(big);
    free(result);
}

static void refusals(fs_model *model) {
    fs_frame_shape shape = shape_of(WIDTH, HEIGHT);
    fs_session_options options;
    fs_session *session = NULL;
    fs_plan_info plan = { sizeof plan, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, planned = plan;
    fs_array from = fs_grey(frame, FS_UINT8, HEIGHT, WIDTH), to = fs_grey(labels, FS_UINT8, HEIGHT, WIDTH), wrong;
    OK(fs_session_options_init(&options, sizeof options));
    OK(fs_plan(model, NULL, &shape, NULL, &planned));
    OK(fs_session_open(model, &shape, NULL, &session));
    OK(fs_session_plan(session, &plan));
    TRUE(plan.backend == FS_BACKEND_CPU && plan.planes == 58 && plan.buffer_bytes > 0 && plan.workers >= 1 && plan.tiles >= 1);
    TRUE(planned.buffer_bytes == plan.buffer_bytes && planned.tile_width == plan.tile_width && planned.backend == plan.backend);
    wrong = fs_grey(frame, FS_UINT8, HEIGHT, WIDTH - 1);
    FAILS(fs_session_segment(session, &wrong, &to), FS_INVALID_ARGUMENT, "500 and 699");
    wrong = fs_grey(frame, FS_UINT16, HEIGHT, WIDTH);
    FAILS(fs_session_segment(session, &wrong, &to), FS_INVALID_ARGUMENT, "uint16");
    wrong = fs_interleaved(frame, FS_UINT8, HEIGHT, WIDTH, 3);
    FAILS(fs_session_segment(session, &wrong, &to), FS_INVALID_ARGUMENT, "3");
    wrong = fs_grey(labels, FS_FLOAT32, HEIGHT, WIDTH);
    FAILS(fs_session_segment(session, &from, &wrong), FS_INVALID_ARGUMENT, "float32");
    wrong = fs_grey(labels, FS_UINT8, HEIGHT + 1, WIDTH);
    FAILS(fs_session_segment(session, &from, &wrong), FS_INVALID_ARGUMENT, "501");
    wrong = fs_grey(frame, FS_UINT8, HEIGHT - 1, WIDTH);
    to.shape[0]--;
    FAILS(fs_session_segment(session, &wrong, &to), FS_FAILED, "700 x 499");
    to = from;
    FAILS(fs_session_segment(session, &from, &to), FS_FAILED, "lie over each other");
    to = fs_grey(labels, FS_UINT8, HEIGHT, WIDTH);
    FAILS(fs_session_segment(session, NULL, &to), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_session_segment(session, &from, NULL), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_session_segment_batch(session, 0, &from, NULL), FS_INVALID_ARGUMENT, "frames");
    OK(fs_session_segment(session, &from, &to));
    OK(fs_session_close(session));
    FAILS(fs_session_open(model, NULL, NULL, &session), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_session_open(NULL, &shape, NULL, &session), FS_INVALID_HANDLE, "NULL");
    options.threads = -1;
    FAILS(fs_session_open(model, &shape, &options, &session), FS_INVALID_ARGUMENT, "threads");
    options.threads = 0;
    options.goal = 5;
    FAILS(fs_session_open(model, &shape, &options, &session), FS_INVALID_ARGUMENT, "goal");
    options.goal = FS_GOAL_LATENCY;
    options.memory = 1000;
    FAILS(fs_session_open(model, &shape, &options, &session), FS_FAILED, "memory");
    TRUE(session == NULL);
    shape.dtype = FS_FLOAT64 + 1;
    FAILS(fs_session_open(model, &shape, NULL, &session), FS_INVALID_ARGUMENT, "dtype");
}

int main(void) {
    fs_model *model = train();
    draw_frame();
    segment(model);
    wide(model);
    features(model);
    progress(model);
    refusals(model);
    OK(fs_model_release(model));
    return report();
}

/* What is refused: NULLs, wrong sizes, stale and foreign handles, numbers that stand for nothing. */
#include "scene.h"

static void handles(void) {
    fs_model *first = train(), *second = NULL;
    fs_model_info info = { sizeof info, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    char text[10];
    int local = 0;
    FAILS(fs_model_describe(NULL, &info), FS_INVALID_HANDLE, "NULL");
    FAILS(fs_model_describe((fs_model *)&local, &info), FS_INVALID_HANDLE, "no handle of a model");
    FAILS(fs_session_warm_up((fs_session *)first), FS_INVALID_HANDLE, "no handle of a session");
    FAILS(fs_session_close((fs_session *)first), FS_INVALID_HANDLE, "no handle of a session");
    OK(fs_model_release(NULL));
    OK(fs_session_close(NULL));
    OK(fs_model_release(first));
    FAILS(fs_model_describe(first, &info), FS_INVALID_HANDLE, "released");
    FAILS(fs_model_release(first), FS_INVALID_HANDLE, "released");
    second = train(); /* takes the slot of the first */
    FAILS(fs_model_describe(first, &info), FS_INVALID_HANDLE, "released");
    OK(fs_model_describe(second, &info));
    info.size = sizeof info - 8;
    FAILS(fs_model_describe(second, &info), FS_INVALID_ARGUMENT, "sizeof(fs_model_info)");
    info.size = 0;
    FAILS(fs_model_describe(second, &info), FS_INVALID_ARGUMENT, "sizeof(fs_model_info)");
    FAILS(fs_model_describe(second, NULL), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_model_class_name(second, 2, text, sizeof text, NULL), FS_INVALID_ARGUMENT, "0 to 1");
    FAILS(fs_model_class_name(second, -1, text, sizeof text, NULL), FS_INVALID_ARGUMENT, "0 to 1");
    FAILS(fs_model_class_name(second, 0, NULL, 10, NULL), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_model_save(second, NULL), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_model_save(second, "\xff"), FS_INVALID_ARGUMENT, "UTF-8");
    OK(fs_model_release(second));
}

/* A caller of a later version: longer structs, whose new fields must be zero. */
static void sizes(void) {
    struct {
        fs_train_options known;
        int64_t later;
    } options;
    fs_model *model = NULL;
    fs_training_image image;
    memset(&options, 0xAA, sizeof options);
    OK(fs_train_options_init(&options.known, sizeof options, FS_TRAINING_DEFAULT));
    TRUE(options.later == 0 && options.known.size == sizeof options && options.known.rounds == 100);
    draw();
    memset(&image, 0, sizeof image);
    image.size = sizeof image;
    image.image = fs_grey(scene, FS_UINT8, SIDE, SIDE);
    image.labels = fs_grey(strokes, FS_UINT8, SIDE, SIDE);
    options.known.rounds = 2;
    OK(fs_train(&image, 1, &options.known, &model));
    OK(fs_model_release(model));
    options.later = 1;
    FAILS(fs_train(&image, 1, &options.known, &model), FS_INVALID_ARGUMENT, "does not know");
    FAILS(fs_train_options_init(NULL, sizeof options, 0), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_train_options_init(&options.known, 8, 0), FS_INVALID_ARGUMENT, "sizeof(fs_train_options)");
    FAILS(fs_train_options_init(&options.known, sizeof options.known, 9), FS_INVALID_ARGUMENT, "preset");
}

static void arrays(void) {
    fs_model *model = NULL;
    fs_training_image image;
    memset(&image, 0, sizeof image);
    image.size = sizeof image;
    image.image = fs_grey(scene, FS_UINT8, SIDE, SIDE);
    image.labels = fs_grey(strokes, FS_UINT8, SIDE, SIDE);
    FAILS(fs_train(NULL, 1, NULL, &model), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_train(&image, 0, NULL, &model), FS_INVALID_ARGUMENT, "images");
    FAILS(fs_train(&image, 1, NULL, NULL), FS_INVALID_ARGUMENT, "NULL");
    image.image.data = NULL;
    FAILS(fs_train(&image, 1, NULL, &model), FS_INVALID_ARGUMENT, "data NULL");
    image.image = fs_grey(scene, 12, SIDE, SIDE);
    FAILS(fs_train(&image, 1, NULL, &model), FS_INVALID_ARGUMENT, "FS_FLOAT64 (11)");
    image.image = fs_grey(scene, 77, SIDE, SIDE);
    FAILS(fs_train(&image, 1, NULL, &model), FS_INVALID_ARGUMENT, "77");
    image.image = fs_grey(scene, FS_UINT8, SIDE, SIDE);
    image.image.ndim = 4;
    FAILS(fs_train(&image, 1, NULL, &model), FS_INVALID_ARGUMENT, "4 axes");
    image.image = fs_grey(scene, FS_UINT8, SIDE, -SIDE);
    FAILS(fs_train(&image, 1, NULL, &model), FS_INVALID_ARGUMENT, "columns");
    image.image = fs_grey(scene, FS_UINT8, SIDE, SIDE);
    image.image.strides[0] = SIDE;
    FAILS(fs_train(&image, 1, NULL, &model), FS_INVALID_ARGUMENT, "stride of 0");
    TRUE(model == NULL);
}

static void lists(void) {
    static fs_backend_info infos[8];
    fs_feature_spec spec;
    int32_t count = 0;
    TRUE(fs_abi_version() == FS_ABI_VERSION);
    TRUE(strcmp(fs_status_name(FS_BUSY), "FS_BUSY") == 0 && strcmp(fs_status_name(FS_INTERNAL), "FS_INTERNAL") == 0);
    TRUE(strcmp(fs_status_name(-1), "unknown status") == 0 && strcmp(fs_status_name(11), "unknown status") == 0);
    FAILS(fs_backends(NULL, 0, &count), FS_BUFFER_TOO_SMALL, "room for 0");
    TRUE(count >= 4 && count <= 8);
    infos[0].size = sizeof infos[0];
    OK(fs_backends(infos, 8, &count));
    TRUE(infos[0].backend == FS_BACKEND_CPU && infos[0].usable == 1 && infos[1].size == sizeof infos[0]);
    FAILS(fs_backends(infos, 8, NULL), FS_INVALID_ARGUMENT, "NULL");
    FAILS(fs_backends(infos, -1, &count), FS_INVALID_ARGUMENT, "-1");
    OK(fs_feature_spec_init(&spec, sizeof spec, FS_PRESET_WEKA));
    TRUE(spec.sigma_scale == 0.4);
    FAILS(fs_feature_spec_init(&spec, sizeof spec, 2), FS_INVALID_ARGUMENT, "preset");
    spec.sigma_count = 65;
    FAILS(fs_feature_spec_planes(&spec, 1, &count), FS_INVALID_ARGUMENT, "65 sigmas");
    spec.sigma_count = 5;
    spec.standardise = 9;
    FAILS(fs_feature_spec_planes(&spec, 1, &count), FS_INVALID_ARGUMENT, "standardise is 9");
    FAILS(fs_feature_spec_planes(NULL, 17, &count), FS_INVALID_ARGUMENT, "1 to 16");
}

int main(void) {
    TRUE(strcmp(fs_last_error(), "") == 0);
    lists();
    handles();
    sizes();
    arrays();
    return report();
}

/* Training from memory, and what can be done with a model: models FOLDER keeps its files in FOLDER. */
#include "scene.h"

static char logged[10000];

static void take_log(fs_log_level level, const char *text, void *user) {
    TRUE(level >= FS_LOG_INFO && level <= FS_LOG_ERROR && user == &failures);
    strncat(logged, text, sizeof logged - strlen(logged) - 2);
    strcat(logged, "\n");
}

struct calls {
    int count, last_of;
    double done;
};

/* Cancels at its last call, if that is above 0. */
static int32_t count_calls(double done, void *user) {
    struct calls *calls = user;
    TRUE(done >= calls->done && done <= 1);
    calls->done = done;
    calls->count++;
    return calls->last_of > 0 && calls->count >= calls->last_of;
}

static void describe(const fs_model *model, int trees) {
    fs_model_info info = { sizeof info, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    fs_class_info one = { sizeof one, 0, 0, 0 };
    fs_feature_spec spec;
    char text[64];
    size_t length;
    int32_t planes = 0;
    OK(fs_model_describe(model, &info));
    TRUE(info.classes == 2 && info.channels == 1 && info.planes == 58 && info.deep_channels == 0 && info.trees == trees);
    TRUE(info.smoothing == FS_SMOOTHING_NONE && info.trained_here == 1 && info.held_out_folds == 0 && info.halo > 0);
    OK(fs_model_class(model, 1, &one));
    TRUE(one.value == 8 && one.label == 2 && one.pixels == 5 * 33);
    OK(fs_model_class_name(model, 1, text, sizeof text, &length));
    TRUE(strcmp(text, "class 8") == 0 && length == 7);
    OK(fs_model_plane_name(model, 57, text, sizeof text, NULL));
    TRUE(strcmp(text, "membrane_min") == 0);
    OK(fs_model_backbone(model, text, sizeof text, &length));
    TRUE(text[0] == 0 && length == 0);
    spec.size = sizeof spec;
    OK(fs_model_features(model, &spec));
    TRUE(spec.sigma_count == 5 && spec.sigmas[4] == 16 && spec.standardise == FS_STANDARDISE_IMAGE && spec.size == sizeof spec);
    OK(fs_feature_spec_planes(&spec, 3, &planes));
    TRUE(planes == 3 * 58);
    OK(fs_feature_spec_plane_name(NULL, 3, 58, text, sizeof text, NULL));
    TRUE(strncmp(text, "green_", 6) == 0);
    FAILS(fs_model_class_name(model, 1, text, 7, &length), FS_BUFFER_TOO_SMALL, "7 bytes");
    TRUE(length == 7);
    FAILS(fs_model_class_name(model, 0, NULL, 0, &length), FS_BUFFER_TOO_SMALL, "7 bytes");
}

static void keep(const fs_model *model, const char *folder) {
    char path[1000], missing[1000];
    fs_model *again = NULL;
    size_t length = 0, length_again = 0;
    snprintf(path, sizeof path, "%s/modèle.fastseg", folder);
    snprintf(missing, sizeof missing, "%s/none/model.fastseg", folder);
    OK(fs_model_save(model, path));
    FAILS(fs_model_save(model, missing), FS_FAILED, "none");
    OK(fs_model_load(path, &again));
    describe(again, 10);
    FAILS(fs_model_to_bytes(model, NULL, 0, &length), FS_BUFFER_TOO_SMALL, "bytes");
    char *bytes = malloc(length), *bytes_again = malloc(length);
    OK(fs_model_to_bytes(model, bytes, length, &length));
    OK(fs_model_to_bytes(again, bytes_again, length, &length_again));
    TRUE(length == length_again && memcmp(bytes, bytes_again, length) == 0);
    OK(fs_model_release(again));
    OK(fs_model_from_bytes(bytes, length, &again));
    OK(fs_model_release(again));
    bytes[length / 2] ^= 1;
    FAILS(fs_model_from_bytes(bytes, length, &again), FS_FAILED, "model in memory");
    TRUE(again == NULL);
    free(bytes);
    free(bytes_again);
}

/* The trees of a model file's own kind, saved by XGBoost: a JSON of one tree a class, split at plane 0. */
static const char trees[] =
    "{\"learner\":{\"attributes\":{},\"feature_names\":[],\"feature_types\":[],\"gradient_booster\":{\"model\":{\"gbtree_model_param\":"
    "{\"num_parallel_tree\":\"1\",\"num_trees\":\"1\",\"size_leaf_vector\":\"0\"},\"tree_info\":[0],\"trees\":[{\"base_weights\":[0.0,"
    "-1.0,1.0],\"categories\":[],\"categories_nodes\":[],\"categories_segments\":[],\"categories_sizes\":[],\"default_left\":[1,0,0],"
    "\"id\":0,\"left_children\":[1,-1,-1],\"loss_changes\":[1.0,0.0,0.0],\"parents\":[2147483647,0,0],\"right_children\":[2,-1,-1],"
    "\"split_conditions\":[0.5,-1.0,1.0],\"split_indices\":[0,0,0],\"split_type\":[0,0,0],\"sum_hessian\":[1.0,0.5,0.5],\"tree_param\":"
    "{\"num_deleted\":\"0\",\"num_feature\":\"58\",\"num_nodes\":\"3\",\"size_leaf_vector\":\"0\"}}]},\"name\":\"gbtree\"},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\",\"num_feature\":\"58\",\"num_target\":\"1\"},\"objective\":"
    "{\"name\":\"binary:logistic\",\"reg_loss_param\":{\"scale_pos_weight\":\"1\"}}},\"version\":[1,7,4]}";

static void import(void) {
    fs_class classes[2] = { { sizeof(fs_class), 1, 0, "pore" }, { sizeof(fs_class), 9, 0, "grain" } };
    fs_model *model = NULL;
    char text[20];
    OK(fs_model_import(trees, sizeof trees - 1, NULL, 1, classes, 2, 0, &model));
    OK(fs_model_class_name(model, 1, text, sizeof text, NULL));
    TRUE(strcmp(text, "grain") == 0);
    OK(fs_model_release(model));
    FAILS(fs_model_import(trees, sizeof trees - 1, NULL, 3, classes, 2, 0, &model), FS_FAILED, "58");
    FAILS(fs_model_import(trees, sizeof trees / 2, NULL, 1, classes, 2, 0, &model), FS_FAILED, "JSON");
    FAILS(fs_model_import(trees, sizeof trees - 1, NULL, 1, classes, 2, 7, &model), FS_INVALID_ARGUMENT, "all_rounds");
    classes[1].size = 3;
    OK(fs_model_import(trees, sizeof trees - 1, NULL, 1, classes, 2, 0, &model)); /* the first one's size counts */
    OK(fs_model_release(model));
}

/* Planes that lie one after the other give the model of interleaved ones; names, and what is wrong with them. */
static void train_coloured(void) {
    static unsigned char interleaved[SIDE * SIDE * 3], planar[3 * SIDE * SIDE];
    static uint16_t labels[SIDE * SIDE];
    static char first[1 << 20], second[1 << 20];
    fs_class classes[3] = { { sizeof(fs_class), 8, 0, "light" }, { sizeof(fs_class), 3, 0, "dark" }, { sizeof(fs_class), 5, 0, "no" } };
    fs_training_image image = { sizeof image, "a picture", fs_interleaved(interleaved, FS_UINT8, SIDE, SIDE, 3),
        fs_grey(labels, FS_UINT16, SIDE, SIDE) };
    fs_train_options options;
    fs_model *model = NULL;
    struct calls calls = { 0, 0, 0 }, cancel = { 0, 1, 0 };
    size_t length = 0, length_again = 0;
    char text[20];
    for (int i = 0; i < SIDE * SIDE; i++) {
        labels[i] = strokes[i];
        for (int c = 0; c < 3; c++) {
            interleaved[i * 3 + c] = planar[c * SIDE * SIDE + i] = (unsigned char)(scene[i] + 7 * c);
        }
    }
    OK(fs_train_options_init(&options, sizeof options, FS_TRAINING_PUBLISHED));
    TRUE(options.depth == 6 && options.learning_rate == 0.3);
    options.rounds = 5;
    options.classes = classes;
    options.class_count = 3;
    options.progress = count_calls;
    options.user = &calls;
    OK(fs_train(&image, 1, &options, &model));
    TRUE(calls.count >= 1 && calls.done == 1); /* a training may be over before anyone looks */
    OK(fs_model_class_name(model, 0, text, sizeof text, NULL));
    TRUE(strcmp(text, "dark") == 0);
    OK(fs_model_to_bytes(model, first, sizeof first, &length));
    OK(fs_model_release(model));
    image.image = fs_planar(planar, FS_UINT8, SIDE, SIDE, 3);
    options.progress = NULL;
    OK(fs_train(&image, 1, &options, &model));
    OK(fs_model_to_bytes(model, second, sizeof second, &length_again));
    TRUE(length == length_again && memcmp(first, second, length) == 0);
    OK(fs_model_release(model));
    options.progress = count_calls;
    options.user = &cancel;
    FAILS(fs_train(&image, 1, &options, &model), FS_CANCELLED, "cancel");
    TRUE(cancel.count == 1 && model == NULL);
    options.progress = NULL;
    options.class_count = 1;
    FAILS(fs_train(&image, 1, &options, &model), FS_INVALID_ARGUMENT, "labelled 3");
    options.class_count = 3;
    image.labels = fs_grey(labels, FS_UINT16, SIDE - 1, SIDE);
    FAILS(fs_train(&image, 1, &options, &model), FS_FAILED, "a picture");
    options.depth = 0;
    image.labels = fs_grey(labels, FS_UINT16, SIDE, SIDE);
    FAILS(fs_train(&image, 1, &options, &model), FS_FAILED, "depth");
}

int main(int count, char **arguments) {
    fs_model *model;
    TRUE(count == 2);
    OK(fs_set_log(take_log, &failures));
    model = train();
    TRUE(strstr(logged, "Started .NET by") != NULL);
    describe(model, 10);
    keep(model, arguments[1]);
    import();
    train_coloured();
    OK(fs_set_log(NULL, NULL));
    OK(fs_model_release(model));
    return report();
}

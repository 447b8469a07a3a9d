/* A small image with labels, and a model of it. */
#ifndef SCENE_H
#define SCENE_H

#include "check.h"

#define SIDE 96

/* A dark half and a light one, with noise; a stroke over each. The same numbers every time. */
static unsigned char scene[SIDE * SIDE], strokes[SIDE * SIDE];

static void draw(void) {
    unsigned noise = 1;
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            noise = noise * 1103515245u + 12345u;
            scene[y * SIDE + x] = (unsigned char)((x < SIDE / 2 ? 70 : 160) + (noise >> 16) % 50);
            strokes[y * SIDE + x] = (unsigned char)(y < 40 || y > 44 ? 0 : x > 4 && x < 40 ? 3 : x > 56 && x < 90 ? 8 : 0);
        }
    }
}

/* A model of the scene: classes 3 and 8. */
static fs_model *train(void) {
    fs_model *model = NULL;
    fs_train_options options;
    fs_training_image image;
    memset(&image, 0, sizeof image);
    draw();
    image.size = sizeof image;
    image.image = fs_grey(scene, FS_UINT8, SIDE, SIDE);
    image.labels = fs_grey(strokes, FS_UINT8, SIDE, SIDE);
    OK(fs_train_options_init(&options, sizeof options, FS_TRAINING_DEFAULT));
    options.rounds = 10;
    OK(fs_train(&image, 1, &options, &model));
    return model;
}

#endif

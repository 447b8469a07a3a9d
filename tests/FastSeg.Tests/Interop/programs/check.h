/* What the test programs share: checks that print what went wrong. */
#ifndef CHECK_H
#define CHECK_H

#include <fastseg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void fail(const char *file, int line, const char *what, const char *why) {
    if (failures++ >= 20) {
        return;
    }
    printf("%s:%d: %s: %s\n", file, line, what, why);
}

/* The call returns FS_OK. */
#define OK(call)                                                                                                                        \
    do {                                                                                                                                \
        fs_status status_ = (call);                                                                                                     \
        if (status_ != FS_OK) {                                                                                                         \
            fail(__FILE__, __LINE__, #call, fs_last_error());                                                                           \
        }                                                                                                                               \
    } while (0)

/* The call returns this status, and its sentence has these words. */
#define FAILS(call, expected, words)                                                                                                    \
    do {                                                                                                                                \
        fs_status status_ = (call);                                                                                                     \
        if (status_ != (expected)) {                                                                                                    \
            fail(__FILE__, __LINE__, #call, fs_status_name(status_));                                                                   \
        } else if (strstr(fs_last_error(), words) == NULL) {                                                                            \
            fail(__FILE__, __LINE__, #call, fs_last_error());                                                                           \
        }                                                                                                                               \
    } while (0)

#define TRUE(condition)                                                                                                                 \
    do {                                                                                                                                \
        if (!(condition)) {                                                                                                             \
            fail(__FILE__, __LINE__, #condition, "is false");                                                                           \
        }                                                                                                                               \
    } while (0)

static int report(void) {
    printf(failures == 0 ? "passed\n" : "%d checks failed\n", failures);
    return failures != 0;
}

#endif

/* A child of a fork that came before the first call works; a child of one that came after is refused with a sentence. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static int child_says(void (*body)(void)) {
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        failures = 0;
        body();
        fflush(stdout);
        _exit(failures);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void works(void) {
    char text[20];
    OK(fs_version(text, sizeof text, NULL));
}

static void refused(void) {
    char text[20];
    fs_model *model;
    FAILS(fs_version(text, sizeof text, NULL), FS_FORKED, "forked");
    FAILS(fs_model_load("x", &model), FS_FORKED, "fresh process");
    OK(fs_model_release(NULL));
    TRUE(fs_abi_version() == FS_ABI_VERSION);
}

static void refused_and_so_is_a_grandchild(void) {
    refused();
    TRUE(child_says(refused) == 0);
}

int main(void) {
    TRUE(child_says(works) == 0);
    works();
    TRUE(child_says(refused_and_so_is_a_grandchild) == 0);
    works();
    return report();
}

/*
 * The shim alone, with a runtime that is made up, so that a sanitizer can watch it: compiled with fastseg.c and messages.c, in place of
 * hosting.c.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "shim.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static int starts, start_fails = 1;
static const struct fs_host *managed;

static fs_status version(char *text, size_t capacity, size_t *length) {
    if (capacity < 2) {
        /* A sentence of characters of two bytes that does not fit: 4095 bytes would cut one in two. */
        static char sentence[6000];
        for (int i = 0; i < 6000; i += 2) {
            memcpy(sentence + i, "\xc3\xa9", 2);
        }
        managed->set_error(sentence, sizeof sentence);
        return FS_BUFFER_TOO_SMALL;
    }
    strcpy(text, "1");
    *length = 1;
    return FS_OK;
}

static fs_status release(fs_model *model) {
    return model == (fs_model *)1 ? FS_OK : FS_INVALID_HANDLE;
}

fs_status fs_start_runtime(const struct fs_host *host, struct fs_table *table) {
    __atomic_add_fetch(&starts, 1, __ATOMIC_SEQ_CST);
    if (start_fails) {
        start_fails = 0;
        return fs_fail(FS_NO_RUNTIME, "%s", "There is no runtime.");
    }
    usleep(20000);
    managed = host;
    table->fs_version = version;
    table->fs_model_release = release;
    return FS_OK;
}

static void *ask(void *unused) {
    char text[4];
    size_t length = 0;
    (void)unused;
    TRUE(strcmp(fs_last_error(), "") == 0);
    for (int i = 0; i < 1000; i++) {
        TRUE(fs_version(text, sizeof text, &length) == FS_OK && length == 1);
    }
    return NULL;
}

static void receive(fs_log_level level, const char *text, void *user) {
    TRUE(level == FS_LOG_WARNING && strcmp(text, "a sentence") == 0);
    ++*(int *)user;
    OK(fs_set_log(NULL, NULL)); /* a receiver may leave while it is called */
}

static void *chatter(void *unused) {
    (void)unused;
    for (int i = 0; i < 1000; i++) {
        managed->write_log(FS_LOG_WARNING, "a sentence");
    }
    return NULL;
}

static void in_threads(void *(*body)(void *)) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, body, NULL);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(void) {
    char text[4];
    size_t length = 0;
    int received = 0, status = 0;
    OK(fs_model_release(NULL));
    TRUE(starts == 0);
    FAILS(fs_version(text, sizeof text, &length), FS_NO_RUNTIME, "There is no runtime.");
    in_threads(ask);
    TRUE(starts == 2);
    FAILS(fs_version(text, 1, &length), FS_BUFFER_TOO_SMALL, "\xc3\xa9");
    TRUE(strlen(fs_last_error()) == 4094 && (unsigned char)fs_last_error()[4093] == 0xa9);
    OK(fs_model_release((fs_model *)1));
    OK(fs_set_log(receive, &received));
    in_threads(chatter);
    TRUE(received == 1);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        FAILS(fs_version(text, sizeof text, &length), FS_FORKED, "forked");
        _exit(failures);
    }
    waitpid(child, &status, 0);
    TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return report();
}

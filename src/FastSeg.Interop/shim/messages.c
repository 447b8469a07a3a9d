/* The sentence of the last failure of each thread, and the receiver of the log. */
#include "messages.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST_BYTES 4096

static __thread char last_error[MOST_BYTES];

/* Recursive, so that a receiver may set another one. */
static pthread_mutex_t log_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static fs_log log_receiver;
static void *log_user;

FS_API const char *fs_last_error(void) { return last_error; }

/* A sentence that is too long is cut off in front of the character that does not fit. */
void fs_set_error(const char *text, size_t length) {
    if (length >= MOST_BYTES) {
        length = MOST_BYTES - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    memcpy(last_error, text, length);
    last_error[length] = 0;
}

fs_status fs_fail(fs_status status, const char *format, ...) {
    char text[MOST_BYTES];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    fs_set_error(text, strlen(text));
    return status;
}

FS_API fs_status fs_set_log(fs_log log, void *user) {
    pthread_mutex_lock(&log_lock);
    log_user = user;
    __atomic_store_n(&log_receiver, log, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&log_lock);
    return FS_OK;
}

int32_t fs_has_log(void) { return __atomic_load_n(&log_receiver, __ATOMIC_RELAXED) != NULL; }

void fs_send_log(fs_log_level level, const char *text) {
    if (!fs_has_log()) {
        return;
    }
    pthread_mutex_lock(&log_lock);
    if (log_receiver != NULL) {
        log_receiver(level, text, log_user);
    }
    pthread_mutex_unlock(&log_lock);
}

void fs_write_log(fs_log_level level, const char *format, ...) {
    char text[MOST_BYTES];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    fs_send_log(level, text);
}

/* A thread that does not live in the child may have held the lock. */
void fs_renew_log_lock(void) {
    static const pthread_mutex_t fresh = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    memcpy(&log_lock, &fresh, sizeof fresh);
}

FS_API const char *fs_status_name(fs_status status) {
    static const char *const names[] = {
        "FS_OK", "FS_INVALID_ARGUMENT", "FS_INVALID_HANDLE", "FS_BUSY", "FS_CANCELLED", "FS_BUFFER_TOO_SMALL", "FS_OUT_OF_MEMORY",
        "FS_FAILED", "FS_NO_RUNTIME", "FS_FORKED", "FS_INTERNAL",
    };
    return status >= 0 && (size_t)status < sizeof names / sizeof *names ? names[status] : "unknown status";
}

/* What the files of the shim share. */
#ifndef FASTSEG_SHIM_H
#define FASTSEG_SHIM_H

#include "fastseg.h"

/* The functions that the managed side answers, in the order of functions.def. */
struct fs_table {
#define FS_FUNCTION(name, parameters, arguments) fs_status(*name) parameters;
#define FS_RELEASE(name, type) fs_status (*name)(type *handle);
#include "functions.def"
#undef FS_FUNCTION
#undef FS_RELEASE
};

/* What the managed side may call. */
struct fs_host {
    void (*set_error)(const char *text, size_t length); /* keeps a sentence for fs_last_error on this thread */
    void (*write_log)(fs_log_level level, const char *text);
    int32_t (*has_log)(void); /* whether anybody receives sentences */
};

/* Starts the runtime or joins one, and fills the table; where that fails, an error is set. Called once at a time, until it succeeds. */
fs_status fs_start_runtime(const struct fs_host *host, struct fs_table *table);

/* Keeps a sentence for fs_last_error, formed as by printf. Returns the status. */
fs_status fs_fail(fs_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs a sentence, formed as by printf. */
void fs_write_log(fs_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

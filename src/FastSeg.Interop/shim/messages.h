/* The sentence of the last failure of each thread, and the receiver of the log. */
#ifndef FASTSEG_MESSAGES_H
#define FASTSEG_MESSAGES_H

#include "shim.h"

/* Keeps `length` bytes as this thread's sentence. */
void fs_set_error(const char *text, size_t length);

/* Hands a sentence to the receiver, if there is one. */
void fs_send_log(fs_log_level level, const char *text);

int32_t fs_has_log(void);

/* Makes the lock of the log free in a child of fork. */
void fs_renew_log_lock(void);

#endif

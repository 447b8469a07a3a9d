/* The exported functions: each starts the runtime where it has not started, and hands the call to the managed side. */
#include "messages.h"

#include <pthread.h>
#include <stdlib.h>

static const struct fs_host host = { fs_set_error, fs_send_log, fs_has_log };
static struct fs_table table;

/* Whether the table is full; whether this process is a child of one in which it was. */
static int ready, forked;
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;

/* Of the threads of the runtime none lives in a child. A child that was forked before the runtime started can start its own. */
static void after_fork_in_child(void) {
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    int starting = pthread_mutex_trylock(&start_lock) != 0;
    forked = forked || starting || __atomic_load_n(&ready, __ATOMIC_RELAXED);
    start_lock = fresh;
    fs_renew_log_lock();
}

__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

static fs_status refuse_fork(void) {
    return fs_fail(
        FS_FORKED, "This process was forked from one in which FastSeg had started, and .NET does not survive that; fork before the "
                   "first call, or start a fresh process (in Python: multiprocessing with the method \"spawn\").");
}

static fs_status start(void) {
    fs_status status = FS_OK;
    pthread_mutex_lock(&start_lock);
    if (!__atomic_load_n(&ready, __ATOMIC_RELAXED)) {
        status = fs_start_runtime(&host, &table);
        if (status == FS_OK) {
            __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
        }
    }
    pthread_mutex_unlock(&start_lock);
    return status;
}

static inline fs_status enter(void) {
    if (__builtin_expect(forked, 0)) {
        return refuse_fork();
    }
    return __builtin_expect(__atomic_load_n(&ready, __ATOMIC_ACQUIRE), 1) ? FS_OK : start();
}

FS_API uint32_t fs_abi_version(void) { return FS_ABI_VERSION; }

#define FS_FUNCTION(name, parameters, arguments)                                                                                        \
    FS_API fs_status name parameters {                                                                                                  \
        fs_status status = enter();                                                                                                     \
        return status != FS_OK ? status : table.name arguments;                                                                         \
    }
#define FS_RELEASE(name, type)                                                                                                          \
    FS_API fs_status name(type *handle) {                                                                                               \
        fs_status status = handle == NULL ? FS_OK : enter();                                                                            \
        return handle == NULL || status != FS_OK ? status : table.name(handle);                                                         \
    }
#include "functions.def"

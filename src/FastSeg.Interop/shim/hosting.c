/*
 * Starts the .NET runtime, or joins the one that is in the process already, and connects the managed side.
 *
 * Where the runtime comes from: a hostfxr that is loaded already; the private one in the folder "dotnet" beside our assemblies; the
 * machine's (DOTNET_ROOT, then where .NET is installed).
 */
#include "shim.h"

#include <coreclr_delegates.h>
#include <dlfcn.h>
#include <hostfxr.h>
#include <limits.h>
#include <link.h>
#include <nethost.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASSEMBLY "FastSeg.Interop"

typedef int32_t (*connect_fn)(const struct fs_host *host, struct fs_table *table, size_t table_bytes, uint32_t abi_version);

struct hostfxr {
    hostfxr_initialize_for_runtime_config_fn initialise;
    hostfxr_get_runtime_delegate_fn get_delegate;
    hostfxr_set_error_writer_fn set_error_writer;
    hostfxr_close_fn close;
};

/* What hostfxr says about a failure; it says it line by line, on the thread that called. */
static __thread char told[1024];

static void take_told(const char *line) {
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%s%s", used > 0 ? " " : "", line);
    for (char *at = told; *at != 0; at++) {
        *at = *at == '\n' || *at == '\r' ? ' ' : *at;
    }
}

static int exists(const char *path) { return access(path, R_OK) == 0; }

/* Writes folder/rest, if it fits. */
static int join(char *path, const char *folder, const char *rest) {
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, rest);
    return length > 0 && length < PATH_MAX;
}

/* The folder of the file in which this function lies; links are followed. */
static int own_folder(char *folder) {
    Dl_info info;
    if (dladdr((void *)(size_t)&own_folder, &info) == 0 || realpath(info.dli_fname, folder) == NULL) {
        return 0;
    }
    char *slash = strrchr(folder, '/');
    *(slash == folder ? slash + 1 : slash) = 0;
    return 1;
}

/* The folder of our assemblies: "fastseg" beside the library, or the library's own. */
static fs_status find_assemblies(char *folder) {
    char own[PATH_MAX], file[PATH_MAX];
    if (!own_folder(own)) {
        return fs_fail(FS_NO_RUNTIME, "The folder of libfastseg.so cannot be found; load the library from a file.");
    }
    if (join(folder, own, "fastseg") && join(file, folder, ASSEMBLY ".dll") && exists(file)) {
        return FS_OK;
    }
    strcpy(folder, own);
    if (join(file, folder, ASSEMBLY ".dll") && exists(file)) {
        return FS_OK;
    }
    return fs_fail(
        FS_NO_RUNTIME, "%s.dll is neither in %s/fastseg nor in %s; keep libfastseg.so beside the files it was published with.", ASSEMBLY,
        own, own);
}

struct loaded {
    const char *name;
    char path[PATH_MAX];
};

static int compare_loaded(struct dl_phdr_info *info, size_t size, void *data) {
    struct loaded *wanted = data;
    const char *slash = strrchr(info->dlpi_name, '/');
    (void)size;
    if (slash == NULL || strcmp(slash + 1, wanted->name) != 0 || strlen(info->dlpi_name) >= PATH_MAX) {
        return 0;
    }
    strcpy(wanted->path, info->dlpi_name);
    return 1;
}

/* Whether a library of this name is in the process; its path is set. */
static int is_loaded(struct loaded *library, const char *name) {
    library->name = name;
    return dl_iterate_phdr(compare_loaded, library);
}

/* Finds hostfxr. joins: set to whether a runtime may be in the process already. */
static fs_status find_hostfxr(const char *assemblies, char *path, int *joins) {
    struct loaded library;
    char root[PATH_MAX], assembly[PATH_MAX], host[PATH_MAX];
    size_t size = PATH_MAX;
    struct get_hostfxr_parameters from = { sizeof from, NULL, NULL };
    *joins = is_loaded(&library, "libhostfxr.so");
    if (*joins) {
        strcpy(path, library.path);
        return FS_OK;
    }
    if (is_loaded(&library, "libcoreclr.so")) {
        return fs_fail(
            FS_NO_RUNTIME, "A .NET runtime that was started without hostfxr is in this process already (%s), and only one can be; use "
                           "FastSeg in a process of its own.", library.path);
    }
    if (!join(root, assemblies, "dotnet") || !join(host, root, "host/fxr") || !join(assembly, assemblies, ASSEMBLY ".dll")) {
        return fs_fail(FS_NO_RUNTIME, "The path %s is too long; put FastSeg into a folder with a shorter path.", assemblies);
    }
    int private_root = exists(host);
    if (private_root) {
        from.dotnet_root = root;
    } else {
        from.assembly_path = assembly;
    }
    int code = get_hostfxr_path(path, &size, &from);
    if (code != 0) {
        return fs_fail(
            FS_NO_RUNTIME, "No .NET runtime was found %s%s (code 0x%08x); publish FastSeg with its runtime, or install .NET 10 and let "
                           "DOTNET_ROOT name its folder.", private_root ? "in " : "on this machine", private_root ? root : "",
            (unsigned)code);
    }
    return FS_OK;
}

static fs_status open_hostfxr(const char *path, struct hostfxr *fxr) {
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        return fs_fail(FS_NO_RUNTIME, "%s cannot be loaded (%s); install FastSeg or .NET 10 anew.", path, dlerror());
    }
    *(void **)&fxr->initialise = dlsym(library, "hostfxr_initialize_for_runtime_config");
    *(void **)&fxr->get_delegate = dlsym(library, "hostfxr_get_runtime_delegate");
    *(void **)&fxr->set_error_writer = dlsym(library, "hostfxr_set_error_writer");
    *(void **)&fxr->close = dlsym(library, "hostfxr_close");
    return fxr->initialise != NULL && fxr->get_delegate != NULL && fxr->set_error_writer != NULL && fxr->close != NULL
        ? FS_OK
        : fs_fail(FS_NO_RUNTIME, "%s is older than .NET 10; install .NET 10.", path);
}

static fs_status connect_managed(load_assembly_and_get_function_pointer_fn load, const char *assemblies, connect_fn *connect) {
    char assembly[PATH_MAX];
    join(assembly, assemblies, ASSEMBLY ".dll");
    int code = load(
        assembly, "FastSeg.Interop.Entry, " ASSEMBLY, "Connect", UNMANAGEDCALLERSONLY_METHOD, NULL, (void **)connect);
    return code == 0
        ? FS_OK
        : fs_fail(
              FS_NO_RUNTIME, "%s cannot be loaded into the .NET runtime (code 0x%08x)%s%s; install FastSeg anew.", assembly,
              (unsigned)code, told[0] != 0 ? ": " : "", told);
}

static fs_status start(const struct hostfxr *fxr, const char *path, const char *assemblies, int joins, connect_fn *connect) {
    char config[PATH_MAX];
    hostfxr_handle context = NULL;
    load_assembly_and_get_function_pointer_fn load = NULL;
    join(config, assemblies, ASSEMBLY ".runtimeconfig.json");
    int code = fxr->initialise(config, NULL, &context);
    /* 0: started; 1 and 2: a runtime that fits is there already. */
    if (code < 0 || code > 2) {
        return fs_fail(
            FS_NO_RUNTIME, "%s (%s, code 0x%08x)%s%s",
            joins ? "The .NET runtime that is in this process already cannot be joined; FastSeg needs .NET 10 or a process of its own"
                  : "The .NET runtime cannot be started; FastSeg needs .NET 10",
            path, (unsigned)code, told[0] != 0 ? ": " : ".", told);
    }
    code = fxr->get_delegate(context, hdt_load_assembly_and_get_function_pointer, (void **)&load);
    fs_status status = code == 0
        ? connect_managed(load, assemblies, connect)
        : fs_fail(
              FS_NO_RUNTIME, "The .NET runtime cannot be started (%s, code 0x%08x)%s%s", path, (unsigned)code, told[0] != 0 ? ": " : ".",
              told);
    fxr->close(context);
    return status;
}

fs_status fs_start_runtime(const struct fs_host *host, struct fs_table *table) {
    char assemblies[PATH_MAX], path[PATH_MAX];
    struct hostfxr fxr = { NULL, NULL, NULL, NULL };
    connect_fn connect = NULL;
    int joins = 0;
    fs_status status = find_assemblies(assemblies);
    status = status == FS_OK ? find_hostfxr(assemblies, path, &joins) : status;
    status = status == FS_OK ? open_hostfxr(path, &fxr) : status;
    if (status != FS_OK) {
        return status;
    }
    told[0] = 0;
    hostfxr_error_writer_fn before = fxr.set_error_writer(take_told);
    status = start(&fxr, path, assemblies, joins, &connect);
    fxr.set_error_writer(before);
    if (status != FS_OK) {
        return status;
    }
    if (connect(host, table, sizeof *table, FS_ABI_VERSION) != 0) {
        return fs_fail(
            FS_NO_RUNTIME, "libfastseg.so and %s/" ASSEMBLY ".dll are of different versions; install both from the same release.",
            assemblies);
    }
    fs_write_log(FS_LOG_INFO, "%s .NET by %s, with FastSeg of %s.", joins ? "Joined" : "Started", path, assemblies);
    return FS_OK;
}

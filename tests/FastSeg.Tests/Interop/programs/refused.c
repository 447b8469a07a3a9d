/* What the library says where no runtime can be started: refused WORDS [LIBRARY], which is loaded first. */
#include "check.h"

#include <dlfcn.h>

int main(int count, char **arguments) {
    char text[20];
    TRUE(count >= 2);
    if (count == 3 && dlopen(arguments[2], RTLD_NOW) == NULL) {
        fail(__FILE__, __LINE__, arguments[2], dlerror());
    }
    FAILS(fs_version(text, sizeof text, NULL), FS_NO_RUNTIME, arguments[1]);
    FAILS(fs_version(text, sizeof text, NULL), FS_NO_RUNTIME, arguments[1]);
    OK(fs_model_release(NULL));
    return report();
}

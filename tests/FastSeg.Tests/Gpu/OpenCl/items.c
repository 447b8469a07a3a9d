/* What a kernel in OpenCL C asks of its device: who a work item is, barriers, and the functions of the language that kernels use.
 * The work items of a group are fibers, which run one after the other from barrier to barrier. */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK (128 << 10)
#define OPENCL(name) __asm__(name)

typedef struct {
    ucontext_t context;
    unsigned local[3];
    int done;
} item;

static ucontext_t scheduler;
static item *current;
static unsigned group[3], size[3];
static void **arguments;

void opencl_kernel(void **arguments);

size_t group_id(unsigned d) OPENCL("_Z12get_group_idj");
size_t group_id(unsigned d) { return group[d]; }

size_t local_id(unsigned d) OPENCL("_Z12get_local_idj");
size_t local_id(unsigned d) { return current->local[d]; }

size_t local_size(unsigned d) OPENCL("_Z14get_local_sizej");
size_t local_size(unsigned d) { return size[d]; }

void barrier(unsigned fences) OPENCL("_Z18work_group_barrierj");
void barrier(unsigned fences)
{
    item *self = current;
    (void)fences;
    swapcontext(&self->context, &scheduler);
}

int abs_int(int a) OPENCL("_Z3absi");
int abs_int(int a) { return a < 0 ? -a : a; }

int max_int(int a, int b) OPENCL("_Z3maxii");
int max_int(int a, int b) { return a > b ? a : b; }

int min_int(int a, int b) OPENCL("_Z3minii");
int min_int(int a, int b) { return a < b ? a : b; }

float fma_float(float a, float b, float c) OPENCL("_Z3fmafff");
float fma_float(float a, float b, float c) { return fmaf(a, b, c); }

float fabs_float(float a) OPENCL("_Z4fabsf");
float fabs_float(float a) { return fabsf(a); }

float sqrt_float(float a) OPENCL("_Z4sqrtf");
float sqrt_float(float a) { return sqrtf(a); }

/* A number where one of them is not, and -0 below +0. */
float fmin_float(float a, float b) OPENCL("_Z4fminff");
float fmin_float(float a, float b) { return isnan(a) ? b : isnan(b) ? a : a == b ? (signbit(a) ? a : b) : a < b ? a : b; }

float fmax_float(float a, float b) OPENCL("_Z4fmaxff");
float fmax_float(float a, float b) { return isnan(a) ? b : isnan(b) ? a : a == b ? (signbit(a) ? b : a) : a > b ? a : b; }

int is_nan(float a) OPENCL("_Z5isnanf");
int is_nan(float a) { return isnan(a); }

static void run_item(void)
{
    opencl_kernel(arguments);
    current->done = 1;
    setcontext(&scheduler);
}

/* Runs all items of a group; returns how many ended while others waited at a barrier. */
static int run_group(item *items, char *stacks, int count)
{
    for (int i = 0; i < count; i++) {
        item *it = &items[i];
        it->local[0] = i % size[0];
        it->local[1] = i / size[0] % size[1];
        it->local[2] = i / size[0] / size[1];
        it->done = 0;
        getcontext(&it->context);
        it->context.uc_stack.ss_sp = stacks + (size_t)i * STACK;
        it->context.uc_stack.ss_size = STACK;
        it->context.uc_link = NULL;
        makecontext(&it->context, run_item, 0);
    }
    for (;;) {
        int ended = 0;
        for (int i = 0; i < count; i++) {
            current = &items[i];
            if (!current->done) {
                swapcontext(&scheduler, &current->context);
            }
            ended += items[i].done;
        }
        if (ended == count) {
            return 0;
        }
        if (ended > 0) {
            return ended;
        }
    }
}

/* Runs a kernel over a grid. Returns 0, or 1 where a barrier was missed. */
int opencl_run(void **given, const int *grid, const int *items_of_group)
{
    int count = items_of_group[0] * items_of_group[1] * items_of_group[2], missed = 0;
    item *items = calloc(count, sizeof(item));
    char *stacks = malloc((size_t)count * STACK);
    arguments = given;
    for (int d = 0; d < 3; d++) {
        size[d] = items_of_group[d];
    }
    for (int i = 0; i < grid[0] * grid[1] * grid[2] && !missed; i++) {
        group[0] = i % grid[0];
        group[1] = i / grid[0] % grid[1];
        group[2] = i / grid[0] / grid[1];
        missed = run_group(items, stacks, count) != 0;
    }
    free(stacks);
    free(items);
    return missed;
}

/* A driver without a card, for tests: device memory is host memory, streams run at once, and one kernel is known. It counts what
   is alive, insists on a current context where a real driver does, and knows which context an object belongs to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cudanet_abi.h"

typedef int status;
enum { ok = 0, invalid_value = 1, out_of_memory = 2, invalid_context = 201, invalid_ptx = 218, unsupported_ptx_version = 222, invalid_handle = 400, not_found = 500, illegal_address = 700, update_failed = 910 };

typedef struct { int kind; handle context; int value; } object;
enum { kind_context, kind_module, kind_stream, kind_event, kind_graph, kind_executable, kind_memory, kind_host, kind_pool, kinds };

static int live[kinds], wrong_context, primary_count, launches, broken;
static handle primary;
static __thread handle stack[16];
static __thread int depth;
static size_t memory_limit = (size_t)1 << 30;

/* Our own window for the tests. */
int fake_live(int kind) { return live[kind]; }
int fake_wrong_context(void) { return wrong_context; }
int fake_launches(void) { return launches; }
void fake_break(int status) { broken = status; }

static handle current(void) { return depth > 0 ? stack[depth - 1] : NULL; }

static status make(int kind, handle *result) {
    if (broken) return broken;
    if (kind != kind_context && !current()) return invalid_context;
    object *o = calloc(1, sizeof(object));
    o->kind = kind;
    o->context = current();
    live[kind]++;
    *result = o;
    return ok;
}

static status end(int kind, handle h) {
    object *o = h;
    if (!o || o->kind != kind) { printf("double or wrong free of kind %d\n", kind); abort(); }
    if (kind != kind_context && kind != kind_graph && kind != kind_pool && o->context != current()) wrong_context++;
    o->kind = -1; /* never given back to malloc, so that a second free is seen */
    live[kind]--;
    return ok;
}

status cuInit(unsigned flags) { return flags ? invalid_value : ok; }
status cuDriverGetVersion(int *v) { *v = 12040; return ok; }
status cuGetErrorName(status s, const char **n) { (void)s; *n = NULL; return invalid_value; }
status cuGetErrorString(status s, const char **n) { (void)s; *n = NULL; return invalid_value; }
status cuDeviceGetCount(int *n) { *n = 1; return ok; }
status cuDeviceGet(int *d, int i) { *d = i; return i == 0 ? ok : 101; }
status cuDeviceGetName(char *n, int len, int d) { (void)d; snprintf(n, (size_t)len, "Fake"); return ok; }
status cuDeviceGetUuid(DeviceUuid *u, int d) { (void)d; for (int i = 0; i < 16; i++) u->bytes[i] = (unsigned char)i; return ok; }
status cuDeviceTotalMem_v2(size_t *n, int d) { (void)d; *n = memory_limit; return ok; }
status cuDeviceGetAttribute(int *v, int a, int d) {
    (void)d;
    switch (a) {
    case 1: case 2: case 3: *v = 1024; break;
    case 4: *v = 64; break;
    case 5: *v = 2147483647; break;
    case 6: case 7: *v = 65535; break;
    case 8: *v = 49152; break;
    case 10: *v = 32; break;
    case 75: *v = 9; break;
    case 76: *v = 0; break;
    case 97: *v = 232448; break;
    default: *v = 1; break;
    }
    return ok;
}

status cuCtxCreate_v2(handle *c, unsigned flags, int d) { (void)flags; (void)d; make(kind_context, c); stack[depth++] = *c; return ok; }
status cuCtxDestroy_v2(handle c) { if (current() == c) depth--; return end(kind_context, c); }
status cuDevicePrimaryCtxRetain(handle *c, int d) { (void)d; if (primary_count++ == 0) make(kind_context, &primary); *c = primary; return ok; }
/* An error loses the context, and with its last owner the error is gone. */
status cuDevicePrimaryCtxRelease_v2(int d) { (void)d; if (--primary_count) return ok; broken = ok; return end(kind_context, primary); }
status cuCtxPushCurrent_v2(handle c) { object *o = c; if (o->kind != kind_context) return invalid_context; stack[depth++] = c; return ok; }
status cuCtxPopCurrent_v2(handle *c) { if (!depth) return invalid_context; *c = stack[--depth]; return ok; }
status cuCtxSetCurrent(handle c) { if (depth) depth--; if (c) stack[depth++] = c; return ok; }
status cuCtxGetCurrent(handle *c) { *c = current(); return ok; }
status cuCtxGetDevice(int *d) { *d = 0; return current() ? ok : invalid_context; }
status cuCtxSynchronize(void) { return broken ? broken : current() ? ok : invalid_context; }
status cuMemGetInfo_v2(size_t *f, size_t *t) { *f = *t = memory_limit; return current() ? ok : invalid_context; }

/* Memory: the object stands before what is handed out. */
static status allocate(int kind, device_address *p, size_t n) {
    if (broken) return broken;
    if (!current()) return invalid_context;
    if (!n) return invalid_value;
    if (n > memory_limit) return out_of_memory;
    object *o = calloc(1, 256 + n);
    o->kind = kind;
    o->context = current();
    live[kind]++;
    *p = (device_address)(size_t)o + 256;
    return ok;
}
status cuMemAlloc_v2(device_address *p, size_t n) { return allocate(kind_memory, p, n); }
status cuMemAllocManaged(device_address *p, size_t n, unsigned f) { (void)f; return allocate(kind_memory, p, n); }
status cuMemAllocPitch_v2(device_address *p, size_t *pitch, size_t w, size_t h, unsigned e) { (void)e; *pitch = (w + 511) / 512 * 512; return allocate(kind_memory, p, *pitch * h); }
status cuMemFree_v2(device_address p) { if (broken) { end(kind_memory, (handle)(size_t)(p - 256)); return broken; } return end(kind_memory, (handle)(size_t)(p - 256)); }
status cuMemHostAlloc(void **p, size_t n, unsigned f) { (void)f; return allocate(kind_host, (device_address *)p, n); }
status cuMemFreeHost(void *p) { return end(kind_host, (char *)p - 256); }
status cuMemAllocAsync(device_address *p, size_t n, handle s) { (void)s; return allocate(kind_memory, p, n); }
status cuMemFreeAsync(device_address p, handle s) { (void)s; return cuMemFree_v2(p); }
static status copy(void *d, const void *s, size_t n) { if (broken) return broken; if (!d || !s) return invalid_value; if (!current()) return invalid_context; memcpy(d, s, n); return ok; }
status cuMemcpyHtoD_v2(device_address d, const void *s, size_t n) { return copy((void *)(size_t)d, s, n); }
status cuMemcpyDtoH_v2(void *d, device_address s, size_t n) { return copy(d, (void *)(size_t)s, n); }
status cuMemcpyDtoD_v2(device_address d, device_address s, size_t n) { return copy((void *)(size_t)d, (void *)(size_t)s, n); }
status cuMemcpyHtoDAsync_v2(device_address d, const void *s, size_t n, handle q) { (void)q; return copy((void *)(size_t)d, s, n); }
status cuMemcpyDtoHAsync_v2(void *d, device_address s, size_t n, handle q) { (void)q; return copy(d, (void *)(size_t)s, n); }
status cuMemcpy2DUnaligned_v2(const Memcpy2D *c) {
    const char *s = (c->SourceType == memory_host ? (const char *)c->SourceHost : (const char *)(size_t)c->SourceDevice) + c->SourceX + c->SourceY * c->SourcePitch;
    char *d = (c->DestinationType == memory_host ? (char *)c->DestinationHost : (char *)(size_t)c->DestinationDevice) + c->DestinationX + c->DestinationY * c->DestinationPitch;
    for (size_t row = 0; row < c->Height; row++) memcpy(d + row * c->DestinationPitch, s + row * c->SourcePitch, c->WidthInBytes);
    return current() ? ok : invalid_context;
}
status cuMemcpy3D_v2(const Memcpy3D *c) {
    const char *s = c->SourceType == memory_host ? (const char *)c->SourceHost : (const char *)(size_t)c->SourceDevice;
    char *d = c->DestinationType == memory_host ? (char *)c->DestinationHost : (char *)(size_t)c->DestinationDevice;
    for (size_t z = 0; z < c->Depth; z++)
        for (size_t y = 0; y < c->Height; y++)
            memcpy(d + c->DestinationX + (y + c->DestinationY + (z + c->DestinationZ) * c->DestinationHeight) * c->DestinationPitch,
                   s + c->SourceX + (y + c->SourceY + (z + c->SourceZ) * c->SourceHeight) * c->SourcePitch, c->WidthInBytes);
    return ok;
}
status cuMemsetD8_v2(device_address d, unsigned char v, size_t n) { memset((void *)(size_t)d, v, n); return ok; }
status cuMemsetD8Async(device_address d, unsigned char v, size_t n, handle q) { (void)q; if (!d) return invalid_value; memset((void *)(size_t)d, v, n); return ok; }
status cuMemsetD32_v2(device_address d, unsigned v, size_t n) { for (size_t i = 0; i < n; i++) ((unsigned *)(size_t)d)[i] = v; return ok; }
status cuMemsetD32Async(device_address d, unsigned v, size_t n, handle q) { (void)q; return cuMemsetD32_v2(d, v, n); }

status cuStreamCreateWithPriority(handle *s, unsigned f, int p) { (void)f; (void)p; return make(kind_stream, s); }
status cuStreamDestroy_v2(handle s) { return end(kind_stream, s); }
status cuStreamSynchronize(handle s) { (void)s; return broken; }
status cuStreamQuery(handle s) { (void)s; return 600; }
status cuStreamWaitEvent(handle s, handle e, unsigned f) { (void)s; (void)e; (void)f; return ok; }
status cuLaunchHostFunc(handle s, void (*f)(void *), void *u) { (void)s; f(u); return ok; }
status cuStreamAddCallback(handle s, void (*f)(handle, status, void *), void *u, unsigned flags) { (void)flags; f(s, 719, u); return ok; }
status cuStreamBeginCapture_v2(handle s, int mode) { (void)s; (void)mode; return ok; }
status cuStreamEndCapture(handle s, handle *g) { (void)s; return make(kind_graph, g); }
status cuGraphDestroy(handle g) { return end(kind_graph, g); }
status cuGraphGetNodes(handle g, handle *nodes, size_t *n) { (void)g; (void)nodes; *n = 3; return ok; }
status cuGraphInstantiateWithFlags(handle *e, handle g, unsigned long long f) { (void)g; (void)f; return make(kind_executable, e); }
status cuGraphExecDestroy(handle e) { return end(kind_executable, e); }
status cuGraphLaunch(handle e, handle s) { (void)s; return ((object *)e)->kind == kind_executable ? ok : invalid_handle; }
status cuGraphExecUpdate(handle e, handle g, handle *n, int *r) { (void)e; (void)g; *n = NULL; *r = 2; return update_failed; }
status cuEventCreate(handle *e, unsigned f) { (void)f; return make(kind_event, e); }
status cuEventDestroy_v2(handle e) { return end(kind_event, e); }
status cuEventRecord(handle e, handle s) { (void)e; (void)s; return broken; }
status cuEventSynchronize(handle e) { (void)e; return broken; }
status cuEventQuery(handle e) { (void)e; return ok; }
status cuEventElapsedTime(float *t, handle a, handle b) { (void)a; (void)b; *t = 1.5f; return ok; }
status cuDeviceGetMemPool(handle *p, int d) { (void)d; *p = (handle)64; return ok; }
status cuMemPoolCreate(handle *p, const MemoryPoolProperties *q) { return q->AllocationType == 1 && q->Location.Type == 1 ? make(kind_pool, p) : invalid_value; }
status cuMemPoolDestroy(handle p) { return end(kind_pool, p); }
status cuMemPoolGetAttribute(handle p, int a, void *v) { (void)p; *(unsigned long long *)v = (unsigned long long)a * 1000; return ok; }

status cuModuleLoadDataEx(handle *m, const char *image, unsigned n, const int *names, void **values) {
    if (strstr(image, ".version 9.9")) return unsupported_ptx_version;
    if (strstr(image, "broken")) {
        for (unsigned i = 0; i < n; i++)
            if (names[i] == 5) strcpy(values[i], "ptxas application ptx input, line 7; error   : Parsing error");
        return invalid_ptx;
    }
    return make(kind_module, m);
}
status cuModuleUnload(handle m) { return end(kind_module, m); }
status cuModuleGetFunction(handle *f, handle m, const char *name) { (void)m; *f = (handle)32; return strcmp(name, "saxpy") ? not_found : ok; }
status cuFuncGetAttribute(int *v, int a, handle f) { (void)f; *v = a == 0 ? 1024 : a == 8 ? 49152 : 0; return ok; }
static int dynamic_shared = 49152;
status cuFuncSetAttribute(handle f, int a, int v) { (void)f; if (a == 8) dynamic_shared = v; return ok; }
static status saxpy(unsigned grid, unsigned block, unsigned shared, void **p) {
    if (broken) return broken;
    if (!current()) return invalid_context;
    if ((int)shared > dynamic_shared) return invalid_value;
    int n = *(int *)p[0];
    float a = *(float *)p[1], *x = *(float **)p[2], *y = *(float **)p[3];
    if (!x || !y) { broken = illegal_address; return ok; } /* told by the next call, as a card does */
    for (int i = 0; i < n && i < (int)(grid * block); i++) y[i] += a * x[i];
    launches++;
    return ok;
}
status cuLaunchKernel(handle f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, handle s, void **p, void **e) {
    (void)f; (void)gy; (void)gz; (void)by; (void)bz; (void)s;
    return e ? invalid_value : saxpy(gx, bx, shared, p);
}
status cuLaunchKernelEx(const LaunchConfiguration *c, handle f, void **p, void **e) {
    (void)f;
    if (e || c->AttributeCount != 1 || c->Attributes[0].Id != 4 || c->Attributes[0].ClusterX != 2 || c->Attributes[0].ClusterY != 1) return invalid_value;
    return saxpy(c->GridX, c->BlockX, c->SharedBytes, p);
}
status cuOccupancyMaxPotentialBlockSizeWithFlags(int *g, int *b, handle f, size_t (*shared)(int), size_t n, int limit, unsigned flags) {
    (void)f; (void)n; (void)limit; (void)flags;
    *b = 256;
    *g = shared ? (int)shared(256) : 108;
    return ok;
}

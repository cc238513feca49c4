// Each kernel has one fault, which one checker must find.

// The barrier between writing and reading the neighbour's value is missing.
extern "C" __global__ void missing_barrier(float *x) {
    __shared__ float s[256];
    s[threadIdx.x] = x[threadIdx.x];
    x[threadIdx.x] = s[(threadIdx.x + 32) % 256];
}

// The barrier at the end of the loop body is missing: the next round overwrites what others still read.
extern "C" __global__ void missing_second_barrier(float *x, int rounds) {
    __shared__ float s[64];
    float sum = 0;
    for (int r = 0; r < rounds; r++) {
        s[threadIdx.x] = x[threadIdx.x] * (float)r;
        __syncthreads();
        sum += s[63 - threadIdx.x];
    }
    x[threadIdx.x] = sum;
}

// Lanes of one warp exchange through shared memory without __syncwarp.
extern "C" __global__ void missing_warp_sync(int *x) {
    __shared__ int s[32];
    s[threadIdx.x] = x[threadIdx.x];
    x[threadIdx.x] = s[threadIdx.x ^ 1];
}

extern "C" __global__ void with_warp_sync(int *x) {
    __shared__ int s[32];
    s[threadIdx.x] = x[threadIdx.x];
    __syncwarp();
    x[threadIdx.x] = s[threadIdx.x ^ 1];
}

// All threads write the same element.
extern "C" __global__ void write_write(int *x) {
    __shared__ int s[2];
    s[threadIdx.x & 1] = threadIdx.x;
    __syncthreads();
    x[threadIdx.x] = s[0];
}

// <= instead of <.
extern "C" __global__ void off_by_one(float *x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i <= n) x[i] = 1.0f;
}

extern "C" __global__ void shared_overflow(float *x) {
    __shared__ float s[64];
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = s[threadIdx.x + 1];
}

// A float4 at an address that is a multiple of 4 only.
extern "C" __global__ void misaligned(float *x) { *(float4 *)(x + 1 + 4 * threadIdx.x) = make_float4(1, 2, 3, 4); }

extern "C" __global__ void uninitialised_shared(float *x) {
    __shared__ float s[64];
    if (threadIdx.x < 32) s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = s[threadIdx.x];
}

extern "C" __global__ void uninitialised_local(int *x, int k) {
    int v[8];
    v[x[0] & 7] = 1;
    x[threadIdx.x] = v[k & 7];
}

extern "C" __global__ void copies(const float *x, float *y) { y[threadIdx.x] = x[threadIdx.x]; }

// Half of the threads do not come to the barrier.
extern "C" __global__ void divergent_barrier(float *x) {
    __shared__ float s[64];
    s[threadIdx.x] = x[threadIdx.x];
    if (threadIdx.x % 2 == 0) {
        __syncthreads();
        x[threadIdx.x] = s[63 - threadIdx.x];
    }
}

// Threads leave before the barrier.
extern "C" __global__ void early_exit(float *x, int n) {
    __shared__ float s[64];
    if ((int)threadIdx.x >= n) return;
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = s[threadIdx.x];
}

// A barrier for 64 threads to which 32 come.
extern "C" __global__ void starving_barrier(int *x) {
    if (threadIdx.x < 32) asm volatile("bar.sync 1, 64;" ::: "memory");
    x[threadIdx.x] = 1;
}

extern "C" __global__ void shuffle_in_branch(int *x) {
    int v = x[threadIdx.x];
    if (threadIdx.x < 16) v = __shfl_xor_sync(0xFFFFFFFFu, v, 1);
    x[threadIdx.x] = v;
}

// The copy is read before it was waited for.
extern "C" __global__ void copy_without_wait(const float *x, float *y) {
    __shared__ float s[32];
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"((unsigned)__cvta_generic_to_shared(&s[threadIdx.x])), "l"(x + threadIdx.x) : "memory");
    asm volatile("cp.async.commit_group;" ::: "memory");
    y[threadIdx.x] = s[threadIdx.x];
}

// The own copies are waited for, those of the other threads are not.
extern "C" __global__ void copy_without_barrier(const float *x, float *y) {
    __shared__ float s[64];
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"((unsigned)__cvta_generic_to_shared(&s[threadIdx.x])), "l"(x + threadIdx.x) : "memory");
    asm volatile("cp.async.wait_all;" ::: "memory");
    y[threadIdx.x] = s[63 - threadIdx.x];
}

extern "C" __global__ void endless(volatile int *x) { while (x[0] == 0) {} }

extern "C" __global__ void traps(int *x) { if (x[threadIdx.x] > 2) __builtin_trap(); }

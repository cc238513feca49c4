// Reductions, scans and softmax: shuffles, votes, shared memory and barriers.

__device__ __forceinline__ float warp_sum(float v) {
    for (int d = 16; d > 0; d >>= 1) v += __shfl_down_sync(0xFFFFFFFFu, v, d);
    return v;
}

extern "C" __global__ void sum(const float *x, float *out, int n) {
    __shared__ float parts[32];
    float s = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) s += x[i];
    s = warp_sum(s);
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = s;
    __syncthreads();
    if (threadIdx.x < 32) {
        s = threadIdx.x < blockDim.x / 32 ? parts[threadIdx.x] : 0.0f;
        s = warp_sum(s);
        if (threadIdx.x == 0) atomicAdd(out, s);
    }
}

// One row a block. Maximum and sum in one pass: Milakov and Gimelshein 2018.
extern "C" __global__ void softmax_online(const float *x, float *y, int n) {
    __shared__ float maxima[32], sums[32];
    const float *row = x + (size_t)blockIdx.x * n;
    float m = -__builtin_inff(), s = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        float v = row[i], next = fmaxf(m, v);
        s = s * __expf(m - next) + __expf(v - next);
        m = next;
    }
    if (m == -__builtin_inff()) s = 0;
    for (int d = 16; d > 0; d >>= 1) {
        float om = __shfl_xor_sync(0xFFFFFFFFu, m, d), os = __shfl_xor_sync(0xFFFFFFFFu, s, d), next = fmaxf(m, om);
        s = (m == next ? s : s * __expf(m - next)) + (om == next ? os : os * __expf(om - next));
        m = next;
    }
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
    if (lane == 0) { maxima[warp] = m; sums[warp] = s; }
    __syncthreads();
    m = maxima[0];
    for (int k = 1; k < warps; k++) m = fmaxf(m, maxima[k]);
    s = 0;
    for (int k = 0; k < warps; k++) s += sums[k] * __expf(maxima[k] - m);
    for (int i = threadIdx.x; i < n; i += blockDim.x) y[(size_t)blockIdx.x * n + i] = __expf(row[i] - m) / s;
}

// Inclusive scan of one block in shared memory, two buffers, dynamic.
extern "C" __global__ void scan(const int *x, int *y) {
    extern __shared__ int buffer[];
    int t = threadIdx.x, n = blockDim.x;
    int from = 0;
    buffer[t] = x[t];
    __syncthreads();
    for (int d = 1; d < n; d <<= 1) {
        int v = buffer[from * n + t] + (t >= d ? buffer[from * n + t - d] : 0);
        from ^= 1;
        buffer[from * n + t] = v;
        __syncthreads();
    }
    y[t] = buffer[from * n + t];
}

extern "C" __global__ void histogram(const unsigned char *x, unsigned *bins, int n) {
    __shared__ unsigned local[256];
    for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[x[i]], 1u);
    __syncthreads();
    for (int i = threadIdx.x; i < 256; i += blockDim.x)
        if (local[i] != 0) atomicAdd(&bins[i], local[i]);
}

// Stream compaction by ballot: the order within a warp is kept.
extern "C" __global__ void compact(const int *x, int *y, int *count, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    bool keep = i < n && x[i] > 0;
    unsigned votes = __ballot_sync(0xFFFFFFFFu, keep);
    unsigned lane = threadIdx.x % 32;
    int base = 0;
    if (lane == 0) base = atomicAdd(count, __popc(votes));
    base = __shfl_sync(0xFFFFFFFFu, base, 0);
    if (keep) y[base + __popc(votes & ((1u << lane) - 1))] = x[i];
}

// Counts by barrier, and the warp-wide functions that are one instruction.
extern "C" __global__ void warp_functions(const int *x, int *out) {
    int t = threadIdx.x, v = x[t];
    out[t] = __syncthreads_count(v > 0) + 1000 * (__syncthreads_or(v == 7) != 0) + 2000 * (__syncthreads_and(v < 100) != 0);
    out[t + blockDim.x] = __reduce_add_sync(0xFFFFFFFFu, v) + __reduce_max_sync(0xFFFFFFFFu, v);
    out[t + 2 * blockDim.x] = (int)__match_any_sync(0xFFFFFFFFu, (unsigned)v & 3);
    out[t + 3 * blockDim.x] = __shfl_up_sync(0xFFFFFFFFu, v, 3, 8) + __all_sync(0xFFFFFFFFu, v < 100) + 2 * __any_sync(0xFFFFFFFFu, v == 7);
}

extern "C" __global__ void transpose_naive(const float *x, float *y, int n) {
    __shared__ float tile[32][32];
    int c = blockIdx.x * 32, r = blockIdx.y * 32;
    for (int k = threadIdx.y; k < 32; k += 8) tile[k][threadIdx.x] = x[(r + k) * n + c + threadIdx.x];
    __syncthreads();
    for (int k = threadIdx.y; k < 32; k += 8) y[(c + k) * n + r + threadIdx.x] = tile[threadIdx.x][k];
}

extern "C" __global__ void transpose_padded(const float *x, float *y, int n) {
    __shared__ float tile[32][33];
    int c = blockIdx.x * 32, r = blockIdx.y * 32;
    for (int k = threadIdx.y; k < 32; k += 8) tile[k][threadIdx.x] = x[(r + k) * n + c + threadIdx.x];
    __syncthreads();
    for (int k = threadIdx.y; k < 32; k += 8) y[(c + k) * n + r + threadIdx.x] = tile[threadIdx.x][k];
}

extern "C" __global__ void strided(const float *x, float *y, int stride) { y[threadIdx.x] = x[threadIdx.x * stride]; }

// All blocks wait for one another: needs a cooperative launch.
extern "C" __global__ void grid_sum(int *values, unsigned *arrived, int *out) {
    if (threadIdx.x == 0) {
        values[blockIdx.x] = (int)blockIdx.x + 1;
        __threadfence();
        atomicAdd(arrived, 1u);
        while (*(volatile unsigned *)arrived < gridDim.x) {}
        int s = 0;
        for (int k = 0; k < (int)gridDim.x; k++) s += ((volatile int *)values)[k];
        out[blockIdx.x] = s;
    }
}

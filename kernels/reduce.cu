// Reductions without atomics: the order of additions depends on the shape alone.
//
// Formula   y = scale·(x₀ ∘ x₁ ∘ …) with OP = Add, Mul, Max or Min; a mean is Add with scale 1/n. NaN wins over any number.
// Layouts   reduce_rows: x [rows, n] of T to y [rows]; reduce_axis: x [outer, n, inner] to y [outer, inner];
//           argmax_rows: x [rows, n] to the index of 64 bits of the largest (OP = Max) or smallest element, the first of equals.
// Limits    n ≥ 1 and < 2³¹; sums in f32.
// Launch    reduce_rows and argmax_rows: rows blocks of whole warps. reduce_axis: grid (ceil(inner/32), outer), block (32, 8):
//           neighbours of a warp are neighbours in memory.
// Source    Harris, "Optimizing parallel reduction in CUDA", with shuffles.
#include "common.cuh"

#ifndef T
#define T f32
#endif
#ifndef OP
#define OP Add
#endif

// --- Device helpers --------------------------------------------------------------------------------------------------

// Whether (v, i) comes before (w, j); an index of −1 is no element.
DEVICE bool better(float v, int i, float w, int j) {
    if (j < 0 || i < 0) return i >= 0;
    bool nanV = v != v, nanW = w != w;
    if (nanV || nanW) return nanV && (!nanW || i < j);
    if (v == w) return i < j;
    return OP::of(v, w) == v;
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void reduce_rows(const T *x, T *y, int n, float scale) {
    __shared__ float scratch[33];
    float sum = OP::neutral();
    row_each<T>(x + (long long)blockIdx.x * n, n, [&](int, float v) { sum = OP::of(sum, v); });
    sum = block_reduce<OP>(sum, scratch);
    if (threadIdx.x == 0) y[blockIdx.x] = from_float<T>(sum * scale);
}

extern "C" __global__ void __launch_bounds__(256) reduce_axis(const T *x, T *y, int n, int inner, float scale) {
    __shared__ float sums[8][33];
    int column = blockIdx.x * 32 + threadIdx.x;
    float sum = OP::neutral();
    if (column < inner) {
        const T *p = x + (long long)blockIdx.y * n * inner + column;
        for (int i = threadIdx.y; i < n; i += 8) sum = OP::of(sum, to_float(p[(long long)i * inner]));
    }
    sums[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && column < inner) {
#pragma unroll
        for (int i = 1; i < 8; i++) sum = OP::of(sum, sums[i][threadIdx.x]);
        y[(long long)blockIdx.y * inner + column] = from_float<T>(sum * scale);
    }
}

extern "C" __global__ void argmax_rows(const T *x, long long *y, int n) {
    __shared__ float values[32];
    __shared__ int indices[32];
    float v = 0.0f;
    int best = -1, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    row_each<T>(x + (long long)blockIdx.x * n, n, [&](int i, float w) {
        if (better(w, i, v, best)) {
            v = w;
            best = i;
        }
    });
    for (int round = 0; round < 2; round++) {
#pragma unroll
        for (int d = 16; d > 0; d >>= 1) {
            float w = __shfl_xor_sync(FULL_MASK, v, d);
            int j = __shfl_xor_sync(FULL_MASK, best, d);
            if (better(w, j, v, best)) {
                v = w;
                best = j;
            }
        }
        if (round == 1) break;
        if (lane == 0) {
            values[warp] = v;
            indices[warp] = best;
        }
        __syncthreads();
        bool inside = lane < (blockDim.x >> 5);
        v = inside ? values[lane] : 0.0f;
        best = inside ? indices[lane] : -1;
    }
    if (threadIdx.x == 0) y[blockIdx.x] = best;
}

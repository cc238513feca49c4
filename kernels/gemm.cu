// Matrix products: C = epilogue(alpha·op(A)·op(B) + beta·C), batched by strides.
//
// Layouts   A is [M, K] (TA=0) or [K, M] (TA=1), B is [K, N] (TB=0) or [N, K] (TB=1), C is [M, N]; all row-major with leading
//           dimensions in elements. Batch b is blockIdx.z / splits; a stride of 0 shares a matrix between batches.
// Types     T is f32, f16 or bf16 for A, B, C, bias and residual; sums are f32. gemm_simt multiplies exactly in f32;
//           gemm_mma multiplies in tf32 (f32 operands, rounded to nearest, 10 bits) or exactly in f16/bf16.
// Epilogue  v = alpha·sum + bias[n]; v = ACTIVATION(v); v += beta·residual[m, n]; the residual may be C itself. ACTIVATION
//           as in activate() of common.cuh. Null pointers leave bias and residual out.
// Split-K   with splits > 1, block z adds its range of K into partial[z, M, N] (f32, no epilogue); gemm_join adds the
//           parts in order, so that results do not depend on timing.
// Limits    M, N, K ≥ 1 and < 2³¹. ALIGNED=1 wants pointers, leading dimensions and batch strides in whole 16 bytes, and
//           copies by cp.async; ALIGNED=0 takes anything.
// Launch    grid (ceil(N/BN), ceil(M/BM), batch·splits), block gemm_simt 256, gemm_mma 32·WM·WN, static shared memory;
//           gemv: grid (ceil(N/8), batch), block 256.
// Source    the usual hierarchy of NVIDIA CUTLASS: block tile in shared memory, warp tile in registers; swizzle by XOR.
#include "common.cuh"

#ifndef T
#define T f32
#endif
#ifndef TA
#define TA 0
#endif
#ifndef TB
#define TB 0
#endif
#ifndef ACTIVATION
#define ACTIVATION 0
#endif
#ifndef ALIGNED
#define ALIGNED 0
#endif
// 128 × 128 with 2 × 2 warps: a warp tile of 64 × 64 has 32 mma for 8 ldmatrix.x4, which keeps the tensor cores busy.
#ifndef BM
#define BM 128
#endif
#ifndef BN
#define BN 128
#endif
#ifndef WM
#define WM 2
#endif
#ifndef WN
#define WN 2
#endif
#define BK (TILE_ROW / (int)sizeof(T))
// Two stages: more were slower on the cards where we know a ladder, and need more shared memory.
#define STAGES 2
#define THREADS (32 * WM * WN)
#define CHUNK (16 / (int)sizeof(T))

struct GemmArguments {
    const T *a, *b;
    T *c;
    const T *bias, *residual;
    float *partial;
    int m, n, k, lda, ldb, ldc;
    long long strideA, strideB, strideC;
    int splits;
    float alpha, beta;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE float finish(const GemmArguments &g, float sum, int n, long long at) {
    float v = g.alpha * sum;
    if (g.bias) v += to_float(g.bias[n]);
    v = activate<ACTIVATION>(v);
    if (g.residual) v = fmaf(g.beta, to_float(g.residual[at]), v);
    return v;
}

// Stores two neighbours of a row.
DEVICE void store_pair(const GemmArguments &g, int batch, int z, int m, int n, float v0, float v1) {
    if (m >= g.m || n >= g.n) return;
    if (g.splits > 1) {
        float *p = g.partial + ((long long)z * g.m + m) * g.n + n;
        p[0] = v0;
        if (n + 1 < g.n) p[1] = v1;
        return;
    }
    long long at = batch * g.strideC + (long long)m * g.ldc + n;
    v0 = finish(g, v0, n, at);
    if (n + 1 < g.n) {
        v1 = finish(g, v1, n + 1, at + 1);
#if ALIGNED
        store_two<T>(g.c + at, v0, v1);
        return;
#endif
        g.c[at + 1] = from_float<T>(v1);
    }
    g.c[at] = from_float<T>(v0);
}

// Loads a tile [ROWS, COLS] of a matrix [rows, cols] at (row0, col0) to shared memory; outside are zeros.
template <int ROWS, int COLS> DEVICE void load_tile(char *tile, const T *p, int ld, int row0, int col0, int rows, int cols) {
    const int chunks = COLS / CHUNK;
#if ALIGNED
#pragma unroll
#else
#pragma unroll 1
#endif
    for (int first = 0; first < ROWS * chunks; first += THREADS) {
        int i = first + threadIdx.x;
        if (ROWS * chunks % THREADS != 0 && i >= ROWS * chunks) break;
        int r = i / chunks, c = i % chunks, row = row0 + r, col = col0 + c * CHUNK;
        char *target = tile + swizzled<T, COLS * (int)sizeof(T)>(r, c);
        int inside = row < rows ? min(max(cols - col, 0), CHUNK) : 0;
        const T *source = p + (inside > 0 ? (long long)row * ld + col : 0);
#if ALIGNED
        cp_async16(shared_address(target), source, inside * (int)sizeof(T));
#else
        T values[CHUNK];
#pragma unroll
        for (int j = 0; j < CHUNK; j++) values[j] = j < inside ? source[j] : from_float<T>(0.0f);
#pragma unroll
        for (int j = 0; j < CHUNK; j++) ((T *)target)[j] = values[j];
#endif
    }
}

// --- Kernels ---------------------------------------------------------------------------------------------------------

DEVICE void gemm_mma_body(const GemmArguments &g) {
    const int MI = BM / WM / 16, NI = BN / WN / 16;
    const int sizeA = BM * TILE_ROW, sizeB = BN * TILE_ROW;
    __shared__ __align__(128) char tiles[STAGES * (sizeA + sizeB)];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warpM = warp / WN * (BM / WM), warpN = warp % WN * (BN / WN);
    int m0 = blockIdx.y * BM, n0 = blockIdx.x * BN, batch = blockIdx.z / g.splits, split = blockIdx.z % g.splits;
    int steps = (g.k + BK - 1) / BK, each = (steps + g.splits - 1) / g.splits, first = split * each, last = min(steps, first + each);
    const T *a = g.a + batch * g.strideA, *b = g.b + batch * g.strideB;
    float sums[MI][NI][8];
#pragma unroll
    for (int i = 0; i < MI; i++)
#pragma unroll
        for (int j = 0; j < NI; j++)
#pragma unroll
            for (int e = 0; e < 8; e++) sums[i][j][e] = 0.0f;

    auto load = [&](int step) {
        char *tile = tiles + (step % STAGES) * (sizeA + sizeB);
        if constexpr (TA) load_tile<BK, BM>(tile, a, g.lda, step * BK, m0, g.k, g.m);
        else load_tile<BM, BK>(tile, a, g.lda, m0, step * BK, g.m, g.k);
        if constexpr (TB) load_tile<BN, BK>(tile + sizeA, b, g.ldb, n0, step * BK, g.n, g.k);
        else load_tile<BK, BN>(tile + sizeA, b, g.ldb, step * BK, n0, g.k, g.n);
    };
    if (first < last) load(first);
    cp_async_commit();
    for (int step = first; step < last; step++) {
        cp_async_wait<0>();
        __syncthreads();
        if (step + 1 < last) load(step + 1);
        cp_async_commit();
        const char *tileA = tiles + (step % STAGES) * (sizeA + sizeB), *tileB = tileA + sizeA;
        mma_tiles<T, !TA, TB, BM, BN>(sums, tileA, tileB, warpM, warpN, lane);
    }
    cp_async_wait<0>();
#pragma unroll
    for (int i = 0; i < MI; i++)
#pragma unroll
        for (int j = 0; j < NI; j++)
#pragma unroll
            for (int e = 0; e < 8; e += 2) {
                int m = m0 + warpM + i * 16 + (lane >> 2) + ((e & 2) << 2), n = n0 + warpN + j * 16 + ((lane & 3) << 1) + ((e & 4) << 1);
                store_pair(g, batch, blockIdx.z, m, n, sums[i][j][e], sums[i][j][e + 1]);
            }
}

// SIMT: 64 × 64 of C by 256 threads, 4 × 4 each: 8 values loaded from shared memory for 16 fused multiply-adds, in two
// 128-bit loads of which one is a broadcast. The tiles are [k, m] and [k, n], padded so that transposing stores spread.
#define SM 64
#define SK 16
#define SPAD 4

template <int KMAJOR> DEVICE void load_simt(float (*tile)[SM + SPAD], const T *p, int ld, int row0, int k0, int rows, int kEnd) {
#pragma unroll
    for (int first = 0; first < SM * SK; first += 256) {
        int i = first + threadIdx.x, r = KMAJOR ? i / SK : i % SM, k = KMAJOR ? i % SK : i / SM, row = row0 + r, kk = k0 + k;
        bool inside = row < rows && kk < kEnd;
        tile[k][r] = inside ? to_float(p[KMAJOR ? (long long)row * ld + kk : (long long)kk * ld + row]) : 0.0f;
    }
}

DEVICE void gemm_simt_body(const GemmArguments &g) {
    __shared__ __align__(16) float tileA[SK][SM + SPAD], tileB[SK][SM + SPAD];
    int tx = threadIdx.x & 15, ty = threadIdx.x >> 4, m0 = blockIdx.y * SM, n0 = blockIdx.x * SM;
    int batch = blockIdx.z / g.splits, split = blockIdx.z % g.splits;
    int steps = (g.k + SK - 1) / SK, each = (steps + g.splits - 1) / g.splits, first = split * each, last = min(steps, first + each);
    const T *a = g.a + batch * g.strideA, *b = g.b + batch * g.strideB;
    float sums[4][4] = {};
    for (int step = first; step < last; step++) {
        load_simt<!TA>(tileA, a, g.lda, m0, step * SK, g.m, g.k);
        load_simt<TB>(tileB, b, g.ldb, n0, step * SK, g.n, g.k);
        __syncthreads();
#pragma unroll
        for (int k = 0; k < SK; k++) {
            float4 va = *(const float4 *)(tileA[k] + ty * 4), vb = *(const float4 *)(tileB[k] + tx * 4);
            float fa[4] = {va.x, va.y, va.z, va.w}, fb[4] = {vb.x, vb.y, vb.z, vb.w};
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) sums[i][j] = fmaf(fa[i], fb[j], sums[i][j]);
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j += 2) store_pair(g, batch, blockIdx.z, m0 + ty * 4 + i, n0 + tx * 4 + j, sums[i][j], sums[i][j + 1]);
}

// A single row of A: y[n] = sum of x[k]·B[n, k] (TB=1), a warp for each n, 16 bytes a lane where ALIGNED. Memory-bound.
DEVICE void gemv_body(const GemmArguments &g) {
    int lane = threadIdx.x & 31, n = blockIdx.x * 8 + (threadIdx.x >> 5), batch = blockIdx.y;
    if (n >= g.n) return;
    const T *x = g.a + batch * g.strideA, *row = g.b + batch * g.strideB + (long long)n * g.ldb;
    float sum = 0.0f;
    int k = 0;
#if ALIGNED
    for (; k + CHUNK * 32 <= g.k; k += CHUNK * 32) {
        float u[CHUNK], v[CHUNK];
        load_vec<T>(x + k + lane * CHUNK, u);
        load_vec<T>(row + k + lane * CHUNK, v);
#pragma unroll
        for (int i = 0; i < CHUNK; i++) sum = fmaf(u[i], v[i], sum);
    }
#endif
    for (k += lane; k < g.k; k += 32) sum = fmaf(to_float(x[k]), to_float(row[k]), sum);
    sum = warp_reduce<Add>(sum);
    if (lane == 0) {
        long long at = batch * g.strideC + n;
        g.c[at] = from_float<T>(finish(g, sum, n, at));
    }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS) gemm_mma(GemmArguments g) { gemm_mma_body(g); }

extern "C" __global__ void __launch_bounds__(256) gemm_simt(GemmArguments g) { gemm_simt_body(g); }

extern "C" __global__ void __launch_bounds__(256) gemv(GemmArguments g) { gemv_body(g); }

// Adds the parts of a split-K product in order and applies the epilogue: grid (ceil(M·N/256), batch), block 256.
extern "C" __global__ void __launch_bounds__(256) gemm_join(GemmArguments g) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x, size = (long long)g.m * g.n;
    if (i >= size) return;
    const float *part = g.partial + blockIdx.y * g.splits * size + i;
    float sum = 0.0f;
    for (int s = 0; s < g.splits; s++) sum += part[s * size];
    int n = (int)(i % g.n);
    long long at = blockIdx.y * g.strideC + i / g.n * g.ldc + n;
    g.c[at] = from_float<T>(finish(g, sum, n, at));
}

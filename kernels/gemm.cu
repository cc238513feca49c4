// Matrix products: C = epilogue(alpha·op(A)·op(B) + beta·C), batched by strides, on tensor cores.
//
// Layouts   A is [M, K] (TA=0) or [K, M] (TA=1), B is [K, N] (TB=0) or [N, K] (TB=1), C is [M, N]; all row-major with leading
//           dimensions in elements. Batch b is blockIdx.z / splits; a stride of 0 shares a matrix between batches.
// Types     T is f32, f16 or bf16 for A, B, C, bias and residual; sums are f32. gemm_mma multiplies in tf32 (f32 operands,
//           rounded to nearest, 10 bits) or exactly in f16/bf16; gemv exactly. gemm_simt.cu has f32 exactly, f64 and integers.
// Epilogue  v = alpha·sum + bias[n]; v = activation(v); v += beta·residual[m, n]; the residual may be C itself. The activation is
//           numbered as in common.cuh. Null pointers leave bias and residual out. The bias may be a matrix and the residual a row.
// Split-K   with splits > 1, block z adds its range of K into partial[z, M, N] (f32, no epilogue); gemm_join adds the
//           parts in order, so that results do not depend on timing.
// Limits    M, N, K ≥ 1 and < 2³¹. ALIGNED=1 wants pointers, leading dimensions and batch strides of A and B in whole
//           16 bytes, and copies by cp.async; ALIGNED=0 takes anything. C is looked at by the kernel.
// Launch    gemm_mma: grid (ceil(M/BM), ceil(N/BN), batch·splits), block 32·WM·WN, static shared memory. gemv, for M = 1 and
//           TB=1: grid (ceil(N/8), batch), block 256. gemm_join: grid (ceil(M·N/256), batch), block 256.
// Source    the usual hierarchy of NVIDIA CUTLASS: block tile in shared memory, warp tile in registers; swizzle by XOR.
#include "gemm.cuh"

#ifndef TA
#define TA 0
#endif
#ifndef TB
#define TB 0
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

// --- Device helpers --------------------------------------------------------------------------------------------------

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

// --- Results ---------------------------------------------------------------------------------------------------------

// A warp stages 16 rows of its sums, so that they leave in whole sectors: fragments have pairs of neighbours only. The rows lie
// COLS + 8 floats apart, which puts the pairs of four rows into 32 different banks.
template <int COLS, int NI> DEVICE void stage_rows(float *staged, const float (&sums)[NI][8], int lane) {
#pragma unroll
    for (int j = 0; j < NI; j++)
#pragma unroll
        for (int e = 0; e < 8; e += 2)
            *(float2 *)(staged + ((lane >> 2) + ((e & 2) << 2)) * (COLS + 8) + j * 16 + ((lane & 3) << 1) + ((e & 4) << 1)) = make_float2(sums[j][e], sums[j][e + 1]);
}

// A lane reads CHUNK neighbours. For the 2-byte types these are two vectors, which odd groups of four lanes read in the other
// order: the first vectors of eight lanes would share banks.
DEVICE void read_chunk(const float *p, float *v, int lane) {
    if (CHUNK == 4) {
        load_vec<f32>(p, v);
        return;
    }
    int turn = (lane & 4);
    float first[4], second[4];
    load_vec<f32>(p + turn, first);
    load_vec<f32>(p + (turn ^ 4), second);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        v[i] = turn ? second[i] : first[i];
        v[CHUNK - 4 + i] = turn ? first[i] : second[i];
    }
}

// Stores 16 staged rows: CHUNK neighbours a lane where C allows it (`vectors`), after an epilogue in place if there is one;
// otherwise neighbouring lanes side by side.
template <int COLS> DEVICE void store_rows(const GemmArguments &g, float *staged, bool vectors, bool plain, int batch, int z, int m0, int n0, int lane) {
    const int stride = COLS + 8, chunks = COLS / CHUNK;
    long long corner = batch * g.strideC;
    if (!vectors || !plain) {
#pragma unroll 1
        for (int i = lane; i < 16 * COLS; i += 32) {
            int row = i / COLS, column = i % COLS, m = m0 + row, n = n0 + column;
            if (m >= g.m || n >= g.n) continue;
            float *v = staged + row * stride + column;
            if (g.splits > 1) {
                ((float *)g.partial)[((long long)z * g.m + m) * g.n + n] = *v;
                continue;
            }
            long long at = corner + (long long)m * g.ldc + n;
            float value = finish<T>(g, *v, n, at);
            if (vectors) *v = value;
            else g.c[at] = from_float<T>(value);
        }
        if (!vectors) return;
        __syncwarp();
    }
#pragma unroll 1
    for (int i = lane; i < 16 * chunks; i += 32) {
        int row = i / chunks, column = i % chunks * CHUNK, m = m0 + row, n = n0 + column;
        float v[CHUNK];
        read_chunk(staged + row * stride + column, v, lane);
        if (m < g.m && n < g.n) store_vec<T>(g.c + corner + (long long)m * g.ldc + n, v);
    }
}

// --- Kernels ---------------------------------------------------------------------------------------------------------

DEVICE void gemm_mma_body(const GemmArguments &g) {
    const int MI = BM / WM / 16, NI = BN / WN / 16, COLS = BN / WN;
    const int sizeA = BM * TILE_ROW, sizeB = BN * TILE_ROW, staging = WM * WN * 16 * (COLS + 8) * 4;
    __shared__ __align__(128) char tiles[STAGES * (sizeA + sizeB) > staging ? STAGES * (sizeA + sizeB) : staging];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warpM = warp / WN * (BM / WM), warpN = warp % WN * (BN / WN);
    int m0 = blockIdx.x * BM, n0 = blockIdx.y * BN, batch = blockIdx.z / g.splits, first, last;
    part_of(g, blockIdx.z % g.splits, BK, first, last);
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
    __syncthreads();
    bool vectors = g.splits == 1 && (g.n | g.ldc) % CHUNK == 0 && g.strideC % CHUNK == 0 && aligned16(g.c), plain = is_plain(g);
    float *staged = (float *)tiles + warp * 16 * (COLS + 8);
#pragma unroll
    for (int i = 0; i < MI; i++) {
        stage_rows<COLS>(staged, sums[i], lane);
        __syncwarp();
        store_rows<COLS>(g, staged, vectors, plain, batch, blockIdx.z, m0 + warpM + i * 16, n0 + warpN, lane);
        __syncwarp();
    }
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
        g.c[at] = from_float<T>(finish<T>(g, sum, n, at));
    }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS) gemm_mma(GemmArguments g) { gemm_mma_body(g); }

extern "C" __global__ void __launch_bounds__(256) gemv(GemmArguments g) { gemv_body(g); }

// Adds the parts of a split-K product in order and applies the epilogue.
extern "C" __global__ void __launch_bounds__(256) gemm_join(GemmArguments g) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x, size = (long long)g.m * g.n;
    if (i >= size) return;
    const float *part = (const float *)g.partial + blockIdx.y * g.splits * size + i;
    float sum = 0.0f;
    for (int s = 0; s < g.splits; s++) sum += part[s * size];
    int n = (int)(i % g.n);
    long long at = blockIdx.y * g.strideC + i / g.n * g.ldc + n;
    g.c[at] = from_float<T>(finish<T>(g, sum, n, at));
}

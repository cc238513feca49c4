// Convolutions as matrix products whose second matrix is gathered from the source while it is multiplied (implicit GEMM), on
// tensor cores.
//
// Formula   conv_*:        result[n, m, q] = epilogue(Σ weight[m, c, j] · source[n, c, at(q, j)]), at = origin + q·stride + j·dilation
//           conv_weight_*: result[m, c, j] = Σ over n, q of upstream[n, m, q] · source[n, c, at(q, j)]
//           in each group of channels; what lies outside of the source is zero.
// Gradient  by the source: positions that are apart by the stride see the same taps, so each such class is a convolution
//           of the upstream gradient with stride 1, whose taps conv_pack picks; the launches of all classes fill the result.
// Layouts   source [images, channels, D, H, W], result likewise, dense; weight [rows, length] a group of `leading` elements
//           a row, channel by channel; upstream dense. One and two axes are three, the first ones of size 1.
// Types     T is f32, f16 or bf16; sums are f32. f32 is multiplied in tf32 (rounded to nearest, 10 bits), f16 and bf16 exactly.
//           conv_simt.cu multiplies f32 exactly.
// Epilogue  v = sum + bias[channel]; v = activation(v), as numbered in common.cuh; v += beta·residual[…], or the
//           residual before the activation; null pointers leave out.
// Split-K   conv_weight_*: with splits > 1, part s of the sum goes to partial[s, …] (f32); conv_join adds them in order.
// Limits    positions of all images, channels times taps of a group, and elements of an image < 2³¹; coordinates < 2²⁹.
//           MODE 0 takes anything. MODE 1 (conv_weight_*) wants upstream planes of whole 16 bytes. MODE 2 is for one tap at
//           stride 1 without padding and planes of whole 16 bytes: then the source is copied in 16 bytes, too. All pointers
//           are aligned to 16 bytes, and so are rows of weights in conv_mma.
// Launch    conv_mma (ceil(columns/128), ceil(rows/BM), groups); columns are images·positions. conv_weight_mma: the same with
//           channels·taps for columns and groups·splits; block 128. conv_pack, conv_join: an element a thread, block 256.
// Source    implicit GEMM as in cuDNN (Chetlur et al. 2014, arXiv 1410.0759) with a table of taps in shared memory.
#include "conv.cuh"

#ifndef MODE
#define MODE 0
#endif
// 128 × 128 with 2 × 2 warps as in gemm.cu; 64 rows for few channels, whose tile would be half empty.
#ifndef BM
#define BM 128
#endif
#define BN 128
#define BK (TILE_ROW / (int)sizeof(T))
#define CHUNK (16 / (int)sizeof(T))
#define THREADS 128
// --- Device helpers --------------------------------------------------------------------------------------------------

// One element of a gathered tile: f32 is copied past the registers, 16 bits wait in `staged` until the tile is free.
DEVICE void gather(unsigned target, const T *p, bool inside, unsigned short &staged) {
    if constexpr (sizeof(T) == 4) cp_async4(target, p, inside);
    else staged = load16_if(p, inside);
}

DEVICE void put(char *target, unsigned short staged) {
    if constexpr (sizeof(T) == 2) *(unsigned short *)target = staged;
}

// --- Tensor cores ----------------------------------------------------------------------------------------------------

#define MI (BM / 32)
#define NI (BN / 32)

DEVICE void clear(float (&sums)[MI][NI][8]) {
#pragma unroll
    for (int i = 0; i < MI; i++)
#pragma unroll
        for (int j = 0; j < NI; j++)
#pragma unroll
            for (int e = 0; e < 8; e++) sums[i][j][e] = 0.0f;
}

// Calls f(row, sum) for the sums of the thread's column, which is its number. They go through shared memory half by half, so
// that a warp's stores lie side by side; columns are XORed by the row in steps of the eight that a fragment has.
template <typename F> DEVICE void each_sum(const float (&sums)[MI][NI][8], char *memory, F f) {
    float *half = (float *)memory;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, column = warp % 2 * (BN / 2) + ((lane & 3) << 1);
#pragma unroll 1
    for (int part = 0; part < 2; part++) {
        __syncthreads();
        if (warp / 2 == part) {
#pragma unroll
            for (int i = 0; i < MI; i++)
#pragma unroll
                for (int j = 0; j < NI; j++)
#pragma unroll
                    for (int e = 0; e < 8; e += 2) {
                        int r = i * 16 + (lane >> 2) + ((e & 2) << 2), c = column + j * 16 + ((e & 4) << 1);
                        *(float2 *)(half + r * BN + (c ^ ((r & 7) << 3))) = make_float2(sums[i][j][e], sums[i][j][e + 1]);
                    }
        }
        __syncthreads();
#pragma unroll 1
        for (int r = 0; r < BM / 2; r++) f(part * (BM / 2) + r, half[r * BN + (threadIdx.x ^ ((r & 7) << 3))]);
    }
}

// A tile of weights is [rows, sum], one of the source [sum, columns].
DEVICE void conv_mma_body(const ConvArguments &g) {
    const int sizeA = BM * TILE_ROW, sizeB = BN * TILE_ROW, ROWS = BK / 2, COLUMN_CHUNKS = BN / CHUNK;
    __shared__ __align__(128) char tiles[2 * (sizeA + sizeB)];
    __shared__ __align__(16) int4 taps[2][BK];
    int t = threadIdx.x, lane = t & 31, warp = t >> 5, warpM = warp / 2 * (BM / 2), warpN = warp % 2 * (BN / 2);
    int m0 = blockIdx.y * BM, n0 = blockIdx.x * BN, group = blockIdx.z, steps = (g.taps + BK - 1) / BK;
    const T *weight = g.weight + (long long)group * g.rows * g.leading;
    float sums[MI][NI][8];
    clear(sums);
    // A thread gathers two columns, 64 apart, of every other row.
    Position at[2];
    unsigned short staged[2 * ROWS];
    const T *chunk = nullptr;
    if constexpr (MODE == 2) {
        int n = n0 + t % COLUMN_CHUNKS * CHUNK;
        if (n < g.columns) chunk = position_of(g, n, group).p;
    } else {
        at[0] = position_of(g, n0 + (t & 63), group);
        at[1] = position_of(g, n0 + (t & 63) + 64, group);
    }

    auto list = [&](int step) INLINED {
        if (MODE != 2 && t < BK) taps[step & 1][t] = tap_of(g, step * BK + t);
    };
    auto fetch = [&](int step) INLINED {
        char *tileA = tiles + (step & 1) * (sizeA + sizeB), *tileB = tileA + sizeA;
#pragma unroll
        for (int i = 0; i < BM * 4 / THREADS; i++) {
            int r = t / 4 + i * (THREADS / 4), c = t & 3, k = step * BK + c * CHUNK;
            bool inside = m0 + r < g.rows && k < g.leading;
            cp_async16(shared_address(tileA + swizzled<T, TILE_ROW>(r, c)), inside ? weight + (long long)(m0 + r) * g.leading + k : weight, inside ? 16 : 0);
        }
        if constexpr (MODE == 2) {
#pragma unroll
            for (int i = 0; i < BK * COLUMN_CHUNKS / THREADS; i++) {
                int r = t / COLUMN_CHUNKS + i * (THREADS / COLUMN_CHUNKS), k = step * BK + r;
                bool inside = chunk != nullptr && k < g.taps;
                cp_async16(shared_address(tileB + swizzled<T, BN * (int)sizeof(T)>(r, t % COLUMN_CHUNKS)), inside ? chunk + (long long)k * g.sourcePlane : g.source, inside ? 16 : 0);
            }
        } else {
#pragma unroll
            for (int i = 0; i < ROWS; i++) {
                int r = (t >> 6) + i * 2;
                int4 tap = taps[step & 1][r];
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    int c = (t & 63) + 64 * j;
                    gather(shared_address(tileB + swizzled<T, BN * (int)sizeof(T)>(r, c / CHUNK) + c % CHUNK * (int)sizeof(T)), at[j].p + tap.x, at[j].sees(g, tap), staged[2 * i + j]);
                }
            }
        }
        cp_async_commit();
    };
    auto settle = [&](int step) INLINED {
        if constexpr (MODE != 2 && sizeof(T) == 2) {
            char *tileB = tiles + (step & 1) * (sizeA + sizeB) + sizeA;
#pragma unroll
            for (int i = 0; i < ROWS; i++)
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    int r = (t >> 6) + i * 2, c = (t & 63) + 64 * j;
                    put(tileB + swizzled<T, BN * (int)sizeof(T)>(r, c / CHUNK) + c % CHUNK * (int)sizeof(T), staged[2 * i + j]);
                }
        }
    };
    list(0);
    // The first round only fetches, so that the code of it is there once.
#pragma unroll 1
    for (int step = -1; step < steps; step++) {
        cp_async_wait<0>();
        __syncthreads();
        if (step + 1 < steps) {
            fetch(step + 1);
            list(step + 2);
        }
        const char *tileA = tiles + (step & 1) * (sizeA + sizeB);
        if (step >= 0) mma_tiles<T, 1, 0, BM, BN>(sums, tileA, tileA + sizeA, warpM, warpN, lane);
        if (step + 1 < steps) settle(step + 1);
    }
    long long place = result_of(g, n0 + t);
    each_sum(sums, tiles, [&](int r, float v) INLINED { store(g, group, m0 + r, place, v); });
}

// A tile of the upstream gradient is [rows, positions], one of the source [channels and taps, positions].
DEVICE void conv_weight_mma_body(const ConvArguments &g) {
    const int sizeA = BM * TILE_ROW, sizeB = BN * TILE_ROW, ROWS = BN * BK / THREADS, APART = THREADS / BK;
    __shared__ __align__(128) char tiles[2 * (sizeA + sizeB)];
    __shared__ __align__(16) int4 taps[BN];
    int t = threadIdx.x, lane = t & 31, warp = t >> 5, warpM = warp / 2 * (BM / 2), warpN = warp % 2 * (BN / 2);
    int m0 = blockIdx.y * BM, n0 = blockIdx.x * BN, group = blockIdx.z / g.splits, split = blockIdx.z % g.splits;
    int steps = (g.columns + BK - 1) / BK, each = (steps + g.splits - 1) / g.splits, first = split * each, last = min(steps, first + each);
    float sums[MI][NI][8];
    clear(sums);
    unsigned short staged[ROWS];
    if (MODE != 2) taps[t] = tap_of(g, n0 + t);
    __syncthreads();

    auto fetch = [&](int step) INLINED {
        char *tileA = tiles + (step & 1) * (sizeA + sizeB), *tileB = tileA + sizeA;
        if constexpr (MODE > 0) {
            int c = t & 3, k = step * BK + c * CHUNK;
            bool within = k < g.columns;
            const T *upstream = within ? upstream_of(g, k, group) : g.weight;
#pragma unroll
            for (int i = 0; i < BM * 4 / THREADS; i++) {
                int r = t / 4 + i * (THREADS / 4);
                bool inside = within && m0 + r < g.rows;
                cp_async16(shared_address(tileA + swizzled<T, TILE_ROW>(r, c)), inside ? upstream + (long long)(m0 + r) * g.resultPlane : g.weight, inside ? 16 : 0);
            }
            if constexpr (MODE == 2) {
                const T *source = within ? position_of(g, k, group).p : g.source;
#pragma unroll
                for (int i = 0; i < BN * 4 / THREADS; i++) {
                    int r = t / 4 + i * (THREADS / 4);
                    bool inside = within && n0 + r < g.taps;
                    cp_async16(shared_address(tileB + swizzled<T, TILE_ROW>(r, c)), inside ? source + (long long)(n0 + r) * g.sourcePlane : g.source, inside ? 16 : 0);
                }
            }
        } else {
            int c = t % BK, k = step * BK + c;
            bool within = k < g.columns;
            const T *upstream = within ? upstream_of(g, k, group) : g.weight;
#pragma unroll
            for (int i = 0; i < BM * BK / THREADS; i++) {
                int r = t / BK + i * APART;
                bool inside = within && m0 + r < g.rows;
                char *target = tileA + swizzled<T, TILE_ROW>(r, c / CHUNK) + c % CHUNK * (int)sizeof(T);
                unsigned short value;
                gather(shared_address(target), upstream + (long long)(m0 + r) * g.resultPlane, inside, value);
                put(target, value);
            }
        }
        if constexpr (MODE != 2) {
            int c = t % BK;
            Position at = position_of(g, step * BK + c, group);
#pragma unroll
            for (int i = 0; i < ROWS; i++) {
                int r = t / BK + i * APART;
                int4 tap = taps[r];
                gather(shared_address(tileB + swizzled<T, TILE_ROW>(r, c / CHUNK) + c % CHUNK * (int)sizeof(T)), at.p + tap.x, at.sees(g, tap), staged[i]);
            }
        }
        cp_async_commit();
    };
    auto settle = [&](int step) INLINED {
        if constexpr (MODE != 2 && sizeof(T) == 2) {
            char *tileB = tiles + (step & 1) * (sizeA + sizeB) + sizeA;
            int c = t % BK;
#pragma unroll
            for (int i = 0; i < ROWS; i++) put(tileB + swizzled<T, TILE_ROW>(t / BK + i * APART, c / CHUNK) + c % CHUNK * (int)sizeof(T), staged[i]);
        }
    };
#pragma unroll 1
    for (int step = first - 1; step < last; step++) {
        cp_async_wait<0>();
        __syncthreads();
        if (step + 1 < last) fetch(step + 1);
        const char *tileA = tiles + (step & 1) * (sizeA + sizeB);
        if (step >= first) mma_tiles<T, 1, 1, BM, BN>(sums, tileA, tileA + sizeA, warpM, warpN, lane);
        if (step + 1 < last) settle(step + 1);
    }
    each_sum(sums, tiles, [&](int r, float v) INLINED { store_weight(g, group, split, m0 + r, n0 + t, v); });
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS) conv_mma(ConvArguments g) { conv_mma_body(g); }

extern "C" __global__ void __launch_bounds__(THREADS) conv_weight_mma(ConvArguments g) { conv_weight_mma_body(g); }

// Rows of weights as conv_* takes them: [groups, rows, leading] with zeros behind the sum. Row m, channel c has the taps
// first + j·step along each axis of weight[o, i], where (o, i) is (m, c), or (c, m) for the gradient by the source.
struct ConvPackArguments {
    const T *weight;
    T *packed;
    int groups, rows, channels, leading, transposed;
    int firstD, firstH, firstW, stepD, stepH, stepW;
    int kernelD, kernelH, kernelW;
    Divisor taps, tapsHW, tapsW;
};

extern "C" __global__ void __launch_bounds__(256) conv_pack(ConvPackArguments g) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x, row = i / g.leading;
    if (row >= (long long)g.groups * g.rows) return;
    int k = (int)(i - row * g.leading), c = divide(k, g.taps), d = divide(k, g.tapsHW), h = divide(k, g.tapsW), m = (int)(row % g.rows), group = (int)(row / g.rows);
    T v = from_float<T>(0.0f);
    if (c < g.channels) {
        long long pair = g.transposed ? ((long long)group * g.channels + c) * g.rows + m : row * g.channels + c;
        int tap = ((g.firstD + d * g.stepD) * g.kernelH + g.firstH + h * g.stepH) * g.kernelW + g.firstW + k * g.stepW;
        v = g.weight[pair * g.kernelD * g.kernelH * g.kernelW + tap];
    }
    g.packed[i] = v;
}

// result[i] = the sum of the parts partial[s·size + i] in order.
extern "C" __global__ void __launch_bounds__(256) conv_join(const float *partial, T *result, long long size, int splits) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= size) return;
    float sum = 0.0f;
    for (int s = 0; s < splits; s++) sum += partial[s * size + i];
    result[i] = from_float<T>(sum);
}

// Convolutions as in conv.cu, without tensor cores: exact in f32, and the default for it.
//
// Formula, layouts, epilogue, split-K: as in conv.cu. T is f32.
// Limits    as in conv.cu; any alignment, and rows of weights of any length.
// Launch    conv_simt (ceil(columns/128), ceil(rows/BM), groups), conv_weight_simt likewise, block 256.
// Source    Volkov, Demmel 2008: a thread has 4 × 4, 4 × 8 or 8 × 8 of the result in registers. Both tiles are copied past the registers,
//           two stages, 4 bytes at a time: neighbours in the source are not aligned.
#define T f32
#include "conv.cuh"

// 32 and 64 for few channels, whose tile would be empty for the most part.
#ifndef BM
#define BM 128
#endif
#define BN 128
#define BK 16
// 16 × 16 threads; for few rows 8 × 32, so that a thread still has fours of both.
#define TX (BM == 32 ? 32 : 16)
#define TY (256 / TX)
#define OWN_ROWS (BM / TY)
#define OWN_COLUMNS (BN / TX)
// Rows that go through shared memory at a time on their way out.
#define OUT 32

// --- Device helpers --------------------------------------------------------------------------------------------------

// Tiles are [BK, WIDTH]; the chunks of four are XORed by the row, so that tiles which are read along the sum are stored without
// conflicts, too.
template <int WIDTH> DEVICE float *tile_at(float *tile, int k, int r) { return tile + k * WIDTH + (((r >> 2) ^ (k & 7)) << 2) + (r & 3); }

// A thread's rows and columns come in fours, as far apart as all threads have.
template <int WIDTH, int COUNT> DEVICE void read_own(float *v, float *tile, int k, int t) {
#pragma unroll
    for (int i = 0; i < COUNT; i += 4) load_vec<f32>(tile_at<WIDTH>(tile, k, i * (WIDTH / COUNT) + t * 4), v + i);
}

DEVICE void multiply(float (&sums)[OWN_ROWS][OWN_COLUMNS], float *tileA, float *tileB, int tx, int ty) {
#pragma unroll
    for (int k = 0; k < BK; k++) {
        float a[OWN_ROWS], b[OWN_COLUMNS];
        read_own<BM, OWN_ROWS>(a, tileA, k, ty);
        read_own<BN, OWN_COLUMNS>(b, tileB, k, tx);
#pragma unroll
        for (int i = 0; i < OWN_ROWS; i++)
#pragma unroll
            for (int j = 0; j < OWN_COLUMNS; j++) sums[i][j] = fmaf(a[i], b[j], sums[i][j]);
    }
}

// Calls f(row, sum) for the sums of every other row of the thread's column, its number modulo 128.
template <typename F> DEVICE void each_sum(const float (&sums)[OWN_ROWS][OWN_COLUMNS], float *memory, int tx, int ty, F f) {
#pragma unroll 1
    for (int part = 0; part < BM / OUT; part++) {
        __syncthreads();
#pragma unroll
        for (int i = 0; i < OWN_ROWS; i++) {
            int r = (i >> 2) * (4 * TY) + ty * 4 + (i & 3);
            if (r / OUT != part) continue;
#pragma unroll
            for (int j = 0; j < OWN_COLUMNS; j += 4) store_vec<f32>(memory + r % OUT * BN + j * TX + tx * 4, sums[i] + j);
        }
        __syncthreads();
#pragma unroll 1
        for (int r = threadIdx.x >> 7; r < OUT; r += 2) f(part * OUT + r, memory[r * BN + (threadIdx.x & 127)]);
    }
}

// --- Kernels ---------------------------------------------------------------------------------------------------------

#define STAGE (BK * (BM + BN))

DEVICE void conv_simt_body(const ConvArguments &g) {
    __shared__ __align__(16) float tiles[2 * STAGE];
    __shared__ __align__(16) int4 taps[2][BK];
    int t = threadIdx.x, tx = t % TX, ty = t / TX, m0 = blockIdx.y * BM, n0 = blockIdx.x * BN, group = blockIdx.z, steps = (g.taps + BK - 1) / BK;
    const T *weight = g.weight + (long long)group * g.rows * g.leading;
    float sums[OWN_ROWS][OWN_COLUMNS] = {};
    Position at = position_of(g, n0 + (t & 127), group);
    auto list = [&](int step) INLINED {
        if (t < BK) taps[step & 1][t] = tap_of(g, step * BK + t);
    };
    auto fetch = [&](int step) INLINED {
        float *tileA = tiles + (step & 1) * STAGE, *tileB = tileA + BK * BM;
        // Eight lanes a sector of the weights.
#pragma unroll 2
        for (int i = 0; i < BM / 16; i++) {
            int r = (t >> 3) + 32 * (i >> 1), c = (t & 7) + 8 * (i & 1), k = step * BK + c;
            bool inside = m0 + r < g.rows && k < g.taps;
            cp_async4(shared_address(tile_at<BM>(tileA, c, r)), inside ? weight + (long long)(m0 + r) * g.leading + k : weight, inside);
        }
#pragma unroll 4
        for (int i = 0; i < BK / 2; i++) {
            int k = (t >> 7) + i * 2;
            int4 tap = taps[step & 1][k];
            cp_async4(shared_address(tile_at<BN>(tileB, k, t & 127)), at.p + tap.x, at.sees(g, tap));
        }
        cp_async_commit();
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
        float *tile = tiles + (step & 1) * STAGE;
        if (step >= 0) multiply(sums, tile, tile + BK * BM, tx, ty);
    }
    long long place = result_of(g, n0 + (t & 127));
    each_sum(sums, tiles, tx, ty, [&](int r, float v) INLINED { store(g, group, m0 + r, place, v); });
}

DEVICE void conv_weight_simt_body(const ConvArguments &g) {
    __shared__ __align__(16) float tiles[2 * STAGE];
    __shared__ __align__(16) int4 taps[BN];
    int t = threadIdx.x, tx = t % TX, ty = t / TX, m0 = blockIdx.y * BM, n0 = blockIdx.x * BN;
    int group = blockIdx.z / g.splits, split = blockIdx.z % g.splits;
    int steps = (g.columns + BK - 1) / BK, each = (steps + g.splits - 1) / g.splits, first = split * each, last = min(steps, first + each);
    float sums[OWN_ROWS][OWN_COLUMNS] = {};
    if (t < BN) taps[t] = tap_of(g, n0 + t);
    __syncthreads();
    auto fetch = [&](int step) INLINED {
        float *tileA = tiles + (step & 1) * STAGE, *tileB = tileA + BK * BM;
        // A thread has two positions, eight apart, and rows 32 apart of each.
#pragma unroll
        for (int i = 0; i < 2; i++) {
            int c = (t & 7) + 8 * i, k = step * BK + c;
            bool within = k < g.columns;
            Position at = position_of(g, k, group);
            const T *upstream = within ? upstream_of(g, k, group) : g.weight;
#pragma unroll
            for (int j = 0; j < BM / 32; j++) {
                int r = (t >> 3) + 32 * j;
                cp_async4(shared_address(tile_at<BM>(tileA, c, r)), upstream + (long long)(m0 + r) * g.resultPlane, within && m0 + r < g.rows);
            }
#pragma unroll
            for (int j = 0; j < BN / 32; j++) {
                int r = (t >> 3) + 32 * j;
                int4 tap = taps[r];
                cp_async4(shared_address(tile_at<BN>(tileB, c, r)), at.p + tap.x, at.sees(g, tap));
            }
        }
        cp_async_commit();
    };
#pragma unroll 1
    for (int step = first - 1; step < last; step++) {
        cp_async_wait<0>();
        __syncthreads();
        if (step + 1 < last) fetch(step + 1);
        float *tile = tiles + (step & 1) * STAGE;
        if (step >= first) multiply(sums, tile, tile + BK * BM, tx, ty);
    }
    each_sum(sums, tiles, tx, ty, [&](int r, float v) INLINED { store_weight(g, group, split, m0 + r, n0 + (t & 127), v); });
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256, 2) conv_simt(ConvArguments g) { conv_simt_body(g); }

extern "C" __global__ void __launch_bounds__(256, 2) conv_weight_simt(ConvArguments g) { conv_weight_simt_body(g); }

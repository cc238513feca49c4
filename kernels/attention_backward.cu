// Attention, backward: gradients of queries, keys, values and bias from the logarithms that the forward pass left.
//
// Formula   p = e^(s − lse), dv = pᵀ·do, dp = do·vᵀ, ds = p·(dp − δ) with δ = Σ do·o − dlse, dq = scale·ds·k, dk = scale·dsᵀ·q, dbias = ds.
//           Dropped weights are 0 in dv, and so is their dp; the others are multiplied by the factor.
//           attention_delta makes δ. attention_backward_queries holds rows of q and do while keys stream past and adds dq;
//           attention_backward_keys holds rows of k and v while queries stream past and adds dk and dv, over all query heads that
//           share them. Each sum has one owner and one order, so results do not depend on timing, at the price of computing
//           s and dp twice: 6 + 8 instead of 10·S·L·D operations.
// Layouts   of AttentionArguments (attention.cuh), each gradient with strides of its own. delta lies like lse. dbias is [B, H, S, L] by
//           its strides, zeroed beforehand because tiles that nobody sees are not visited.
// Types     T f16, bf16: p and ds are rounded to T for the second product; f32 as in the forward pass. Sums are f32.
// Limits    as in attention.cu. Rows that see no key get zero. Heads of more than 128 numbers: dk and dv are made in SLICES by as
//           many blocks, because both sums do not fit into registers; ROPE is not for them.
// Launch    attention_delta: grid ceil(S·LANES/256)·H·B, block 256. attention_backward_queries: grid ceil(S/BM)·H·B;
//           attention_backward_keys: grid (ceil(L/BM)·G·B, SLICES); both block THREADS, dynamic shared memory
//           2·(BM + STAGES·BN)·PITCH. Of packed sequences (rows/BM + sequences) instead of ceil(rows/BM)·B, but for attention_delta B is 1.
// Source    FlashAttention-2 (Dao 2023).
#include "attention.cuh"

// Tiles of columns in shared memory: the next comes in while one is used.
#ifndef STAGES
#define STAGES 2
#endif
#define SLICES (D > 128 ? 2 : 1)
// Lanes that share a row of attention_delta.
#define LANES (PITCH / 16 < 32 ? PITCH / 16 : 32)

// --- Kernels ---------------------------------------------------------------------------------------------------------

// lse and δ of a query. One that saw nothing has scores −∞ and shall have weights e^(−∞ − 0).
DEVICE void read_statistics(const AttentionArguments &g, long long start, int query, int queries, float &lse, float &delta) {
    float l = query < queries ? g.lse[start + query] : 0.0f;
    lse = l == -INFINITY_F ? 0.0f : l;
    delta = query < queries ? g.delta[start + query] : 0.0f;
}

// The pair that a score belongs to.
#define QUERY(i, j, e) (KEYS ? column0 + column + 8 * (j) + ((e) & 1) : row + 16 * (i) + ((e) & 2) * 4)
#define KEY(i, j, e) (KEYS ? row + 16 * (i) + ((e) & 2) * 4 : column0 + column + 8 * (j) + ((e) & 1))

// Rows are keys (KEYS) or queries, columns the other. Of the two operands of each kind the first makes the scores.
template <bool KEYS> DEVICE void backward(const AttentionArguments &g) {
    extern __shared__ __align__(1024) char tiles[];
    const int COLUMNS = KEYS ? D / SLICES : D;
    char *rows1 = tiles, *rows2 = tiles + BM * PITCH, *stages = rows2 + BM * PITCH;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, heads = KEYS ? g.heads / g.group : g.heads;
    int blocks = blocks_of(g, KEYS ? g.lengthK : g.lengthQ, BM), block = blockIdx.x % blocks, slice = KEYS ? blockIdx.y * COLUMNS : 0;
    // The longest first: under a causal mask the first keys and the last queries.
    int row0 = (KEYS ? block : blocks - 1 - block) * BM, head = blockIdx.x / blocks % heads, batch = blockIdx.x / blocks / heads;
    if (g.sequences) locate(g, KEYS ? g.startsK : g.startsQ, KEYS ? g.lengthK : g.lengthQ, BM, block, batch, row0);
    Sequence sequence(g, batch);
    int length = KEYS ? sequence.lengthK : sequence.lengthQ, width = KEYS ? sequence.lengthQ : sequence.lengthK, rows = min(BM, length - row0);
    if (rows <= 0) return;
    int first = max(0, KEYS ? sequence.first_query(row0) : sequence.first(row0)) / BN * BN;
    int last = min(width, KEYS ? sequence.end_query(row0 + rows - 1) : sequence.end(row0 + rows - 1));
    int across = first < last ? (last - first + BN - 1) / BN : 0, steps = KEYS ? across * g.group : across;
    int warpRow = warp * 16 * ROW_TILES, row = row0 + warpRow + (lane >> 2), column = 2 * (lane & 3);
    int keyHead = KEYS ? head : head / g.group;
    const T *k = row_of(g.k, g.strideK, batch, keyHead, sequence.startK), *v = row_of(g.v, g.strideV, batch, keyHead, sequence.startK);

    // The next step from this one on whose tile is seen.
    auto next = [&](int step) {
#if GATED
        for (; step < steps; step++) {
            Visible visible(g, batch, KEYS ? head * g.group + step / across : head);
            int column0 = first + step % across * BN;
            if (KEYS ? visible.some(column0, BN, row0, BM) : visible.some(row0, BM, column0, BN)) break;
        }
#endif
        return step;
    };
    auto load = [&](int step, int turn) {
        int queryHead = KEYS ? head * g.group + step / across : head, column0 = first + step % across * BN;
        unsigned tile = shared_address(stages) + turn % STAGES * (2 * BN * PITCH);
        if constexpr (KEYS) {
            load_tile<BN, THREADS>(tile, row_of(g.q, g.strideQ, batch, queryHead, sequence.startQ), g.strideQ.row, column0, width, g.depth);
            load_tile<BN, THREADS>(tile + BN * PITCH, row_of(g.dout, g.strideDout, batch, queryHead, sequence.startQ), g.strideDout.row, column0, width, g.depth);
        } else {
            load_tile<BN, THREADS>(tile, k, g.strideK.row, column0, width, g.depth);
            load_tile<BN, THREADS>(tile + BN * PITCH, v, g.strideV.row, column0, width, g.depth);
        }
        cp_async_commit();
    };
    if constexpr (KEYS) {
        load_tile<BM, THREADS>(shared_address(rows1), k, g.strideK.row, row0, length, g.depth);
        load_tile<BM, THREADS>(shared_address(rows2), v, g.strideV.row, row0, length, g.depth);
    } else {
        load_tile<BM, THREADS>(shared_address(rows1), row_of(g.q, g.strideQ, batch, head, sequence.startQ), g.strideQ.row, row0, length, g.depth);
        load_tile<BM, THREADS>(shared_address(rows2), row_of(g.dout, g.strideDout, batch, head, sequence.startQ), g.strideDout.row, row0, length, g.depth);
    }
    cp_async_commit();
    int step = next(0);
    if (step < steps) load(step, 0);
#if ROPE
    cp_async_wait<0>();
    __syncthreads();
    rotate_tile<BM, THREADS>(rows1, g.rotation, row0 + (KEYS ? 0 : sequence.offset), 1, 0, rows, 1.0f);
#endif

    float sums1[ROW_TILES][COLUMNS / 8][4], sums2[KEYS ? ROW_TILES : 1][COLUMNS / 8][4], lse[KEYS ? BN / 8 : ROW_TILES][2], delta[KEYS ? BN / 8 : ROW_TILES][2];
    long long statistics = batch * g.lseBatch + sequence.startQ;
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) {
#pragma unroll
        for (int j = 0; j < COLUMNS / 8; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) {
                sums1[i][j][e] = 0.0f;
                if (KEYS) sums2[i][j][e] = 0.0f;
            }
        if constexpr (!KEYS) {
#pragma unroll
            for (int h = 0; h < 2; h++) read_statistics(g, statistics + head * g.lseHead, row + 16 * i + 8 * h, length, lse[i][h], delta[i][h]);
        }
    }
    unsigned from1 = lane_rows(shared_address(rows1) + warpRow * PITCH), from2 = lane_rows(shared_address(rows2) + warpRow * PITCH);

    for (int turn = 0; step < steps; turn++) {
        if (STAGES == 1 && turn > 0) {
            __syncthreads();
            load(step, turn);
        }
        cp_async_wait<0>();
        __syncthreads();
        int following = next(step + 1);
        if (STAGES > 1 && following < steps) load(following, turn + 1);
        int queryHead = KEYS ? head * g.group + step / across : head, column0 = first + step % across * BN;
        char *tile1 = stages + turn % STAGES * (2 * BN * PITCH);
        unsigned columns1 = shared_address(tile1), columns2 = columns1 + BN * PITCH;
#if ROPE
        rotate_tile<BN, THREADS>(tile1, g.rotation, column0 + (KEYS ? sequence.offset : 0), 1, 0, width - column0, 1.0f);
        __syncthreads();
#endif
        if constexpr (KEYS) {
#pragma unroll
            for (int j = 0; j < BN / 8; j++)
#pragma unroll
                for (int h = 0; h < 2; h++) read_statistics(g, statistics + queryHead * g.lseHead, column0 + column + 8 * j + h, width, lse[j][h], delta[j][h]);
        }
        float p[ROW_TILES][BN / 8][4], ds[ROW_TILES][BN / 8][4];
        dot_rows<ROW_TILES, BN>(p, from1, lane_pairs(columns1));
        dot_rows<ROW_TILES, BN>(ds, from2, lane_pairs(columns2));
        int warpFirst = row0 + warpRow;
        bool partial = KEYS ? sequence.partial(column0, BN, warpFirst, 16 * ROW_TILES) : sequence.partial(warpFirst, 16 * ROW_TILES, column0, BN);
        float scale = g.scale * LOG2E;
        EACH_SCORE(i, j, e) p[i][j][e] *= scale;
        if (g.bias) {
            const T *bias = row_of(g.bias, g.strideBias, batch, queryHead, 0);
            EACH_SCORE(i, j, e) {
                int query = QUERY(i, j, e), key = KEY(i, j, e);
                if (key < sequence.keys(query)) p[i][j][e] = fmaf(to_float(bias[query * g.strideBias.row + key]), LOG2E, p[i][j][e]);
            }
        }
        if (partial) EACH_SCORE(i, j, e) if (!sequence.sees(QUERY(i, j, e), KEY(i, j, e))) p[i][j][e] = -INFINITY_F;
#if GATED
        Visible visible(g, batch, queryHead);
        if (!(KEYS ? visible.all(column0, BN, warpFirst, 16 * ROW_TILES) : visible.all(warpFirst, 16 * ROW_TILES, column0, BN))) {
            u64 seen = visible.bits<KEYS>(row, column0 + column);
            EACH_SCORE(i, j, e) if (!SCORE_BIT(seen, i, j, e)) p[i][j][e] = -INFINITY_F;
        }
#endif
        EACH_SCORE(i, j, e) {
            int n = KEYS ? j : i, h = KEYS ? e & 1 : e >> 1;
            p[i][j][e] = exp2_approx(fmaf(lse[n][h], -LOG2E, p[i][j][e]));
        }
#if GATED
        if (g.dropout > 0.0f) {
            u64 kept = Dropping(g, sequence, batch, queryHead).bits<KEYS>(row, column0 + column);
            EACH_SCORE(i, j, e) {
                float factor = SCORE_BIT(kept, i, j, e) ? g.factor : 0.0f;
                ds[i][j][e] = p[i][j][e] * (ds[i][j][e] * factor - delta[KEYS ? j : i][KEYS ? e & 1 : e >> 1]);
                p[i][j][e] *= factor;
            }
        } else
#endif
        EACH_SCORE(i, j, e) ds[i][j][e] = p[i][j][e] * (ds[i][j][e] - delta[KEYS ? j : i][KEYS ? e & 1 : e >> 1]);
        if (!KEYS && g.dbias) {
            T *dbias = row_of(g.dbias, g.strideDbias, batch, queryHead, 0);
            EACH_SCORE(i, j, e)
            if (sequence.sees(QUERY(i, j, e), KEY(i, j, e))) dbias[QUERY(i, j, e) * g.strideDbias.row + KEY(i, j, e)] = from_float<T>(ds[i][j][e]);
        }
        add_product<ROW_TILES, BN, COLUMNS>(sums1, ds, columns1, slice);
        if constexpr (KEYS) add_product<ROW_TILES, BN, COLUMNS>(sums2, p, columns2, slice);
        step = following;
    }

    // Sums leave through the place of the rows, which no other warp reads.
    cp_async_wait<0>();
    __syncthreads();
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) {
        leave_rows<COLUMNS>(rows1, sums1[i], warpRow + 16 * i, slice, g.scale, g.scale);
        if constexpr (KEYS) leave_rows<COLUMNS>(rows2, sums2[i], warpRow + 16 * i, slice, 1.0f, 1.0f);
    }
    __syncthreads();
#if ROPE
    rotate_tile<BM, THREADS>(rows1, g.rotation, row0 + (KEYS ? 0 : sequence.offset), 1, 0, rows, -1.0f);
    __syncthreads();
#endif
    int end = min(g.depth, slice + COLUMNS);
    if constexpr (KEYS) {
        store_tile<BM, THREADS>(rows1, row_of(g.dk, g.strideDk, batch, head, sequence.startK), g.strideDk.row, row0, length, slice, end);
        store_tile<BM, THREADS>(rows2, row_of(g.dv, g.strideDv, batch, head, sequence.startK), g.strideDv.row, row0, length, slice, end);
    } else {
        store_tile<BM, THREADS>(rows1, row_of(g.dq, g.strideDq, batch, head, sequence.startQ), g.strideDq.row, row0, length, 0, end);
    }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) attention_delta(AttentionArguments g) {
    const int rows = 256 / LANES;
    int blocks = (g.lengthQ + rows - 1) / rows, row = blockIdx.x % blocks * rows + threadIdx.x / LANES, lane = threadIdx.x % LANES;
    int head = blockIdx.x / blocks % g.heads, batch = blockIdx.x / blocks / g.heads;
    float sum = 0.0f;
    if (row < g.lengthQ) {
        const T *o = row_of(g.o, g.strideO, batch, head, row), *dout = row_of(g.dout, g.strideDout, batch, head, row);
        for (int i = lane * CHUNK; i < g.depth; i += LANES * CHUNK) {
            float a[CHUNK], b[CHUNK];
            load_global(o + i, a);
            load_global(dout + i, b);
#pragma unroll
            for (int j = 0; j < CHUNK; j++) sum = fmaf(a[j], b[j], sum);
        }
    }
#pragma unroll
    for (int d = LANES / 2; d > 0; d >>= 1) sum += __shfl_xor_sync(FULL_MASK, sum, d);
    long long at = batch * g.lseBatch + head * g.lseHead + row;
    if (lane == 0 && row < g.lengthQ) g.delta[at] = g.dlse ? sum - g.dlse[at] : sum;
}

extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_backward_queries(AttentionArguments g) { backward<false>(g); }

extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_backward_keys(AttentionArguments g) { backward<true>(g); }

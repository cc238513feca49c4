// Attention, forward: o = softmax(scale·q·kᵀ + bias)·v without the matrix of scores in memory.
//
// Formula   Tiles of keys stream past a block of queries; each row keeps its maximum m and sum l, and multiplies what it has by
//           e^(m − m′) when the maximum grows. lse = m + ln l is returned for the gradients and for joining parts.
// Layouts   of AttentionArguments (attention.cuh): any strides of batch, head and row, so [B, H, S, D] and [B, S, H, D] alike.
//           Packed sequences: startsQ and startsK hold their first rows and the number of all, batch strides are 0, lse is [H, rows]
//           by lseHead. With `wide` the result is f32, [B, H, S, depth] without gaps.
// Types     T f16, bf16: products of tensor cores with f32 sums, weights rounded to T. f32: three tf32 products (TF32=0) or one.
// Masks     causal and windows by left and right, the ends of queries and keys aligned; a tile that nobody sees is not read.
//           A row that sees no key is zero and has lse −∞. Tiles of hidden blocks only are not read. Dropped weights count in l.
// Limits    depth ≤ D in whole 16 bytes, pointers and strides as well; lengths < 2³⁰; any scale. ROPE: rotary/2 is a multiple
//           of a 16-byte chunk (interleaved: rotary is), tables reach to the last position, queries before the first key are not turned.
// Launch    grid ceil(S/BM)·H·B, of packed sequences (rows/BM + sequences)·H; block THREADS, dynamic shared memory (BM + 2·BN)·PITCH. Late queries come first: they
//           have the most to do under a causal mask.
// Source    FlashAttention-2 (Dao 2023); online normaliser of Milakov, Gimelshein 2018; RoPE of Su et al. 2021.
#include "attention.cuh"

// --- Kernels ---------------------------------------------------------------------------------------------------------

// s = scale·s + bias in units of log₂ e, −∞ for pairs out of sight. `row` is the query of s[0][0][0], `column` its key.
DEVICE void finish_scores(const AttentionArguments &g, const Sequence &sequence, const T *bias, float (*s)[BN / 8][4], int row, int column, bool partial) {
    float scale = g.scale * LOG2E;
    EACH_SCORE(i, j, e) s[i][j][e] *= scale;
    if (bias) {
        EACH_SCORE(i, j, e) {
            int query = row + 16 * i + (e & 2) * 4, key = column + 8 * j + (e & 1);
            if (key < sequence.keys(query)) s[i][j][e] = fmaf(to_float(bias[query * g.strideBias.row + key]), LOG2E, s[i][j][e]);
        }
    }
    if (partial) EACH_SCORE(i, j, e) if (!sequence.sees(row + 16 * i + (e & 2) * 4, column + 8 * j + (e & 1))) s[i][j][e] = -INFINITY_F;
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) attention_forward(AttentionArguments g) {
    extern __shared__ __align__(1024) char tiles[];
    char *tileQ = tiles, *tileK = tiles + BM * PITCH, *tileV = tileK + BN * PITCH;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, blocks = blocks_of(g, g.lengthQ, BM);
    int row0 = (blocks - 1 - blockIdx.x % blocks) * BM, head = blockIdx.x / blocks % g.heads, batch = blockIdx.x / blocks / g.heads;
    if (g.sequences) {
        if (blockIdx.x == 0) {
            check_starts<THREADS>(g, g.startsQ, g.lengthQ);
            check_starts<THREADS>(g, g.startsK, g.lengthK);
        }
        locate(g, g.startsQ, g.lengthQ, BM, blockIdx.x % blocks, batch, row0);
    }
    Sequence sequence(g, batch);
    int rows = min(BM, sequence.lengthQ - row0);
    if (rows <= 0) return;
    const T *q = row_of(g.q, g.strideQ, batch, head, sequence.startQ), *k = row_of(g.k, g.strideK, batch, head / g.group, sequence.startK);
    const T *v = row_of(g.v, g.strideV, batch, head / g.group, sequence.startK), *bias = g.bias ? row_of(g.bias, g.strideBias, batch, head, 0) : nullptr;
    int first = max(0, sequence.first(row0)) / BN * BN, last = min(sequence.lengthK, sequence.end(row0 + rows - 1));
    int warpRow = warp * 16 * ROW_TILES, row = row0 + warpRow + (lane >> 2), column = 2 * (lane & 3);
    // The next tile of keys from this one on that is seen.
    auto next = [&](int key) {
#if GATED
        while (key < last && !Visible(g, batch, head).some(row0, BM, key, BN)) key += BN;
#endif
        return key;
    };
    first = next(first);

    float sums[ROW_TILES][D / 8][4], most[ROW_TILES][2], total[ROW_TILES][2];
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) {
#pragma unroll
        for (int j = 0; j < D / 8; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) sums[i][j][e] = 0.0f;
        most[i][0] = most[i][1] = -INFINITY_F;
        total[i][0] = total[i][1] = 0.0f;
    }
    unsigned fromQ = lane_rows(shared_address(tileQ) + warpRow * PITCH), fromK = lane_pairs(shared_address(tileK)), sharedV = shared_address(tileV);
    load_tile<BM, THREADS>(shared_address(tileQ), q, g.strideQ.row, row0, sequence.lengthQ, g.depth);
    if (first < last) load_tile<BN, THREADS>(shared_address(tileK), k, g.strideK.row, first, sequence.lengthK, g.depth);
    cp_async_commit();
#if ROPE
    cp_async_wait<0>();
    __syncthreads();
    rotate_tile<BM, THREADS>(tileQ, g.rotation, row0 + sequence.offset, 1, 0, rows, 1.0f);
#endif

    for (int key = first; key < last;) {
        int following = next(key + BN);
        cp_async_wait<0>();
        __syncthreads();
        load_tile<BN, THREADS>(sharedV, v, g.strideV.row, key, sequence.lengthK, g.depth);
        cp_async_commit();
#if ROPE
        rotate_tile<BN, THREADS>(tileK, g.rotation, key, 1, 0, sequence.lengthK - key, 1.0f);
        __syncthreads();
#endif
        float s[ROW_TILES][BN / 8][4];
        dot_rows<ROW_TILES, BN>(s, fromQ, fromK);
        finish_scores(g, sequence, bias, s, row, key + column, sequence.partial(row0 + warpRow, 16 * ROW_TILES, key, BN));
#if GATED
        Visible visible(g, batch, head);
        if (!visible.all(row0 + warpRow, 16 * ROW_TILES, key, BN)) {
            u64 seen = visible.bits<false>(row, key + column);
            EACH_SCORE(i, j, e) if (!SCORE_BIT(seen, i, j, e)) s[i][j][e] = -INFINITY_F;
        }
#endif
        // The four lanes of a quad hold a row.
#pragma unroll
        for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
            for (int h = 0; h < 2; h++) {
                float m = most[i][h];
#pragma unroll
                for (int j = 0; j < BN / 8; j++) m = fmaxf(m, fmaxf(s[i][j][2 * h], s[i][j][2 * h + 1]));
                m = fmaxf(m, __shfl_xor_sync(FULL_MASK, m, 1));
                m = fmaxf(m, __shfl_xor_sync(FULL_MASK, m, 2));
                // A row that has seen nothing has weights e^(−∞ − 0) = 0.
                float base = m == -INFINITY_F ? 0.0f : m, factor = exp2_approx(most[i][h] - base), sum = 0.0f;
                most[i][h] = m;
#pragma unroll
                for (int j = 0; j < BN / 8; j++) {
                    float a = exp2_approx(s[i][j][2 * h] - base), b = exp2_approx(s[i][j][2 * h + 1] - base);
                    s[i][j][2 * h] = a;
                    s[i][j][2 * h + 1] = b;
                    sum += a + b;
                }
                total[i][h] = fmaf(total[i][h], factor, sum);
#pragma unroll
                for (int j = 0; j < D / 8; j++) {
                    sums[i][j][2 * h] *= factor;
                    sums[i][j][2 * h + 1] *= factor;
                }
            }
#if GATED
        if (g.dropout > 0.0f) {
            u64 kept = Dropping(g, sequence, batch, head).bits<false>(row, key + column);
            EACH_SCORE(i, j, e) s[i][j][e] = SCORE_BIT(kept, i, j, e) ? s[i][j][e] * g.factor : 0.0f;
        }
#endif
        cp_async_wait<0>();
        __syncthreads();
        if (following < last) load_tile<BN, THREADS>(shared_address(tileK), k, g.strideK.row, following, sequence.lengthK, g.depth);
        cp_async_commit();
        add_product<ROW_TILES, BN, D>(sums, s, sharedV, 0);
        key = following;
    }

    // Rows leave through the place of the queries, which no other warp reads.
    cp_async_wait<0>();
    __syncthreads();
    float *lse = g.lse ? g.lse + batch * g.lseBatch + head * g.lseHead + sequence.startQ : nullptr;
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) {
        float inverse[2];
#pragma unroll
        for (int h = 0; h < 2; h++) {
            float l = total[i][h];
            l += __shfl_xor_sync(FULL_MASK, l, 1);
            l += __shfl_xor_sync(FULL_MASK, l, 2);
            inverse[h] = l == 0.0f ? 0.0f : 1.0f / l;
            int query = row + 16 * i + 8 * h;
            if (lse && column == 0 && query < sequence.lengthQ) lse[query] = l == 0.0f ? -INFINITY_F : fmaf(most[i][h], LN2, log_f(l));
        }
        if (g.wide) {
            // Four lanes write 32 bytes, a sector.
            float *wide = g.wide + (((long long)(g.sequences ? 0 : batch) * g.heads + head) * g.lengthQ + sequence.startQ) * g.depth;
#pragma unroll
            for (int j = 0; j < D / 8; j++)
#pragma unroll
                for (int h = 0; h < 2; h++) {
                    int query = row + 16 * i + 8 * h, at = 8 * j + column;
                    if (query < sequence.lengthQ && at < g.depth) store_two<f32>(wide + query * (long long)g.depth + at, sums[i][j][2 * h] * inverse[h], sums[i][j][2 * h + 1] * inverse[h]);
                }
        } else {
            leave_rows<D>(tileQ, sums[i], warpRow + 16 * i, 0, inverse[0], inverse[1]);
        }
    }
    if (g.wide) return;
    __syncthreads();
    store_tile<BM, THREADS>(tileQ, row_of(g.o, g.strideO, batch, head, sequence.startQ), g.strideO.row, row0, sequence.lengthQ, 0, g.depth);
}

// Attention of the few newest queries to a long cache, in pages or in one piece, split over blocks.
//
// Formula   as in attention.cu. The rows of a block are the query heads that share a key head, times the new queries, so that
//           the cache is read once for all of them. Each warp has a pipeline of its own over every WARPS-th tile of 16 keys and
//           its own maximum and sum; warps join in shared memory, parts of the cache in attention_combine by their lse, both
//           in order, so that results do not depend on timing.
// Layouts   q, o by strides of sequence, head and query; k, v by strides of page, key head and row in the page. Key i of
//           sequence b is row i % pageSize of page table[b, i / pageSize]; without a table it is row i of "page" b. lengths [B] count the
//           keys of a sequence with those of its new queries, of which query s of S sees all up to its own position; more
//           than pages · pageSize are as many.
//           parts [B, S, H, splits, D] of f32 and partLse [B, S, H, splits] are used where splits > 1.
// Types     T f16, bf16 (tensor cores, weights rounded to T) or f32 (three tf32 products). NARROW: the cache has rows of C instead,
//           f16, bf16 or u8, which become T in shared memory; a byte c stands for (c − 128)·scale of its row.
// Masks     left ≥ 0: so many keys before its own position. Where no key is seen results are 0, lse −∞.
// Limits    as in attention.cu, for rows of C too; S·H/G rows in blocks of 16. ROPE rotates the queries; keys are cached as they were rotated.
// Launch    attention_decode: grid splits·ceil(S·H/G / 16)·G·B, block 32·WARPS, dynamic shared memory (16 + 64·WARPS)·PITCH; NARROW
//           16·PITCH + WARPS·WARP_BYTES.
//           attention_combine: grid ceil(B·S·H/4), block 128.
// Source    Flash-Decoding (Dao, Haziza, Massa, Sizov 2023); pages after vLLM (Kwon et al. 2023).
#define BM 16
#define BN 16
#include "attention.cuh"

#ifndef WARPS
#define WARPS 4
#endif
// Element type of the cache.
#ifndef C
#define C T
#endif
#ifndef NARROW
#define NARROW 0
#endif
// One tile comes in while another is used: 16 rows of keys and values each. Of NARROW rows two come in as they are, and one is widened.
#define TILE_BYTES (16 * PITCH)
#define ROW_BYTES (D * (int)sizeof(C))
#define WARP_BYTES (NARROW ? 2 * TILE_BYTES + 4 * 16 * ROW_BYTES : 4 * TILE_BYTES)

struct DecodeArguments {
    const T *q;
    const C *k, *v;
    T *o;
    float *lse;              // [B, H, S] by strides, or null
    float *parts, *partLse;
    const int *table, *lengths;
    const float *scaleK, *scaleV; // of rows of u8, by strides of page, key head and row
    Rotation rotation;
    Strides strideQ, strideK, strideV, strideO, strideScaleK, strideScaleV;
    long long lseBatch, lseHead;
    int batch, heads, group, queries, depth;
    int pageSize, pages;     // rows of a page; pages of a row of the table
    int splits, left;
    float scale;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

// Begins to copy 16 rows of keys and values, narrow ones one behind the other; keys from `end` on are zeros. Lane r < 16 finds row r for all,
// and its scales.
DEVICE void load_keys(const DecodeArguments &g, unsigned tile, int batch, int keyHead, int key0, int end, float &scaleK, float &scaleV) {
    const int chunks = NARROW ? ROW_BYTES / 16 : PITCH / 16, elements = 16 / (int)sizeof(C);
    int lane = threadIdx.x & 31, key = key0 + (lane & 15);
    long long page = batch, row = key;
    if (g.table && key < end) {
        page = g.table[(long long)batch * g.pages + key / g.pageSize];
        row = key % g.pageSize;
    }
    long long atK = page * g.strideK.batch + keyHead * g.strideK.head + row * g.strideK.row;
    long long atV = page * g.strideV.batch + keyHead * g.strideV.head + row * g.strideV.row;
#if NARROW
#pragma unroll 2
#else
#pragma unroll 8
#endif
    for (int i = 0; i < 16 * chunks / 32; i++) {
        int r = (i * 32 + lane) / chunks, c = (i * 32 + lane) % chunks, bytes = key0 + r < end && c * elements < g.depth ? 16 : 0;
        long long k = (long long)__shfl_sync(FULL_MASK, (unsigned long long)atK, r), v = (long long)__shfl_sync(FULL_MASK, (unsigned long long)atV, r);
        if (c * elements >= D) continue;
        unsigned at = NARROW ? r * ROW_BYTES + c * 16 : chunk_offset(r, c);
        cp_async16(tile + at, g.k + k + c * elements, bytes);
        cp_async16(tile + (NARROW ? 16 * ROW_BYTES : TILE_BYTES) + at, g.v + v + c * elements, bytes);
    }
    if (sizeof(C) == 1) {
        scaleK = key < end ? g.scaleK[page * g.strideScaleK.batch + keyHead * g.strideScaleK.head + row * g.strideScaleK.row] : 0.0f;
        scaleV = key < end ? g.scaleV[page * g.strideScaleV.batch + keyHead * g.strideScaleV.head + row * g.strideScaleV.row] : 0.0f;
    }
}

#if NARROW
// Number i of sixteen bytes.
template <typename E> DEVICE float number_of(const unsigned *w, int i) { return half_of<E>(w[i / 2], i & 1); }
template <> DEVICE float number_of<u8>(const unsigned *w, int i) { return (float)(int)(w[i / 4] >> (8 * (i & 3)) & 0xff) - 128.0f; }

// Widens 16 rows into a tile; lane r has the scale of row r.
DEVICE void widen_rows(char *tile, const char *rows, float scale) {
    const int chunks = ROW_BYTES / 16, elements = 16 / (int)sizeof(C);
    int lane = threadIdx.x & 31;
#pragma unroll 1
    for (int i = 0; i < 16 * chunks / 32; i++) {
        int r = (i * 32 + lane) / chunks, c = (i * 32 + lane) % chunks;
        uint4 raw = *(const uint4 *)(rows + (i * 32 + lane) * 16);
        unsigned w[4] = {raw.x, raw.y, raw.z, raw.w};
        float factor = sizeof(C) == 1 ? __shfl_sync(FULL_MASK, scale, r) : 1.0f;
#pragma unroll
        for (int j = 0; j < elements; j += CHUNK) {
            float v[CHUNK];
#pragma unroll
            for (int e = 0; e < CHUNK; e++) v[e] = number_of<C>(w, j + e) * factor;
            store_vec<T>((T *)(tile + chunk_offset(r, c * (elements / CHUNK) + j / CHUNK)), v);
        }
    }
}
#endif

// Where a warp leaves its sums [16, D]: rows are turned by eight columns each, so that they lie in different banks.
DEVICE int sum_at(int row, int column) { return row * D + (column + 8 * row) % D; }

template <typename E> DEVICE void store_four(E *p, const float *v) { *(uint2 *)p = make_uint2(pack2<E>(v[0], v[1]), pack2<E>(v[2], v[3])); }
template <> DEVICE void store_four<f32>(f32 *p, const float *v) { *(float4 *)p = make_float4(v[0], v[1], v[2], v[3]); }

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(32 * WARPS) attention_decode(DecodeArguments g) {
    extern __shared__ __align__(1024) char tiles[];
    __shared__ float warpMost[WARPS][16], warpTotal[WARPS][16];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, rows = g.group * g.queries, rowBlocks = (rows + 15) / 16, keyHeads = g.heads / g.group;
    int split = blockIdx.x % g.splits, rest = blockIdx.x / g.splits, row0 = rest % rowBlocks * 16, keyHead = rest / rowBlocks % keyHeads, batch = rest / rowBlocks / keyHeads;
    int length = min(g.lengths[batch], g.pages * g.pageSize), left = g.left < 0 ? 1 << 30 : g.left, count = min(16, rows - row0);
    // Position of new query s is newest + s.
    int newest = length - g.queries, firstQuery = row0 / g.group, lastQuery = (row0 + count - 1) / g.group;
    int first = max(0, newest + firstQuery - left) / 16 * 16, end = min(length, newest + lastQuery + 1);
    int groups = first < end ? (end - first + 16 * WARPS - 1) / (16 * WARPS) : 0, each = (groups + g.splits - 1) / g.splits;
    int key0 = first + (split * each * WARPS + warp) * 16, steps = min(each, groups - split * each);

    char *tileQ = tiles, *own = tiles + TILE_BYTES + warp * WARP_BYTES;
    unsigned sharedOwn = shared_address(own);
    for (int i = threadIdx.x; i < 16 * (PITCH / 16); i += 32 * WARPS) {
        int r = i / (PITCH / 16), c = i % (PITCH / 16), query = (row0 + r) / g.group, head = keyHead * g.group + (row0 + r) % g.group;
        cp_async16(shared_address(tileQ) + chunk_offset(r, c), g.q + batch * g.strideQ.batch + head * g.strideQ.head + query * g.strideQ.row + c * CHUNK, r < count && c * CHUNK < g.depth ? 16 : 0);
    }
    cp_async_commit();
    cp_async_wait<0>();
    __syncthreads();
#if ROPE
    // The first row of a block may be in the middle of a query's heads.
    rotate_tile<16, 32 * WARPS>(tileQ, g.rotation, newest, g.group, row0, count, 1.0f);
    __syncthreads();
#endif

    float sums[1][D / 8][4], most[2] = {-INFINITY_F, -INFINITY_F}, total[2] = {0.0f, 0.0f};
#pragma unroll
    for (int j = 0; j < D / 8; j++)
#pragma unroll
        for (int e = 0; e < 4; e++) sums[0][j][e] = 0.0f;
    unsigned fromQ = lane_rows(shared_address(tileQ));
    int column = 2 * (lane & 3), firstSeen[2], lastSeen[2];
#pragma unroll
    for (int h = 0; h < 2; h++) {
        lastSeen[h] = newest + (row0 + (lane >> 2) + 8 * h) / g.group;
        firstSeen[h] = lastSeen[h] - left;
    }
    // Narrow rows lie behind the tile.
    const int stage = NARROW ? 2 * 16 * ROW_BYTES : 2 * TILE_BYTES, stages = NARROW ? 2 * TILE_BYTES : 0;
    float scaleK = 1.0f, scaleV = 1.0f, nextK = 1.0f, nextV = 1.0f;
    if (steps > 0) load_keys(g, sharedOwn + stages, batch, keyHead, key0, end, nextK, nextV);
    cp_async_commit();
    for (int step = 0; step < steps; step++, key0 += 16 * WARPS) {
        unsigned tile = sharedOwn + (NARROW ? 0 : (step & 1) * stage);
        scaleK = nextK;
        scaleV = nextV;
        if (step + 1 < steps) load_keys(g, sharedOwn + stages + (~step & 1) * stage, batch, keyHead, key0 + 16 * WARPS, end, nextK, nextV);
        cp_async_commit();
        cp_async_wait<1>();
        __syncwarp();
#if NARROW
        widen_rows(own, own + stages + (step & 1) * stage, scaleK);
        widen_rows(own + TILE_BYTES, own + stages + (step & 1) * stage + 16 * ROW_BYTES, scaleV);
        __syncwarp();
#endif
        float s[1][2][4];
        dot_rows<1, 16>(s, fromQ, lane_pairs(tile));
        float scale = g.scale * LOG2E;
#pragma unroll
        for (int h = 0; h < 2; h++) {
            float m = most[h];
#pragma unroll
            for (int j = 0; j < 2; j++)
#pragma unroll
                for (int e = 2 * h; e < 2 * h + 2; e++) {
                    int key = key0 + 8 * j + column + (e & 1);
                    s[0][j][e] = key < end && key <= lastSeen[h] && key >= firstSeen[h] ? s[0][j][e] * scale : -INFINITY_F;
                    m = fmaxf(m, s[0][j][e]);
                }
            m = fmaxf(m, __shfl_xor_sync(FULL_MASK, m, 1));
            m = fmaxf(m, __shfl_xor_sync(FULL_MASK, m, 2));
            float base = m == -INFINITY_F ? 0.0f : m, factor = exp2_approx(most[h] - base), sum = 0.0f;
            most[h] = m;
#pragma unroll
            for (int j = 0; j < 2; j++)
#pragma unroll
                for (int e = 2 * h; e < 2 * h + 2; e++) {
                    s[0][j][e] = exp2_approx(s[0][j][e] - base);
                    sum += s[0][j][e];
                }
            total[h] = fmaf(total[h], factor, sum);
#pragma unroll
            for (int j = 0; j < D / 8; j++) {
                sums[0][j][2 * h] *= factor;
                sums[0][j][2 * h + 1] *= factor;
            }
        }
        add_product<1, 16, D>(sums, s, tile + TILE_BYTES, 0);
        // All lanes have read the tile before the next one comes to its place.
        __syncwarp();
    }

    cp_async_wait<0>();
    __syncwarp();
    float *sumsOf = (float *)own;
#pragma unroll
    for (int h = 0; h < 2; h++) {
        int r = (lane >> 2) + 8 * h;
        float l = total[h];
        l += __shfl_xor_sync(FULL_MASK, l, 1);
        l += __shfl_xor_sync(FULL_MASK, l, 2);
        if (column == 0) {
            warpMost[warp][r] = most[h];
            warpTotal[warp][r] = l;
        }
#pragma unroll
        for (int j = 0; j < D / 8; j++) *(float2 *)(sumsOf + sum_at(r, 8 * j + column)) = make_float2(sums[0][j][2 * h], sums[0][j][2 * h + 1]);
    }
    __syncthreads();

    // Sixteen bytes of the result a thread.
    const int across = D / CHUNK;
    for (int i = threadIdx.x; i < count * across; i += 32 * WARPS) {
        int r = i / across, c = i % across * CHUNK, query = (row0 + r) / g.group, head = keyHead * g.group + (row0 + r) % g.group;
        float m = -INFINITY_F, l = 0.0f, v[CHUNK];
#pragma unroll
        for (int w = 0; w < WARPS; w++) m = fmaxf(m, warpMost[w][r]);
        float base = m == -INFINITY_F ? 0.0f : m;
#pragma unroll
        for (int j = 0; j < CHUNK; j++) v[j] = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            float factor = exp2_approx(warpMost[w][r] - base);
            const float *from = (const float *)(tiles + TILE_BYTES + w * WARP_BYTES);
            l = fmaf(warpTotal[w][r], factor, l);
#pragma unroll
            for (int j = 0; j < CHUNK; j += 4) {
                float4 part = *(const float4 *)(from + sum_at(r, c + j));
                v[j] = fmaf(part.x, factor, v[j]);
                v[j + 1] = fmaf(part.y, factor, v[j + 1]);
                v[j + 2] = fmaf(part.z, factor, v[j + 2]);
                v[j + 3] = fmaf(part.w, factor, v[j + 3]);
            }
        }
        float inverse = l == 0.0f ? 0.0f : 1.0f / l, lse = l == 0.0f ? -INFINITY_F : (m + log2_approx(l)) * LN2;
#pragma unroll
        for (int j = 0; j < CHUNK; j++) v[j] *= inverse;
        if (g.splits > 1) {
            long long part = (((long long)batch * g.queries + query) * g.heads + head) * g.splits + split;
#pragma unroll
            for (int j = 0; j < CHUNK; j += 4) *(float4 *)(g.parts + part * D + c + j) = make_float4(v[j], v[j + 1], v[j + 2], v[j + 3]);
            if (c == 0) g.partLse[part] = lse;
        } else {
            if (c < g.depth) store_vec<T>(g.o + batch * g.strideO.batch + head * g.strideO.head + query * g.strideO.row + c, v);
            if (c == 0 && g.lse) g.lse[batch * g.lseBatch + head * g.lseHead + query] = lse;
        }
    }
}

// A warp joins the parts of a row: Σ e^(lseₛ − lse)·oₛ.
extern "C" __global__ void __launch_bounds__(128) attention_combine(DecodeArguments g) {
    int lane = threadIdx.x & 31;
    long long row = blockIdx.x * 4ll + (threadIdx.x >> 5);
    if (row >= (long long)g.batch * g.queries * g.heads) return;
    int head = row % g.heads, query = row / g.heads % g.queries, batch = row / g.heads / g.queries;
    const float *logs = g.partLse + row * g.splits, *parts = g.parts + row * g.splits * D;
    float m = -INFINITY_F, l = 0.0f;
    for (int s = lane; s < g.splits; s += 32) m = Max::of(m, logs[s]);
    m = warp_reduce<Max>(m);
    float base = m == -INFINITY_F ? 0.0f : m;
    for (int s = lane; s < g.splits; s += 32) l += exp_f(logs[s] - base);
    l = warp_reduce<Add>(l);
    float inverse = l == 0.0f ? 0.0f : 1.0f / l;
    T *o = g.o + batch * g.strideO.batch + head * g.strideO.head + query * g.strideO.row;
    // Sixteen bytes of the parts a lane.
    for (int c = lane * 4; c < g.depth; c += 128) {
        float v[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        for (int s = 0; s < g.splits; s++) {
            float factor = exp_f(logs[s] - base) * inverse;
            float4 part = *(const float4 *)(parts + (long long)s * D + c);
            v[0] = fmaf(part.x, factor, v[0]);
            v[1] = fmaf(part.y, factor, v[1]);
            v[2] = fmaf(part.z, factor, v[2]);
            v[3] = fmaf(part.w, factor, v[3]);
        }
        store_four<T>(o + c, v);
    }
    if (lane == 0 && g.lse) g.lse[batch * g.lseBatch + head * g.lseHead + query] = l == 0.0f ? -INFINITY_F : base + log_f(l);
}

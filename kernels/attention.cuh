// What the attention kernels share: their argument, tiles in shared memory, products of tiles, masks, rotation of positions.
// Letters: B batch, H query heads, G key heads (H/G query heads share one), S queries, L keys, D head size.
#pragma once
#include "common.cuh"

#ifndef T
#define T f16
#endif
// The head size that registers and tiles are made for; `depth` of the argument may be smaller.
#ifndef D
#define D 64
#endif
// 1 rotates queries and keys by their positions as they come into shared memory.
#ifndef ROPE
#define ROPE 0
#endif
// 1 looks after hidden blocks and dropped weights, for which others have no registers left.
#ifndef GATED
#define GATED 0
#endif
// f32 only: 0 multiplies in three tf32 products, which keeps 21 bits; 1 in one, which keeps 10.
#ifndef TF32
#define TF32 0
#endif
// Rows of a block, 16·ROW_TILES for each warp, and columns of the tiles that stream past them.
#ifndef BM
#define BM 64
#endif
#ifndef BN
#define BN 32
#endif
#ifndef ROW_TILES
#define ROW_TILES 1
#endif

#define THREADS (BM / ROW_TILES * 2)
#define CHUNK (16 / (int)sizeof(T))
// Depth of one mma: two chunks of a row.
#define KSTEP (32 / (int)sizeof(T))
#define KSTEPS (D / KSTEP)
// Rows lie a power of two apart, so that the swizzle stays inside of them (D = 96 leaves a quarter unused).
#define PITCH ((D == 96 ? 128 : D) * (int)sizeof(T))
#define LOG2E 1.44269504f
#define LN2 0.693147181f

// Distances in elements; neighbours of a row lie side by side. Rows begin at multiples of 16 bytes.
struct Strides { long long batch, head, row; };

// Angles of positions, for ROPE.
struct Rotation {
    const float *cosine, *sine; // [positions, size/2]
    int size, interleaved;      // rotated numbers of a row; pairs side by side (1) or half of them apart (0)
};

struct AttentionArguments {
    const T *q, *k, *v;      // [B, H, S, depth], [B, G, L, depth] twice
    const T *bias;           // [B, H, S, L], broadcast by strides of 0; null for none
    T *o;                    // [B, H, S, depth]
    float *wide;             // instead of o, the same in f32 and rows of `depth` numbers one behind the other; or null
    float *lse;              // [B, H, S]: ln Σ e^score, −∞ where a row sees no key
    const int *startsQ, *startsK; // [sequences + 1] first rows of packed sequences; null where all have the full lengths
    const u8 *blocks;        // [B, H, blocks of queries, blocks of keys]: 0 hides; null for none. Of GATED kernels
    const i64 *random;       // seed and draw of the dropout
    IndexError *error;       // takes starts that are out of order
    u64 token;
    Rotation rotation;
    const T *dout;           // gradients, all like their values
    const float *dlse;       // like lse: gradient of the logarithms; null for none
    float *delta;            // like lse: Σ dout·o of each row, less dlse
    T *dq, *dk, *dv, *dbias;
    Strides strideQ, strideK, strideV, strideBias, strideO, strideDout, strideDq, strideDk, strideDv, strideDbias, strideBlocks;
    long long lseBatch, lseHead;
    long long drawnKeys;     // random numbers of a row: L in whole blocks of four
    int heads, group;        // H and H/G
    int lengthQ, lengthK;    // S and L; of packed sequences all rows
    int sequences;           // packed ones; 0 for none
    int blockSize;           // queries and keys of a visible or hidden block
    int depth;
    int left, right;         // keys that a query sees before and behind its own position; −1 for all. Causal: −1, 0
    float scale;
    float dropout, factor;   // share of the weights that are dropped, 0 for none, and what the others are multiplied by
};

// --- Sequences and masks ---------------------------------------------------------------------------------------------

// Blocks of so many rows: of packed sequences, which have each its own, as many as they can have together at most.
DEVICE int blocks_of(const AttentionArguments &g, int length, int rows) { return g.sequences ? length / rows + g.sequences : (length + rows - 1) / rows; }

// Finds the sequence of a block of so many rows, and its first row there. Those of sequence b begin at block starts[b]/rows + b.
DEVICE void locate(const AttentionArguments &g, const int *starts, int length, int rows, int block, int &batch, int &row0) {
    int low = 0, high = g.sequences - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (min(max(starts[middle], 0), length) / rows + middle <= block) low = middle;
        else high = middle - 1;
    }
    batch = low;
    row0 = max(0, block - (min(max(starts[low], 0), length) / rows + low)) * rows;
}

// Reports starts that do not begin with 0, fall, or do not end with the number of rows.
template <int COUNT> DEVICE void check_starts(const AttentionArguments &g, const int *starts, int length) {
    for (int i = threadIdx.x; i <= g.sequences; i += COUNT) {
        int next = i < g.sequences ? starts[i + 1] : length;
        if ((i == g.sequences && starts[i] != length) || starts[i] > next) report(g.error, g.token, starts[i], next);
        if (i == 0 && starts[0] != 0) report(g.error, g.token, starts[0], 0);
    }
}

struct Sequence {
    long long startQ, startK;
    int lengthQ, lengthK;
    int offset;              // position of query 0 among the keys: the ends are aligned
    int left, right;

    DEVICE Sequence(const AttentionArguments &g, int batch) {
        // Starts that are out of order read no memory of others.
        startQ = g.startsQ ? min(max(g.startsQ[batch], 0), g.lengthQ) : 0;
        startK = g.startsK ? min(max(g.startsK[batch], 0), g.lengthK) : 0;
        lengthQ = g.startsQ ? min(max(g.startsQ[batch + 1] - (int)startQ, 0), g.lengthQ - (int)startQ) : g.lengthQ;
        lengthK = g.startsK ? min(max(g.startsK[batch + 1] - (int)startK, 0), g.lengthK - (int)startK) : g.lengthK;
        offset = lengthK - lengthQ;
        left = g.left < 0 ? 1 << 30 : g.left;
        right = g.right < 0 ? 1 << 30 : g.right;
    }
    // Keys that a query sees: first … end − 1. Both may lie outside of the sequence.
    DEVICE int first(int query) const { return query + offset - left; }
    DEVICE int end(int query) const { return query + offset + right + 1; }
    // Queries that see a key.
    DEVICE int first_query(int key) const { return key - offset - right; }
    DEVICE int end_query(int key) const { return key - offset + left + 1; }
    // Keys that exist for a query.
    DEVICE int keys(int query) const { return query < lengthQ ? lengthK : 0; }
    DEVICE bool sees(int query, int key) const { return key >= first(query) && key < min(keys(query), end(query)); }
    // True if a tile has a pair that is out of sight or outside.
    DEVICE bool partial(int query, int queries, int key, int keys) const {
        return query + queries > lengthQ || key + keys > lengthK || key < first(query + queries - 1) || key + keys > end(query);
    }
};

// The scores of a lane as bits, in the order of EACH_SCORE, and where score n lies: for loops that are too long to be unrolled.
#define SCORE_BIT(bits, i, j, e) ((bits) >> (4 * (BN / 8 * (i) + (j)) + (e)) & 1)
#define SCORE_ROW(n) (16 * ((n) / (BN / 2)) + ((n) & 2) * 4)
#define SCORE_COLUMN(n) (8 * ((n) / 4 % (BN / 8)) + ((n) & 1))

// Which blocks of queries and keys of a head see one another.
struct Visible {
    const u8 *blocks;
    long long row;
    int size, lengthQ, lengthK;

    DEVICE Visible(const AttentionArguments &g, int batch, int head) {
        blocks = g.blocks ? g.blocks + batch * g.strideBlocks.batch + head * g.strideBlocks.head : nullptr;
        row = g.strideBlocks.row;
        size = g.blockSize;
        lengthQ = g.lengthQ;
        lengthK = g.lengthK;
    }
    // Whether some, or all pairs of a tile see one another.
    DEVICE bool some(int query, int queries, int key, int keys) const { return blocks == nullptr || find(query, queries, key, keys, true); }
    DEVICE bool all(int query, int queries, int key, int keys) const { return blocks == nullptr || !find(query, queries, key, keys, false); }
    // A bit for each score of a lane, as SCORE_BIT counts them, with queries along rows, or with KEYS along columns.
    template <bool KEYS> DEVICE u64 bits(int row0, int column0) const {
        u64 bits = 0;
#pragma unroll 1
        for (int n = 0; n < ROW_TILES * (BN / 8) * 4; n++) {
            int r = row0 + SCORE_ROW(n), c = column0 + SCORE_COLUMN(n), query = min(KEYS ? c : r, lengthQ - 1), key = min(KEYS ? r : c, lengthK - 1);
            if (blocks[query / size * row + key / size] != 0) bits |= 1ull << n;
        }
        return bits;
    }

private:
    DEVICE bool find(int query, int queries, int key, int keys, bool visible) const {
        int lastQ = (min(query + queries, lengthQ) - 1) / size, lastK = (min(key + keys, lengthK) - 1) / size;
        for (int i = query / size; i <= lastQ; i++)
            for (int j = key / size; j <= lastK; j++)
                if ((blocks[i * row + j] != 0) == visible) return true;
        return false;
    }
};

template <typename E> DEVICE E *row_of(E *p, const Strides &s, int batch, int head, long long start) { return p + batch * s.batch + head * s.head + start * s.row; }

// Sixteen bytes of global memory. Not an expression: clang splits a load whose parts are used one by one.
DEVICE void load_global(const T *p, float *v) {
    unsigned w[4];
    asm volatile("ld.global.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(w[0]), "=r"(w[1]), "=r"(w[2]), "=r"(w[3]) : "l"(p) : "memory");
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if constexpr (sizeof(T) == 4) {
            v[i] = __uint_as_float(w[i]);
        } else {
            v[2 * i] = half_of<T>(w[i], 0);
            v[2 * i + 1] = half_of<T>(w[i], 1);
        }
    }
}

// --- Tiles in shared memory ------------------------------------------------------------------------------------------

// A tile has rows of PITCH bytes whose 16-byte chunks are XORed with the row's number, so that eight rows of one column of
// chunks lie in eight different groups of four banks; rows of 64 bytes pair up to 128.
DEVICE int swizzle_of(int row) { return PITCH == 64 ? (row >> 1) & 3 : row & 7; }
DEVICE int chunk_offset(int row, int chunk) { return row * PITCH + ((chunk ^ swizzle_of(row)) << 4); }

// Begins to copy rows row0 … of a matrix with so many rows; outside, and beyond its depth, are zeros.
template <int ROWS, int COUNT> DEVICE void load_tile(unsigned tile, const T *p, long long stride, int row0, int rows, int depth) {
    const int chunks = PITCH / 16, step = COUNT / chunks;
    static_assert(COUNT % chunks == 0, "threads take whole rows");
    int r = threadIdx.x / chunks, c = threadIdx.x % chunks;
    if (c * CHUNK >= D) return;
    int limit = c * CHUNK < depth ? rows - row0 : 0;
    const T *source = p + (row0 + r) * stride + c * CHUNK;
#pragma unroll
    for (int i = 0; i < ROWS; i += step, r += step, source += step * stride) {
        if (ROWS % step != 0 && r >= ROWS) break;
        cp_async16(tile + chunk_offset(r, c), source, r < limit ? 16 : 0);
    }
}

// Stores rows of a tile, 16 bytes a thread.
template <int ROWS, int COUNT> DEVICE void store_tile(const char *tile, T *p, long long stride, int row0, int rows, int column0, int columns) {
    const int chunks = PITCH / 16, step = COUNT / chunks;
    int r = threadIdx.x / chunks, c = threadIdx.x % chunks;
    if (c * CHUNK < column0 || c * CHUNK >= columns) return;
    for (; r < ROWS && row0 + r < rows; r += step)
        *(uint4 *)(p + (row0 + r) * stride + c * CHUNK) = *(const uint4 *)(tile + chunk_offset(r, c));
}

// Rotates the first rows of a tile, of which row r has position position0 + (r + row0)/share; direction −1 turns back. Queries
// before the first key stay as they are. Barriers are the caller's.
template <int ROWS, int COUNT> DEVICE void rotate_tile(char *tile, const Rotation &g, int position0, int share, int row0, int rows, float direction) {
    int half = g.size / 2, across = g.interleaved ? g.size / CHUNK : half / CHUNK;
    for (int i = threadIdx.x; i < ROWS * across; i += COUNT) {
        int r = i / across, c = i % across;
        if (r >= rows) break;
        if (position0 + (r + row0) / share < 0) continue;
        char *first = tile + chunk_offset(r, c), *second = g.interleaved ? first : tile + chunk_offset(r, c + across);
        long long row = (long long)(position0 + (r + row0) / share) * half;
        const float *cosine = g.cosine + row, *sine = g.sine + row;
        float a[CHUNK], b[CHUNK];
        load_vec<T>((T *)first, a);
        load_vec<T>((T *)second, b);
#pragma unroll
        for (int j = 0; j < CHUNK; j++) {
            int angle = g.interleaved ? (c * CHUNK + j) / 2 : c * CHUNK + j;
            float co = cosine[angle], si = direction * sine[angle];
            if (!g.interleaved) {
                float x = a[j], y = b[j];
                a[j] = x * co - y * si;
                b[j] = x * si + y * co;
            } else if (j % 2 == 0) {
                float x = a[j], y = a[j + 1];
                a[j] = x * co - y * si;
                a[j + 1] = x * si + y * co;
            }
        }
        store_vec<T>((T *)first, a);
        if (!g.interleaved) store_vec<T>((T *)second, b);
    }
}

// Leaves sums [16, columns] of a warp in a tile; `row` is its first row there.
template <int COLUMNS> DEVICE void leave_rows(char *tile, const float (*sums)[4], int row, int column0, float upper, float lower) {
    int lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
#pragma unroll
    for (int j = 0; j < COLUMNS / 8; j++) {
        int column = column0 + 8 * j + 2 * t, chunk = column / CHUNK, rest = column % CHUNK;
        store_two<T>((T *)(tile + chunk_offset(row + g, chunk)) + rest, sums[j][0] * upper, sums[j][1] * upper);
        store_two<T>((T *)(tile + chunk_offset(row + g + 8, chunk)) + rest, sums[j][2] * lower, sums[j][3] * lower);
    }
}

// --- Products of tiles -----------------------------------------------------------------------------------------------

// Where a lane finds its part of a fragment at k step 0; step i lies at the address XOR 32·i, 16 rows further at + 16·PITCH.
// Tiles begin at multiples of their pitch for this.
DEVICE unsigned lane_rows(unsigned tile) {
    int row = threadIdx.x & 15, chunk = (threadIdx.x & 31) >> 4;
    return tile + chunk_offset(row, chunk);
}
DEVICE unsigned lane_pairs(unsigned tile) {
    int lane = threadIdx.x & 31, row = (lane & 7) + (lane >> 4 << 3), chunk = (lane >> 3) & 1;
    return tile + chunk_offset(row, chunk);
}

DEVICE unsigned load_shared(unsigned address) { unsigned r; asm volatile("ld.shared.b32 %0, [%1];" : "=r"(r) : "r"(address) : "memory"); return r; }

template <typename E> DEVICE void multiply(float *d, const unsigned *a, const unsigned *b) { mma_16816<E>(d, a, b); }
template <> DEVICE void multiply<f32>(float *d, const unsigned *a, const unsigned *b) {
    unsigned high[6], low[6];
#pragma unroll
    for (int i = 0; i < 6; i++) {
        float x = __uint_as_float(i < 4 ? a[i] : b[i - 4]);
        high[i] = to_tf32(x);
        low[i] = to_tf32(x - __uint_as_float(high[i]));
    }
#if !TF32
    mma_1688_tf32(d, low, high + 4);
    mma_1688_tf32(d, high, low + 4);
#endif
    mma_1688_tf32(d, high, high + 4);
}

// For the scores [16·ROW_TILES, BN] of a warp: number e of tile (i, j) has row 16·i + lane/4 + 8·(e/2), column 8·j + 2·(lane%4) + e%2.
#define EACH_SCORE(i, j, e)                                                                                             \
    _Pragma("unroll") for (int i = 0; i < ROW_TILES; i++)                                                               \
    _Pragma("unroll") for (int j = 0; j < BN / 8; j++)                                                                  \
    _Pragma("unroll") for (int e = 0; e < 4; e++)

// Which weights are kept. The number of a pair is that of an element of [B, H, S, drawnKeys], whose rows are whole blocks of four.
struct Dropping {
    u64 first, seed, draw;
    i64 drawn;
    float least;

    DEVICE Dropping(const AttentionArguments &g, const Sequence &sequence, int batch, int head) {
        drawn = g.drawnKeys;
        first = ((u64)((g.sequences ? 0 : batch) * g.heads + head) * g.lengthQ + sequence.startQ) * drawn + sequence.startK;
        seed = g.random[0];
        draw = g.random[1];
        least = g.dropout;
    }
    // A bit for each score of a lane, as SCORE_BIT counts them, with queries along rows, or with KEYS along columns.
    template <bool KEYS> DEVICE u64 bits(int row0, int column0) const {
        u64 bits = 0;
#pragma unroll 1
        for (int n = 0; n < ROW_TILES * (BN / 8) * 4; n++) {
            int r = row0 + SCORE_ROW(n), c = column0 + SCORE_COLUMN(n);
            u64 element = first + (u64)(KEYS ? c : r) * drawn + (KEYS ? r : c), block = element >> 2;
            uint4 words = philox(make_uint4((unsigned)block, (unsigned)(block >> 32), (unsigned)draw, (unsigned)(draw >> 32)), seed);
            unsigned low = element & 1 ? words.y : words.x, high = element & 1 ? words.w : words.z;
            if (unit_float(element & 2 ? high : low) >= least) bits |= 1ull << n;
        }
        return bits;
    }
};

// s[16·ROW_TILES, COLUMNS] = rows·columnsᵀ, both [·, D] as they lie. `rows` and `columns` are from lane_rows and lane_pairs.
template <int M, int COLUMNS> DEVICE void dot_rows(float (*s)[COLUMNS / 8][4], unsigned rows, unsigned columns) {
#pragma unroll
    for (int i = 0; i < M; i++)
#pragma unroll
        for (int j = 0; j < COLUMNS / 8; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) s[i][j][e] = 0.0f;
    // Not all steps: the long f32 code would not fit into the instruction cache.
#pragma unroll 4
    for (int k = 0; k < KSTEPS; k++) {
        unsigned a[M][4];
#pragma unroll
        for (int i = 0; i < M; i++) ldmatrix_x4(a[i], (rows ^ (k << 5)) + i * 16 * PITCH);
#pragma unroll
        for (int j = 0; j < COLUMNS / 16; j++) {
            unsigned b[4];
            ldmatrix_x4(b, (columns ^ (k << 5)) + j * 16 * PITCH);
#pragma unroll
            for (int i = 0; i < M; i++) {
                multiply<T>(s[i][2 * j], a[i], b);
                multiply<T>(s[i][2 * j + 1], a[i], b + 2);
            }
        }
    }
}

// sums[16·M, COLUMNS] += p[16·M, ROWS]·tile[ROWS, column0 …]. p stays where an mma left it: of 2-byte types two neighbours
// make a register of the next fragment; tf32 takes numbers 2t and 2t+1 as its t and t+4, and so the rows in that order.
template <int M, int ROWS, int COLUMNS> DEVICE void add_product(float (*sums)[COLUMNS / 8][4], const float (*p)[ROWS / 8][4], unsigned tile, int column0) {
    const int step = sizeof(T) == 2 ? 16 : 8;
    int lane = threadIdx.x & 31;
#pragma unroll
    for (int k = 0; k < ROWS / step; k++) {
        unsigned a[M][4];
#pragma unroll
        for (int i = 0; i < M; i++) {
            if constexpr (sizeof(T) == 2) {
                a[i][0] = pack2<T>(p[i][2 * k][0], p[i][2 * k][1]);
                a[i][1] = pack2<T>(p[i][2 * k][2], p[i][2 * k][3]);
                a[i][2] = pack2<T>(p[i][2 * k + 1][0], p[i][2 * k + 1][1]);
                a[i][3] = pack2<T>(p[i][2 * k + 1][2], p[i][2 * k + 1][3]);
            } else {
                a[i][0] = __float_as_uint(p[i][k][0]);
                a[i][1] = __float_as_uint(p[i][k][2]);
                a[i][2] = __float_as_uint(p[i][k][1]);
                a[i][3] = __float_as_uint(p[i][k][3]);
            }
        }
#pragma unroll
        for (int j = 0; j < COLUMNS / 16; j++) {
            unsigned b[4];
            int chunk = column0 / CHUNK + j * (16 / CHUNK);
            if constexpr (sizeof(T) == 2) {
                ldmatrix_x4_trans(b, (lane_rows(tile) ^ (chunk << 4)) + k * 16 * PITCH);
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    int row = 2 * (lane & 3) + (e & 1), c = chunk + (e & 2) + (lane >> 4);
                    b[e] = load_shared(tile + k * 8 * PITCH + chunk_offset(row, c) + ((lane >> 2 & 3) << 2));
                }
            }
#pragma unroll
            for (int i = 0; i < M; i++) {
                multiply<T>(sums[i][2 * j], a[i], b);
                multiply<T>(sums[i][2 * j + 1], a[i], b + 2);
            }
        }
    }
}

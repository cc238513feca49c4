// Matrix products without tensor cores: exact in f32, in f64, and of integers, which wrap. The default for f32.
//
// Formula, layouts, epilogue, split-K: as in gemm.cu, with both orientations at run time. T is f32, f64, u32 or u64 (the same bits
//           for signed ones). Sums have the same type, and so have the parts of a split sum. Only f32 has bias and activation;
//           integers have neither alpha nor a residual.
// Limits    M, N, K ≥ 0 and < 2³¹; the sum of no terms is 0. Any alignment; 16 bytes a load and store where a matrix allows it.
// Launch    gemm_simt: grid (ceil(M/TILE), ceil(N/TILE), batch·splits), block 256, TILE = 16·GROUPS·CHUNK: for GROUPS=2 128 of
//           4 bytes and 64 of 8, for GROUPS=1 half of that, for small results. gemv_simt: M = 1, B transposed, grid (ceil(N/8),
//           batch), block 256. gemm_simt_join: grid (ceil(M·N/256), batch), block 256.
// Source    Volkov, Demmel 2008: a thread has 8 × 8 of C in registers, so that each value from shared memory is used eight times;
//           two stages in shared memory, the next one on its way through registers while one is used.
#include "gemm.cuh"

#ifndef GROUPS
#define GROUPS 2
#endif
#define TILE (16 * GROUPS * CHUNK)
#define BK 16
#define OWN (GROUPS * CHUNK)
// 16-byte pieces of a tile that a thread loads.
#define PIECES (TILE * BK / CHUNK / 256)

// --- Types -----------------------------------------------------------------------------------------------------------

template <typename E> DEVICE E fused(E a, E b, E c) { return a * b + c; }
template <> DEVICE f64 fused<f64>(f64 a, f64 b, f64 c) { return fma(a, b, c); }
template <> DEVICE f32 fused<f32>(f32 a, f32 b, f32 c) { return fmaf(a, b, c); }

template <typename E> DEVICE E finish_sum(const GemmArguments &, E sum, int, long long) { return sum; }
template <> DEVICE f64 finish_sum<f64>(const GemmArguments &g, f64 sum, int, long long at) {
    f64 v = g.alpha * sum;
    return g.residual ? fma((f64)g.beta, (f64)g.residual[at], v) : v;
}
template <> DEVICE f32 finish_sum<f32>(const GemmArguments &g, f32 sum, int n, long long at) { return finish<f32>(g, sum, n, at); }

// 16 bytes of any of the types.
struct Piece { T v[CHUNK]; };
union PieceBits { uint4 bits; Piece piece; };
DEVICE Piece load_piece(const T *p) {
    PieceBits r;
    r.bits = *(const uint4 *)p;
    return r.piece;
}
DEVICE void store_piece(T *p, Piece piece) {
    PieceBits r;
    r.piece = piece;
    *(uint4 *)p = r.bits;
}

// --- Tiles -----------------------------------------------------------------------------------------------------------

// A tile is [BK, TILE]. Columns are XORed with the number of the 16-byte piece of k, so that the pieces of a matrix that lies
// along k are spread over all banks when they are stored across, and reading a row of the tile still touches each bank once.
DEVICE int place(int k, int column) { return k * TILE + (column ^ (k / CHUNK * (32 * 4 / (int)sizeof(T) / (BK / CHUNK)))); }

// The piece i of the calling thread: which k and which column its first element has.
DEVICE void piece_at(int i, bool alongK, int &k, int &column) {
    int piece = threadIdx.x + i * 256;
    if (alongK) {
        k = piece % (BK / CHUNK) * CHUNK;
        column = piece / (BK / CHUNK);
    } else {
        k = piece / (TILE / CHUNK);
        column = piece % (TILE / CHUNK) * CHUNK;
    }
}

struct Matrix {
    const T *p;
    int ld, first, columns, k;
    bool alongK, vectors;
};

// Reads the thread's pieces of the tile of a step; outside are zeros.
DEVICE void fetch(const Matrix &m, int step, Piece (&pieces)[PIECES]) {
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        int k, column;
        piece_at(i, m.alongK, k, column);
        k += step * BK;
        column += m.first;
        int inside = m.alongK ? (column < m.columns ? m.k - k : 0) : (k < m.k ? m.columns - column : 0);
        const T *source = m.p + (m.alongK ? (long long)column * m.ld + k : (long long)k * m.ld + column);
        if (m.vectors && inside >= CHUNK) {
            pieces[i] = load_piece(source);
        } else {
#pragma unroll
            for (int j = 0; j < CHUNK; j++) pieces[i].v[j] = j < inside ? source[j] : (T)0;
        }
    }
}

DEVICE void put(const Matrix &m, T *tile, const Piece (&pieces)[PIECES]) {
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        int k, column;
        piece_at(i, m.alongK, k, column);
        if (m.alongK) {
#pragma unroll
            for (int j = 0; j < CHUNK; j++) tile[place(k, column) + j * TILE] = pieces[i].v[j];
        } else {
            store_piece(tile + place(k, column), pieces[i]);
        }
    }
}

// --- Kernels ---------------------------------------------------------------------------------------------------------

DEVICE bool whole(const T *p, int ld, long long stride) { return aligned16(p) && ld % CHUNK == 0 && stride % CHUNK == 0; }

extern "C" __global__ void __launch_bounds__(256) gemm_simt(GemmArguments g) {
    __shared__ __align__(16) T tiles[2][2][BK * TILE];
    int tx = threadIdx.x & 15, ty = threadIdx.x >> 4, batch = blockIdx.z / g.splits, first, last;
    part_of(g, blockIdx.z % g.splits, BK, first, last);
    Matrix a = {g.a + batch * g.strideA, g.lda, (int)blockIdx.x * TILE, g.m, g.k, !g.transposeA, whole(g.a, g.lda, g.strideA)};
    Matrix b = {g.b + batch * g.strideB, g.ldb, (int)blockIdx.y * TILE, g.n, g.k, g.transposeB != 0, whole(g.b, g.ldb, g.strideB)};
    T sums[OWN][OWN];
#pragma unroll
    for (int i = 0; i < OWN; i++)
#pragma unroll
        for (int j = 0; j < OWN; j++) sums[i][j] = (T)0;

    Piece nextA[PIECES], nextB[PIECES];
    if (first < last) {
        fetch(a, first, nextA);
        fetch(b, first, nextB);
        put(a, tiles[0][0], nextA);
        put(b, tiles[0][1], nextB);
    }
    for (int step = first; step < last; step++) {
        int stage = (step - first) & 1;
        __syncthreads();
        if (step + 1 < last) {
            fetch(a, step + 1, nextA);
            fetch(b, step + 1, nextB);
        }
        const T *tileA = tiles[stage][0], *tileB = tiles[stage][1];
#pragma unroll
        for (int k = 0; k < BK; k++) {
            Piece fa[GROUPS], fb[GROUPS];
#pragma unroll
            for (int i = 0; i < GROUPS; i++) {
                fa[i] = load_piece(tileA + place(k, i * 16 * CHUNK + ty * CHUNK));
                fb[i] = load_piece(tileB + place(k, i * 16 * CHUNK + tx * CHUNK));
            }
#pragma unroll
            for (int i = 0; i < OWN; i++)
#pragma unroll
                for (int j = 0; j < OWN; j++) sums[i][j] = fused<T>(fa[i / CHUNK].v[i % CHUNK], fb[j / CHUNK].v[j % CHUNK], sums[i][j]);
        }
        if (step + 1 < last) {
            put(a, tiles[stage ^ 1][0], nextA);
            put(b, tiles[stage ^ 1][1], nextB);
        }
    }

    // Results leave through shared memory, CHUNK rows a thread at a time: in loops, so that the epilogue is there once for each.
    const int rows = 16 * CHUNK;
    T *staged = tiles[0][0];
    bool split = g.splits > 1, vectors = split ? g.n % CHUNK == 0 : is_plain(g) && g.n % CHUNK == 0 && whole(g.c, g.ldc, g.strideC);
    T *target = split ? (T *)g.partial + (long long)blockIdx.z * g.m * g.n : g.c;
    long long corner = split ? 0 : batch * g.strideC;
    int ld = split ? g.n : g.ldc;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        __syncthreads();
#pragma unroll
        for (int i = 0; i < CHUNK; i++)
#pragma unroll
            for (int j = 0; j < GROUPS; j++) {
                Piece piece;
#pragma unroll
                for (int e = 0; e < CHUNK; e++) piece.v[e] = sums[group * CHUNK + i][j * CHUNK + e];
                store_piece(staged + (ty * CHUNK + i) * TILE + j * 16 * CHUNK + tx * CHUNK, piece);
            }
        __syncthreads();
        int m0 = blockIdx.x * TILE + group * rows, n0 = blockIdx.y * TILE;
        if (vectors) {
#pragma unroll 1
            for (int i = threadIdx.x * CHUNK; i < rows * TILE; i += 256 * CHUNK) {
                int m = m0 + i / TILE, n = n0 + i % TILE;
                if (m < g.m && n < g.n) store_piece(target + corner + (long long)m * ld + n, load_piece(staged + i));
            }
        } else {
#pragma unroll 1
            for (int i = threadIdx.x; i < rows * TILE; i += 256) {
                int m = m0 + i / TILE, n = n0 + i % TILE;
                if (m >= g.m || n >= g.n) continue;
                long long at = corner + (long long)m * ld + n;
                target[at] = split ? staged[i] : finish_sum<T>(g, staged[i], n, at);
            }
        }
    }
}

// A single row of A: a warp for each element of the result.
extern "C" __global__ void __launch_bounds__(256) gemv_simt(GemmArguments g) {
    int lane = threadIdx.x & 31, n = blockIdx.x * 8 + (threadIdx.x >> 5), batch = blockIdx.y, k = 0;
    if (n >= g.n) return;
    const T *x = g.a + batch * g.strideA, *row = g.b + batch * g.strideB + (long long)n * g.ldb;
    T sum = (T)0;
    if (aligned16(x) && whole(g.b, g.ldb, g.strideB)) {
        for (; k + CHUNK * 32 <= g.k; k += CHUNK * 32) {
            Piece u = load_piece(x + k + lane * CHUNK), v = load_piece(row + k + lane * CHUNK);
#pragma unroll
            for (int i = 0; i < CHUNK; i++) sum = fused<T>(u.v[i], v.v[i], sum);
        }
    }
    for (k += lane; k < g.k; k += 32) sum = fused<T>(x[k], row[k], sum);
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) sum += __shfl_xor_sync(FULL_MASK, sum, d);
    if (lane == 0) {
        long long at = batch * g.strideC + n;
        g.c[at] = finish_sum<T>(g, sum, n, at);
    }
}

// Adds the parts of a split-K product in order and applies the epilogue.
extern "C" __global__ void __launch_bounds__(256) gemm_simt_join(GemmArguments g) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x, size = (long long)g.m * g.n;
    if (i >= size) return;
    const T *part = (const T *)g.partial + blockIdx.y * g.splits * size + i;
    T sum = (T)0;
    for (int s = 0; s < g.splits; s++) sum += part[s * size];
    int n = (int)(i % g.n);
    long long at = blockIdx.y * g.strideC + i / g.n * g.ldc + n;
    g.c[at] = finish_sum<T>(g, sum, n, at);
}

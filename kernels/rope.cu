// Rotary position embedding: pairs of a row's numbers are turned by angles that grow with the row's position.
//
// Formula   (a, b) → (a·cos φ − b·sin φ, a·sin φ + b·cos φ) with φ = position·frequency of the pair; direction −1 turns back,
//           which is the gradient. INTERLEAVED=1 pairs numbers 2i and 2i+1, 0 pairs i and i + size/2. Numbers from `size` on are copied.
// Layouts   x, y by strides of sequence, head and row. Positions are offset + row, or positions [B, S] of 32 or 64 bits (wide).
//           Angles come from tables cosine, sine [positions, size/2] of f32, or from frequencies [size/2] in turns for each position,
//           as a sum of two f32, so that large positions lose nothing.
// Limits    size even and ≤ 1024; positions < 2²⁴ with frequencies. In place is allowed. ALIGNED=1 wants rows, strides and depth
//           in whole 16 bytes, and as many numbers in half of `size` (INTERLEAVED: in size).
// Launch    rope: grid (ceil(S/tokens), B) with tokens = max(1, 512/(size/2)), block 256. rope_table: grid ceil(count·half/256), block 256.
// Source    Su et al. 2021; polynomials of sine and cosine from Cephes (Moshier), 2 units on ±π/4.
#include "attention.cuh"

#ifndef INTERLEAVED
#define INTERLEAVED 0
#endif
#ifndef ALIGNED
#define ALIGNED 0
#endif
// Pairs of a thread: 16 bytes of a row, or twice that half a row apart.
#define PAIRS (!ALIGNED ? 1 : INTERLEAVED ? CHUNK / 2 : CHUNK)
// Angles of a block, which all its heads share. Tokens lie a row of chunks further apart than needed, in other banks.
#define ANGLES 512

struct RopeArguments {
    const T *x;
    T *y;
    const float *cosine, *sine;
    const float *frequencies; // [size/2, 2]; used where there are no tables
    const void *positions;
    Strides strideX, strideY;
    long long offset, positionsBatch;
    int heads, length, depth, size, wide;
    float direction;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE long long position_at(const RopeArguments &g, long long i) { return g.wide ? ((const long long *)g.positions)[i] : ((const int *)g.positions)[i]; }

// Cosine and sine of position·(high + low) turns. Whole turns go before anything is rounded.
DEVICE void turn(float position, float high, float low, float &cosine, float &sine) {
    // Not an expression: a compiler may fuse a product with the difference behind it, and the remainder would count twice.
    float whole;
    asm("mul.rn.f32 %0, %1, %2;" : "=f"(whole) : "f"(position), "f"(high));
    float rest = fmaf(position, high, -whole) + position * low;
    float r = whole - rintf(whole) + rest, quarter = rintf(4.0f * r), t = fmaf(-0.25f, quarter, r) * 6.28318531f, s = t * t;
    float si = fmaf(fmaf(fmaf(-1.9515295891e-4f, s, 8.3321608736e-3f), s, -1.6666654611e-1f) * s, t, t);
    float co = fmaf(fmaf(fmaf(2.443315711809948e-5f, s, -1.388731625493765e-3f), s, 4.166664568298827e-2f), s * s, fmaf(-0.5f, s, 1.0f));
    int q = (int)quarter & 3;
    float c = q & 1 ? si : co, z = q & 1 ? co : si;
    cosine = q == 1 || q == 2 ? -c : c;
    sine = q >= 2 ? -z : z;
}

DEVICE void load_pairs(const T *row, int half, int c, float *a, float *b) {
#if !ALIGNED
    a[0] = to_float(row[INTERLEAVED ? 2 * c : c]);
    b[0] = to_float(row[INTERLEAVED ? 2 * c + 1 : c + half]);
#elif INTERLEAVED
    float v[CHUNK];
    load_global(row + c * CHUNK, v);
#pragma unroll
    for (int j = 0; j < PAIRS; j++) {
        a[j] = v[2 * j];
        b[j] = v[2 * j + 1];
    }
#else
    load_global(row + c * CHUNK, a);
    load_global(row + c * CHUNK + half, b);
#endif
}

DEVICE void store_pairs(T *row, int half, int c, const float *a, const float *b) {
#if !ALIGNED
    row[INTERLEAVED ? 2 * c : c] = from_float<T>(a[0]);
    row[INTERLEAVED ? 2 * c + 1 : c + half] = from_float<T>(b[0]);
#elif INTERLEAVED
    float v[CHUNK];
#pragma unroll
    for (int j = 0; j < PAIRS; j++) {
        v[2 * j] = a[j];
        v[2 * j + 1] = b[j];
    }
    store_vec<T>(row + c * CHUNK, v);
#else
    store_vec<T>(row + c * CHUNK, a);
    store_vec<T>(row + c * CHUNK + half, b);
#endif
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) rope(RopeArguments g) {
    __shared__ float cosines[2 * ANGLES], sines[2 * ANGLES];
    int half = g.size / 2, across = half / PAIRS, pitch = half + across, batch = blockIdx.y;
    int tokens = max(1, ANGLES / max(half, 1)), token0 = blockIdx.x * tokens, count = min(tokens, g.length - token0);
    for (int i = threadIdx.x; i < count * half; i += 256) {
        int token = i / half, pair = i % half, row = token0 + token, at = token * pitch + pair % PAIRS * across + pair / PAIRS;
        long long position = g.positions ? position_at(g, batch * g.positionsBatch + row) : g.offset + row;
        float co, si;
        if (g.cosine) {
            co = g.cosine[position * half + pair];
            si = g.sine[position * half + pair];
        } else {
            float2 frequency = *(const float2 *)(g.frequencies + 2 * pair);
            turn((float)position, frequency.x, frequency.y, co, si);
        }
        cosines[at] = co;
        sines[at] = g.direction * si;
    }
    __syncthreads();
    const int copied = ALIGNED ? CHUNK : 1;
    int items = across + (g.depth - g.size) / copied;
    for (int i = threadIdx.x; i < items * count * g.heads; i += 256) {
        int c = i % items, token = i / items % count, head = i / items / count;
        const T *x = row_of(g.x, g.strideX, batch, head, token0 + token);
        T *y = row_of(g.y, g.strideY, batch, head, token0 + token);
        if (c >= across) {
            int at = g.size + (c - across) * copied;
#if ALIGNED
            *(uint4 *)(y + at) = *(const uint4 *)(x + at);
#else
            y[at] = x[at];
#endif
            continue;
        }
        float a[PAIRS], b[PAIRS];
        load_pairs(x, half, c, a, b);
#pragma unroll
        for (int j = 0; j < PAIRS; j++) {
            float co = cosines[token * pitch + j * across + c], si = sines[token * pitch + j * across + c], u = a[j], v = b[j];
            a[j] = u * co - v * si;
            b[j] = u * si + v * co;
        }
        store_pairs(y, half, c, a, b);
    }
}

// Tables of `count` positions from `offset` on, for what reads tables: [count, half] each.
extern "C" __global__ void __launch_bounds__(256) rope_table(const float *frequencies, float *cosine, float *sine, long long offset, long long count, int half) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= count * half) return;
    int pair = i % half;
    float2 frequency = *(const float2 *)(frequencies + 2 * pair);
    turn((float)(offset + i / half), frequency.x, frequency.y, cosine[i], sine[i]);
}

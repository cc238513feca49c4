// What every kernel file shares: element types, vector access, inline-PTX wrappers, reductions, functions, random bits.
// Compiles under NVRTC and under clang (with clang.cuh); sm_80 and up; no other header.
// Functions are our own because clang has no libdevice: errors are stated beside each, in units of the last place of f32.
#pragma once

typedef float f32;
struct f16 { unsigned short bits; };
struct bf16 { unsigned short bits; };

#define DEVICE __device__ __forceinline__
#define FULL_MASK 0xFFFFFFFFu
#define INFINITY_F __int_as_float(0x7F800000)

// --- Conversions -----------------------------------------------------------------------------------------------------

DEVICE float to_float(f32 x) { return x; }
DEVICE float to_float(f16 x) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x.bits)); return r; }
DEVICE float to_float(bf16 x) { return __uint_as_float((unsigned)x.bits << 16); }

template <typename T> DEVICE T from_float(float x);
template <> DEVICE f32 from_float<f32>(float x) { return x; }
template <> DEVICE f16 from_float<f16>(float x) { f16 r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(x)); return r; }
template <> DEVICE bf16 from_float<bf16>(float x) { bf16 r; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(x)); return r; }

// Two values in one register, the first in the lower half.
template <typename T> DEVICE unsigned pack2(float lo, float hi);
template <> DEVICE unsigned pack2<f16>(float lo, float hi) { unsigned r; asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo)); return r; }
template <> DEVICE unsigned pack2<bf16>(float lo, float hi) { unsigned r; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo)); return r; }

template <typename T> DEVICE float half_of(unsigned pair, int upper) {
    T h;
    h.bits = (unsigned short)(upper ? pair >> 16 : pair);
    return to_float(h);
}

DEVICE unsigned to_tf32(float x) { unsigned r; asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(x)); return r; }

// --- Vectors of 16 bytes ---------------------------------------------------------------------------------------------

template <typename T> struct Vec { static const int N = 16 / sizeof(T); };

template <typename T> DEVICE void load_vec(const T *p, float *v) {
    uint4 r = *(const uint4 *)p;
    unsigned w[4] = {r.x, r.y, r.z, r.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        v[2 * i] = half_of<T>(w[i], 0);
        v[2 * i + 1] = half_of<T>(w[i], 1);
    }
}
template <> DEVICE void load_vec<f32>(const f32 *p, float *v) {
    float4 r = *(const float4 *)p;
    v[0] = r.x; v[1] = r.y; v[2] = r.z; v[3] = r.w;
}
template <typename T> DEVICE void store_vec(T *p, const float *v) {
    *(uint4 *)p = make_uint4(pack2<T>(v[0], v[1]), pack2<T>(v[2], v[3]), pack2<T>(v[4], v[5]), pack2<T>(v[6], v[7]));
}
template <> DEVICE void store_vec<f32>(f32 *p, const float *v) { *(float4 *)p = make_float4(v[0], v[1], v[2], v[3]); }

// Two neighbours in one store.
template <typename T> DEVICE void store_two(T *p, float a, float b) { *(unsigned *)p = pack2<T>(a, b); }
template <> DEVICE void store_two<f32>(f32 *p, float a, float b) { *(float2 *)p = make_float2(a, b); }

DEVICE bool aligned16(const void *p) { return ((unsigned long long)p & 15) == 0; }

// --- Tensor cores ----------------------------------------------------------------------------------------------------

DEVICE unsigned shared_address(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

DEVICE void ldmatrix_x4(unsigned *r, unsigned address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}
DEVICE void ldmatrix_x4_trans(unsigned *r, unsigned address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

// d += a·b with a [16, 16] and b [16, 8]. Lane l has, with g = l/4 and t = l%4:
//   a[0] (g, 2t..) a[1] (g+8, 2t..) a[2] (g, 2t+8..) a[3] (g+8, 2t+8..); b[0] (2t.., g) b[1] (2t+8.., g); d[0..1] (g, 2t..) d[2..3] (g+8, 2t..).
template <typename T> DEVICE void mma_16816(float *d, const unsigned *a, const unsigned *b);
#define MMA_16816(T, NAME)                                                                                              \
    template <> DEVICE void mma_16816<T>(float *d, const unsigned *a, const unsigned *b) {                              \
        asm("mma.sync.aligned.m16n8k16.row.col.f32." NAME "." NAME ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                                                            \
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));                                        \
    }
MMA_16816(f16, "f16")
MMA_16816(bf16, "bf16")

// d += a·b with a [16, 8] and b [8, 8] in tf32: a[0] (g, t) a[1] (g+8, t) a[2] (g, t+4) a[3] (g+8, t+4); b[0] (t, g) b[1] (t+4, g).
DEVICE void mma_1688_tf32(float *d, const unsigned *a, const unsigned *b) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Copies 16 bytes past the registers; of `bytes` < 16 the rest is filled with zeros, and 0 does not touch the source.
DEVICE void cp_async16(unsigned target, const void *source, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(target), "l"(source), "r"(bytes) : "memory");
}
DEVICE void cp_async_commit() { asm volatile("cp.async.commit_group;" : : : "memory"); }
template <int N> DEVICE void cp_async_wait() { asm volatile("cp.async.wait_group %0;" : : "n"(N) : "memory"); }

// --- Functions -------------------------------------------------------------------------------------------------------

DEVICE float exp2_approx(float x) { float r; asm("ex2.approx.f32 %0, %1;" : "=f"(r) : "f"(x)); return r; }
DEVICE float log2_approx(float x) { float r; asm("lg2.approx.f32 %0, %1;" : "=f"(r) : "f"(x)); return r; }

// eˣ within 3 units: the product with log2(e) is carried in two parts, so that large |x| loses nothing.
DEVICE float exp_f(float x) {
    if (x < -104.0f) return 0.0f;
    if (x > 88.8f) return INFINITY_F;
    float high = x * 1.44269504f, low = fmaf(x, 1.44269504f, -high);
    low = fmaf(x, 1.92596303e-8f, low);
    float e = exp2_approx(high);
    return fmaf(e, low * 0.693147181f, e);
}

// ln x with an absolute error of 2⁻²¹ near 1 and 3 units elsewhere.
DEVICE float log_f(float x) { return log2_approx(x) * 0.693147181f; }

// tanh within 4 units: an odd polynomial near 0 where 1 − 2/(e²ˣ+1) cancels.
DEVICE float tanh_f(float x) {
    float a = fabsf(x);
    if (a < 0.55f) {
        float s = x * x;
        float r = fmaf(s, 1.57394409e-2f, -5.23025580e-2f);
        r = fmaf(r, s, 1.33152097e-1f);
        r = fmaf(r, s, -3.33327681e-1f);
        return fmaf(r * s, x, x);
    }
    float r = 1.0f - __fdividef(2.0f, exp_f(2.0f * fminf(a, 20.0f)) + 1.0f);
    if (!(a == a)) return x;
    return copysignf(r, x);
}

// erf within 2 units (minimax polynomials after N. Juffa).
DEVICE float erf_f(float x) {
    float t = fabsf(x), s = x * x;
    if (t > 0.921875f) {
        float r = fmaf(-1.72853470e-5f, t, 3.83197126e-4f), u = fmaf(-3.88396438e-3f, t, 2.42546219e-2f);
        r = fmaf(r, s, u);
        r = fmaf(r, t, -1.06777877e-1f);
        r = fmaf(r, t, -6.34846687e-1f);
        r = fmaf(r, t, -1.28717512e-1f);
        return copysignf(1.0f - exp_f(fmaf(r, t, -t)), x);
    }
    float r = fmaf(-5.96761703e-4f, s, 4.99119423e-3f);
    r = fmaf(r, s, -2.67681349e-2f);
    r = fmaf(r, s, 1.12819925e-1f);
    r = fmaf(r, s, -3.76125336e-1f);
    r = fmaf(r, s, 1.28379166e-1f);
    return fmaf(r, x, x);
}

// --- Reductions ------------------------------------------------------------------------------------------------------

struct Add { static DEVICE float of(float a, float b) { return a + b; } static DEVICE float neutral() { return 0.0f; } };
struct Mul { static DEVICE float of(float a, float b) { return a * b; } static DEVICE float neutral() { return 1.0f; } };
// NaN wins, as it does on the CPU.
struct Max { static DEVICE float of(float a, float b) { return a > b || a != a ? a : b; } static DEVICE float neutral() { return -INFINITY_F; } };
struct Min { static DEVICE float of(float a, float b) { return a < b || a != a ? a : b; } static DEVICE float neutral() { return INFINITY_F; } };

template <typename Op> DEVICE float warp_reduce(float v) {
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) v = Op::of(v, __shfl_xor_sync(FULL_MASK, v, d));
    return v;
}

// The result in every thread of a block of whole warps. `scratch` has 33 floats and may be used again at once.
template <typename Op> DEVICE float block_reduce(float v, float *scratch) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
    v = warp_reduce<Op>(v);
    if (lane == 0) scratch[warp] = v;
    __syncthreads();
    if (warp == 0) {
        v = warp_reduce<Op>(lane < warps ? scratch[lane] : Op::neutral());
        if (lane == 0) scratch[32] = v;
    }
    __syncthreads();
    v = scratch[32];
    return v;
}

// --- Rows ------------------------------------------------------------------------------------------------------------

// Calls f(i, value) for the elements of a row, dealt to the threads of the block; 16 bytes a thread where the row allows it.
template <typename T, typename F> DEVICE void row_each(const T *p, int n, F f) {
    const int N = Vec<T>::N;
    if (n % N == 0 && aligned16(p)) {
        for (int i = threadIdx.x * N; i < n; i += blockDim.x * N) {
            float v[N];
            load_vec<T>(p + i, v);
#pragma unroll
            for (int j = 0; j < N; j++) f(i + j, v[j]);
        }
    } else {
        for (int i = threadIdx.x; i < n; i += blockDim.x) f(i, to_float(p[i]));
    }
}

// The same for two rows side by side.
template <typename T, typename F> DEVICE void row_each2(const T *p, const T *q, int n, F f) {
    const int N = Vec<T>::N;
    if (n % N == 0 && aligned16(p) && aligned16(q)) {
        for (int i = threadIdx.x * N; i < n; i += blockDim.x * N) {
            float v[N], w[N];
            load_vec<T>(p + i, v);
            load_vec<T>(q + i, w);
#pragma unroll
            for (int j = 0; j < N; j++) f(i + j, v[j], w[j]);
        }
    } else {
        for (int i = threadIdx.x; i < n; i += blockDim.x) f(i, to_float(p[i]), to_float(q[i]));
    }
}

// out[i] = f(i, p[i], q[i]); out may be p or q.
template <typename T, typename F> DEVICE void row_map2(T *out, const T *p, const T *q, int n, F f) {
    const int N = Vec<T>::N;
    if (n % N == 0 && aligned16(p) && aligned16(q) && aligned16(out)) {
        for (int i = threadIdx.x * N; i < n; i += blockDim.x * N) {
            float v[N], w[N];
            load_vec<T>(p + i, v);
            load_vec<T>(q + i, w);
#pragma unroll
            for (int j = 0; j < N; j++) v[j] = f(i + j, v[j], w[j]);
            store_vec<T>(out + i, v);
        }
    } else {
        for (int i = threadIdx.x; i < n; i += blockDim.x) out[i] = from_float<T>(f(i, to_float(p[i]), to_float(q[i])));
    }
}

// out[i] = f(i, p[i]); out may be p.
template <typename T, typename F> DEVICE void row_map(T *out, const T *p, int n, F f) {
    const int N = Vec<T>::N;
    if (n % N == 0 && aligned16(p) && aligned16(out)) {
        for (int i = threadIdx.x * N; i < n; i += blockDim.x * N) {
            float v[N];
            load_vec<T>(p + i, v);
#pragma unroll
            for (int j = 0; j < N; j++) v[j] = f(i + j, v[j]);
            store_vec<T>(out + i, v);
        }
    } else {
        for (int i = threadIdx.x; i < n; i += blockDim.x) out[i] = from_float<T>(f(i, to_float(p[i])));
    }
}

// --- Layouts ---------------------------------------------------------------------------------------------------------

// ⌊n / divisor⌋ for n < 2³¹, a divisor that the host knows and its multiplier and shift (Granlund, Montgomery 1994).
DEVICE unsigned divided(unsigned n, unsigned multiplier, unsigned shift) { return (__umulhi(n, multiplier) + n) >> shift; }

struct Divisor { unsigned value, multiplier, shift; };

// The quotient and, in n, the remainder.
DEVICE int divide(int &n, Divisor d) {
    int q = (int)divided((unsigned)n, d.multiplier, d.shift);
    n -= q * (int)d.value;
    return q;
}

// Up to eight axes, the innermost first, and strides in elements for up to three operands that are walked over together.
struct Axes {
    int rank;
    unsigned size[8], multiplier[8], shift[8];
    long long x[8], y[8], z[8];
};

// Calls f(axis, position) for the position along each axis of element i in row-major order. A loop: parameters can be indexed.
template <typename F> DEVICE void each_axis(const Axes &axes, unsigned i, F f) {
#pragma unroll 1
    for (int k = 0; k < axes.rank; k++) {
        unsigned rest = divided(i, axes.multiplier[k], axes.shift[k]);
        f(k, i - rest * axes.size[k]);
        i = rest;
    }
}

// --- Indices ---------------------------------------------------------------------------------------------------------

// An index out of range: who found it (0 for nobody yet), the index, and the number of elements that there are.
struct IndexError {
    unsigned long long token;
    long long value, bound;
};

// The first report stays. Without a record nobody wants to know.
DEVICE void report(IndexError *error, unsigned long long token, long long value, long long bound) {
    if (error == nullptr || atomicCAS(&error->token, 0ull, token) != 0) return;
    error->value = value;
    error->bound = bound;
}

// The axis that a tensor of indices points into; the indices have 32 bits, or 64 if wide.
struct IndexedAxis {
    long long stride, size;
    int wide;
};

DEVICE long long index_at(const void *indices, long long i, const IndexedAxis &axis) { return axis.wide ? ((const long long *)indices)[i] : ((const int *)indices)[i]; }

// Whether the index lies in the axis; otherwise it is reported.
DEVICE bool in_range(const IndexedAxis &axis, long long index, IndexError *error, unsigned long long token) {
    if ((unsigned long long)index < (unsigned long long)axis.size) return true;
    report(error, token, index, axis.size);
    return false;
}

// --- Keys that sort --------------------------------------------------------------------------------------------------

typedef double f64;
typedef unsigned char u8;
typedef int i32;
typedef long long i64;
typedef unsigned u32;
typedef unsigned long long u64;

// An unsigned number of the same order, of as many bits as the type has. −0 and 0 have one key, all NaN the greatest.
DEVICE u32 key_of(u8 x) { return x; }
DEVICE u32 key_of(i32 x) { return (u32)x ^ 0x80000000u; }
DEVICE u64 key_of(i64 x) { return (u64)x ^ 0x8000000000000000ull; }
DEVICE u32 key_of(f32 x) {
    u32 bits = __float_as_uint(x + 0.0f); // −0 + 0 = 0
    return x != x ? 0xFFFFFFFFu : bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
DEVICE u64 key_of(f64 x) {
    u64 bits = (u64)__double_as_longlong(x + 0.0);
    return x != x ? ~0ull : bits & 0x8000000000000000ull ? ~bits : bits | 0x8000000000000000ull;
}
DEVICE u32 key_of(f16 x) { return key_of(to_float(x)) == 0xFFFFFFFFu ? 0xFFFFu : x.bits == 0x8000u ? 0x8000u : x.bits & 0x8000u ? ~x.bits & 0xFFFFu : x.bits | 0x8000u; }
DEVICE u32 key_of(bf16 x) { return key_of(to_float(x)) >> 16; } // the upper half of a float

template <typename T> struct KeyOf { typedef decltype(key_of(T())) Type; };
template <typename T> constexpr typename KeyOf<T>::Type GREATEST_KEY = sizeof(T) >= 4 ? ~(typename KeyOf<T>::Type)0 : (1u << (8 * sizeof(T) % 32)) - 1;
template <typename T> DEVICE bool is_nan(T x) { return x != x; }
template <> DEVICE bool is_nan<f16>(f16 x) { return (x.bits & 0x7FFFu) > 0x7C00u; }
template <> DEVICE bool is_nan<bf16>(bf16 x) { return (x.bits & 0x7FFFu) > 0x7F80u; }

// --- Rows in registers -------------------------------------------------------------------------------------------------

// A row of at most ROW_CACHE elements a thread is read once and kept. A thread has its elements in chunks of STEP neighbours:
// 16 bytes where VECTOR, which wants aligned rows; else single ones, side by side with those of the neighbouring threads.
#define ROW_CACHE 16
template <typename T, bool VECTOR> struct RowChunk { static const int STEP = VECTOR ? Vec<T>::N : 1; };

// Calls f(j, i) for each chunk that the row has: registers j.. hold elements i... Chunks behind the row cost a branch.
template <typename T, bool VECTOR, typename F> DEVICE void row_chunks(int n, F f) {
    const int STEP = RowChunk<T, VECTOR>::STEP;
#pragma unroll
    for (int j = 0; j < ROW_CACHE; j += STEP) {
        int i = (j / STEP * (int)blockDim.x + (int)threadIdx.x) * STEP;
        if (i < n) f(j, i);
    }
}

template <typename T, bool VECTOR> DEVICE void chunk_load(const T *p, float *v) {
    if constexpr (VECTOR) load_vec<T>(p, v);
    else v[0] = to_float(*p);
}
template <typename T, bool VECTOR> DEVICE void chunk_store(T *p, const float *v) {
    if constexpr (VECTOR) store_vec<T>(p, v);
    else *p = from_float<T>(v[0]);
}

// --- Selection -------------------------------------------------------------------------------------------------------

template <typename Weight> struct SelectScratch {
    Weight bins[256], inBin, remaining;
    int found;
};

// The last of the n elements of a row, in the order of their keys and, among equal ones, of their places, that it takes to reach the
// wanted weight: digit by digit from the highest, first of the keys, then of the places. f(i, key) gives an element's weight, an
// integer, and its key; at most 8·sizeof(type) bits of it. For a block of whole warps, with `wanted` in 1 … the sum of all.
template <typename Key, typename Weight, typename F> DEVICE void select_last(int n, int keyBits, Weight wanted, SelectScratch<Weight> &scratch, Key &lastKey, u32 &lastPlace, F f) {
    Key k = 0;
    u32 p = 0;
    if (threadIdx.x == 0) scratch.remaining = wanted;
    bool isDecided = false;
    for (int bit = keyBits + 32 - 8; bit >= 0 && !isDecided; bit -= 8) {
        for (int b = threadIdx.x; b < 256; b += blockDim.x) scratch.bins[b] = 0;
        __syncthreads();
        bool ofKey = bit >= 32;
        int shift = ofKey ? bit - 32 : bit;
        for (int i = threadIdx.x; i < n; i += blockDim.x) {
            Key key;
            Weight weight = f(i, key);
            // In two steps: a shift by all bits of a word is none.
            bool isCandidate = ofKey ? (key ^ k) >> shift >> 7 >> 1 == 0 : key == k && ((u32)i ^ p) >> shift >> 7 >> 1 == 0;
            if (isCandidate && weight > 0) atomicAdd(scratch.bins + ((ofKey ? (u32)(key >> shift) : (u32)i >> shift) & 255), weight);
        }
        __syncthreads();
        if (threadIdx.x < 32) {
            int lane = threadIdx.x;
            Weight own = 0;
            for (int b = 0; b < 8; b++) own += scratch.bins[lane * 8 + b];
            Weight sum = own;
#pragma unroll
            for (int d = 1; d < 32; d <<= 1) {
                Weight left = __shfl_up_sync(FULL_MASK, sum, d);
                if (lane >= d) sum += left;
            }
            Weight before = sum - own, rest = scratch.remaining;
            __syncwarp();
            if (before < rest && rest <= sum) {
                int digit = lane * 8;
                while (before + scratch.bins[digit] < rest) before += scratch.bins[digit++];
                scratch.found = digit;
                scratch.inBin = scratch.bins[digit];
                scratch.remaining = rest - before;
            }
        }
        __syncthreads();
        // All with these bits are needed: what follows does not matter.
        isDecided = scratch.inBin == scratch.remaining;
        k |= ofKey ? (Key)scratch.found << shift | (isDecided ? ((Key)1 << shift) - 1 : 0) : 0;
        p |= ofKey ? (isDecided ? ~0u : 0) : (u32)scratch.found << shift | (isDecided ? (1u << shift) - 1 : 0);
    }
    __syncthreads();
    lastKey = k;
    lastPlace = p;
}

// --- Sums of any type ------------------------------------------------------------------------------------------------

// Half types are added up in f32, all others in themselves.
template <typename E> struct SumOf { typedef E Type; };
template <> struct SumOf<f16> { typedef f32 Type; };
template <> struct SumOf<bf16> { typedef f32 Type; };
template <typename E> DEVICE typename SumOf<E>::Type widen(E v) { return v; }
template <> DEVICE f32 widen<f16>(f16 v) { return to_float(v); }
template <> DEVICE f32 widen<bf16>(bf16 v) { return to_float(v); }
template <typename E, typename V> DEVICE E rounded(V v) {
    if constexpr (sizeof(typename SumOf<E>::Type) != sizeof(E)) return from_float<E>((float)v);
    else return (E)v;
}

// --- Random bits -----------------------------------------------------------------------------------------------------

// Philox 4×32-10 (Salmon, Moraes, Dror, Shaw 2011): four random words for a counter of 128 bits and a key of 64.
DEVICE uint4 philox(uint4 c, unsigned long long key) {
    unsigned k0 = (unsigned)key, k1 = (unsigned)(key >> 32);
#pragma unroll
    for (int i = 0; i < 10; i++) {
        unsigned h0 = __umulhi(0xD2511F53u, c.x), l0 = 0xD2511F53u * c.x, h1 = __umulhi(0xCD9E8D57u, c.z), l1 = 0xCD9E8D57u * c.z;
        c = make_uint4(h1 ^ c.y ^ k0, l1, h0 ^ c.w ^ k1, l0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c;
}
// The upper 64 bits of a product: a whole number below b, of random bits a.
DEVICE u64 high_product(u64 a, u64 b) { u64 r; asm("mul.hi.u64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b)); return r; }
// In [0, 1): the upper 24 bits.
DEVICE float unit_float(unsigned bits) { return (bits >> 8) * 5.9604644775390625e-8f; }

// --- Tiles of matrix products ----------------------------------------------------------------------------------------

// A row of a K-major tile, whose rows run along the sum, has 64 bytes: two stages of two tiles of 128 rows fit in 32 KiB,
// which needs no opt-in.
#define TILE_ROW 64

// Offset in bytes of a 16-byte chunk in a tile with rows of BYTES. Rows of 64 bytes pair up to 128, so that eight rows of one
// column of chunks lie in eight different groups of four banks; longer rows are XORed by their own number, or in steps of two
// chunks where f32 fragments take two neighbouring chunks of four rows at once.
template <typename T, int BYTES> DEVICE int swizzled(int row, int chunk) {
    int s = BYTES == 64 ? (row >> 1) & 3 : sizeof(T) == 4 ? (row & 3) << 1 : row & 7;
    return row * BYTES + ((chunk ^ s) << 4);
}

// The A and B fragments of one k step of an mma. A K-major tile ([rows, k]) is read as it lies, the other ([k, ROWS])
// transposed: by ldmatrix for 2-byte types, by plain loads for f32, whose 4 bytes ldmatrix cannot transpose.
template <typename T, int KMAJOR, int ROWS> DEVICE void fragment_a(unsigned *r, const char *tile, int row, int k, int lane) {
    const int CHUNK = Vec<T>::N;
    if constexpr (KMAJOR) {
        ldmatrix_x4(r, shared_address(tile) + swizzled<T, TILE_ROW>(row + (lane & 15), k / CHUNK + (lane >> 4)));
    } else if constexpr (sizeof(T) == 2) {
        ldmatrix_x4_trans(r, shared_address(tile) + swizzled<T, ROWS * 2>(k + (lane & 7) + ((lane >> 4) << 3), row / 8 + ((lane >> 3) & 1)));
    } else {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int kk = k + (lane & 3) + ((i >> 1) << 2), m = row + (lane >> 2) + ((i & 1) << 3);
            r[i] = *(const unsigned *)(tile + swizzled<T, ROWS * 4>(kk, m >> 2) + ((m & 3) << 2));
        }
    }
}

// Two n8 fragments side by side: r[0..1] for columns row..row+7, r[2..3] for row+8..row+15.
template <typename T, int KMAJOR, int ROWS> DEVICE void fragment_b(unsigned *r, const char *tile, int row, int k, int lane) {
    const int CHUNK = Vec<T>::N;
    if constexpr (KMAJOR) {
        ldmatrix_x4(r, shared_address(tile) + swizzled<T, TILE_ROW>(row + (lane & 7) + ((lane >> 4) << 3), k / CHUNK + ((lane >> 3) & 1)));
    } else if constexpr (sizeof(T) == 2) {
        ldmatrix_x4_trans(r, shared_address(tile) + swizzled<T, ROWS * 2>(k + (lane & 15), row / 8 + (lane >> 4)));
    } else {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int kk = k + (lane & 3) + ((i & 1) << 2), n = row + (lane >> 2) + ((i >> 1) << 3);
            r[i] = *(const unsigned *)(tile + swizzled<T, ROWS * 4>(kk, n >> 2) + ((n & 3) << 2));
        }
    }
}

template <typename E> DEVICE void mma_step(float *d, const unsigned *a, const unsigned *b) { mma_16816<E>(d, a, b); }
template <> DEVICE void mma_step<f32>(float *d, const unsigned *a, const unsigned *b) { mma_1688_tf32(d, a, b); }

// sums += a·b of a warp's MI·16 rows and NI·16 columns over a whole tile. Of the eight sums of a lane, e has row
// lane/4 + 8·(e/2 % 2) and column 2·(lane%4) + e%2 + 8·(e/4).
template <typename T, int A_KMAJOR, int B_KMAJOR, int ROWS_A, int ROWS_B, int MI, int NI>
DEVICE void mma_tiles(float (&sums)[MI][NI][8], const char *tileA, const char *tileB, int warpM, int warpN, int lane) {
#pragma unroll
    for (int k = 0; k < TILE_ROW / (int)sizeof(T); k += sizeof(T) == 2 ? 16 : 8) {
        unsigned fa[MI][4], fb[NI][4];
#pragma unroll
        for (int i = 0; i < MI; i++) fragment_a<T, A_KMAJOR, ROWS_A>(fa[i], tileA, warpM + i * 16, k, lane);
#pragma unroll
        for (int j = 0; j < NI; j++) fragment_b<T, B_KMAJOR, ROWS_B>(fb[j], tileB, warpN + j * 16, k, lane);
        if constexpr (sizeof(T) == 4) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
#pragma unroll
                for (int i = 0; i < MI; i++) fa[i][e] = to_tf32(__uint_as_float(fa[i][e]));
#pragma unroll
                for (int j = 0; j < NI; j++) fb[j][e] = to_tf32(__uint_as_float(fb[j][e]));
            }
        }
#pragma unroll
        for (int i = 0; i < MI; i++)
#pragma unroll
            for (int j = 0; j < NI; j++) {
                mma_step<T>(sums[i][j], fa[i], fb[j]);
                mma_step<T>(sums[i][j] + 4, fa[i], fb[j] + 2);
            }
    }
}

// What an epilogue does to a sum: 0 nothing, 1 relu, 2 gelu (erf), 3 gelu (tanh), 4 silu, 5 tanh, 6 sigmoid. Code that
// finishes sums is a loop apart, so that the switch is there once and not for every register.
DEVICE float activate(int kind, float v) {
    switch (kind) {
    case 1: return v > 0.0f || v != v ? v : 0.0f;
    case 2: return 0.5f * v * (1.0f + erf_f(v * 0.707106781f));
    case 3: return 0.5f * v * (1.0f + tanh_f(0.797884561f * fmaf(0.044715f * v * v, v, v)));
    case 4: return v / (1.0f + exp_f(-v));
    case 5: return tanh_f(v);
    case 6: return 1.0f / (1.0f + exp_f(-v));
    default: return v;
    }
}

// Copies 4 bytes past the registers, or zeros without a look at the source.
DEVICE void cp_async4(unsigned target, const void *source, bool inside) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" : : "r"(target), "l"(source), "r"(inside ? 4 : 0) : "memory");
}

// The 16 bits at an address, or zero without a look at it, and without a branch.
DEVICE unsigned short load16_if(const void *p, bool inside) {
    unsigned short v;
    asm("{ .reg .pred p; setp.ne.s32 p, %2, 0; mov.b16 %0, 0; @p ld.global.u16 %0, [%1]; }" : "=h"(v) : "l"(p), "r"((int)inside));
    return v;
}

// Random numbers by counter: element i of a draw depends on the stream's seed, the draw and i only, as on the CPU.
//
// Formula   Block b of four words is Philox(key = seed, counter = (b, draw)). KIND = BITS: the words, two an element of 64 bits, the
//           low one first. UNIFORM: the upper p bits of a word over 2ᵖ, p = 24 for f32, 11 f16, 8 bf16, 53 of two words f64.
//           INTEGER: low + ⌊w·range/2⁶⁴⌋ of a word w of 64 bits. NORMAL: √(−2·ln(1 − u₂ₖ))·(cos, sin)(2π·u₂ₖ₊₁), halves rounded.
// Layouts   state: seed and draw of 64 bits; y [count] of T, dense, aligned to 16 bytes.
// Limits    BITS, UNIFORM and INTEGER give the CPU's bits. NORMAL is within 8·2⁻²⁴ of itself of the formula
//           (8·2⁻⁵³ for f64): logarithm 3, root 1, sine 4 at most; near a zero too, since turns are reduced without an error.
// Launch    One thread for each four words: ceil(count·words of an element/4) threads, block 256.
// Source    Salmon, Moraes, Dror, Shaw 2011; Box, Muller 1958; Lemire 2019.
#include "common.cuh"

#define BITS 0
#define UNIFORM 1
#define NORMAL 2
#define INTEGER 3

#ifndef T
#define T f32
#endif
#ifndef KIND
#define KIND UNIFORM
#endif

// --- Device helpers --------------------------------------------------------------------------------------------------

// Bits of a uniform number.
template <typename E> struct Significand { static constexpr int P = 24; };
template <> struct Significand<f16> { static constexpr int P = 11; };
template <> struct Significand<bf16> { static constexpr int P = 8; };

DEVICE u64 word64(unsigned low, unsigned high) { return low | (u64)high << 32; }
DEVICE f64 unit_double(unsigned low, unsigned high) { return (f64)(i64)(word64(low, high) >> 11) * 1.1102230246251565e-16; }

DEVICE f32 root(f32 x) { return sqrtf(x); }
DEVICE f64 root(f64 x) { return sqrt(x); }
DEVICE f32 mul_add(f32 a, f32 b, f32 c) { return fmaf(a, b, c); }
DEVICE f64 mul_add(f64 a, f64 b, f64 c) { return fma(a, b, c); }

// Significand in [√½, √2) and exponent of a normal number.
DEVICE f32 split(f32 x, int &exponent) {
    int bits = __float_as_int(x) - 0x3F3504F3;
    exponent = bits >> 23;
    return __int_as_float((bits & 0x007FFFFF) + 0x3F3504F3);
}
DEVICE f64 split(f64 x, int &exponent) {
    i64 bits = __double_as_longlong(x) - 0x3FE6A09E667F3BCDll;
    exponent = (int)(bits >> 52);
    return __longlong_as_double((bits & 0x000FFFFFFFFFFFFFll) + 0x3FE6A09E667F3BCDll);
}

// ln x of a normal number: 2·artanh(s) with s = (m − 1)/(m + 1), by TERMS terms of its series, |s| < 0.172.
template <typename R, int TERMS> DEVICE R logarithm(R x) {
    int exponent;
    R f = split(x, exponent) - (R)1, s = f / (f + (R)2), z = s * s, sum = (R)0;
#pragma unroll
    for (int k = TERMS; k >= 1; k--) sum = mul_add(sum, z, (R)(1.0 / (2 * k + 1)));
    // 2·s = f − s·f, and f is exact: the rest is small beside it.
    R rest = s * mul_add(z * sum, (R)2, -f), e = (R)exponent;
    return mul_add(e, (R)0.693147180559945309, f + rest);
}

// Sine and cosine of a quarter turn times t, |t| ≤ ½, by TERMS terms of their series.
template <typename R, int TERMS> DEVICE void sine_cosine(R t, R &sine, R &cosine) {
    R a = t * (R)1.57079632679489662, z = a * a, s = (R)1, c = (R)1;
#pragma unroll
    for (int k = TERMS; k >= 1; k--) {
        s = mul_add(s * z, (R)(-1.0 / (2 * k * (2 * k + 1))), (R)1);
        c = mul_add(c * z, (R)(-1.0 / (2 * k * (2 * k - 1))), (R)1);
    }
    sine = s * a;
    cosine = c;
}

// Two normal numbers of two uniform ones.
template <typename R, int LOG, int SINE> DEVICE void normal_pair(R u, R v, R &first, R &second) {
    R radius = root((R)-2 * logarithm<R, LOG>((R)1 - u));
    int quarter = (int)((R)4 * v + (R)0.5);
    R sine, cosine;
    sine_cosine<R, SINE>((R)4 * v - (R)quarter, sine, cosine);
    R x = quarter & 1 ? -sine : cosine, y = quarter & 1 ? cosine : sine;
    if (quarter & 2) { x = -x; y = -y; }
    first = radius * x;
    second = radius * y;
}

DEVICE u64 bits_of(f32 x) { return __float_as_uint(x); }
DEVICE u64 bits_of(f64 x) { return (u64)__double_as_longlong(x); }
DEVICE u64 bits_of(f16 x) { return x.bits; }
DEVICE u64 bits_of(bf16 x) { return x.bits; }
DEVICE u64 bits_of(i32 x) { return (u32)x; }
DEVICE u64 bits_of(i64 x) { return (u64)x; }
DEVICE u64 bits_of(u8 x) { return x; }

// Elements of four words.
constexpr int EACH = KIND == INTEGER || sizeof(T) == 8 ? 2 : 4;

template <typename E> DEVICE void elements(uint4 w, i64 low, u64 range, E *v) {
    if constexpr (KIND == INTEGER) {
        v[0] = (E)(low + (i64)high_product(word64(w.x, w.y), range));
        v[1] = (E)(low + (i64)high_product(word64(w.z, w.w), range));
    } else if constexpr (KIND == BITS && EACH == 2) {
        v[0] = (E)word64(w.x, w.y);
        v[1] = (E)word64(w.z, w.w);
    } else if constexpr (KIND == BITS) {
        v[0] = (E)w.x;
        v[1] = (E)w.y;
        v[2] = (E)w.z;
        v[3] = (E)w.w;
    } else if constexpr (EACH == 2) {
        v[0] = unit_double(w.x, w.y);
        v[1] = unit_double(w.z, w.w);
        if constexpr (KIND == NORMAL) normal_pair<f64, 11, 9>(v[0], v[1], v[0], v[1]);
    } else {
        constexpr int P = KIND == NORMAL ? 24 : Significand<E>::P;
        constexpr f32 SCALE = 1.0f / (1 << P);
        f32 a = (w.x >> (32 - P)) * SCALE, b = (w.y >> (32 - P)) * SCALE, c = (w.z >> (32 - P)) * SCALE, d = (w.w >> (32 - P)) * SCALE;
        if constexpr (KIND == NORMAL) {
            normal_pair<f32, 5, 5>(a, b, a, b);
            normal_pair<f32, 5, 5>(c, d, c, d);
        }
        v[0] = from_float<E>(a);
        v[1] = from_float<E>(b);
        v[2] = from_float<E>(c);
        v[3] = from_float<E>(d);
    }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

// `low` and `range`, the number of values, are for INTEGER.
extern "C" __global__ void __launch_bounds__(256) random_fill(const i64 *state, T *y, i64 count, i64 low, u64 range) {
    u64 block = (u64)blockIdx.x * 256 + threadIdx.x, draw = (u64)state[1];
    i64 first = (i64)block * EACH;
    if (first >= count) return;
    T v[EACH];
    elements<T>(philox(make_uint4((u32)block, (u32)(block >> 32), (u32)draw, (u32)(draw >> 32)), (u64)state[0]), low, range, v);
    if (first + EACH <= count) {
        u64 half[2] = {0, 0};
#pragma unroll
        for (int k = 0; k < EACH; k++) half[k * sizeof(T) / 8] |= bits_of(v[k]) << (k * sizeof(T) % 8 * 8);
        if constexpr (EACH * sizeof(T) == 16) *(ulonglong2 *)(y + first) = make_ulonglong2(half[0], half[1]);
        else if constexpr (EACH * sizeof(T) == 8) *(u64 *)(y + first) = half[0];
        else *(unsigned short *)(y + first) = (unsigned short)half[0];
        return;
    }
#pragma unroll
    for (int k = 0; k < EACH; k++)
        if (first + k < count) y[first + k] = v[k];
}

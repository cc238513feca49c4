// What every generated kernel needs: vectors of elements that are widened to the type in which they are computed, and
// arithmetic with the CPU's rules.
#pragma once
#include "common.cuh"

// A name of its own for all of it: a helper of the same name in common.cuh is another one.
namespace generated {

typedef unsigned char b8; // 0 or 1

// --- Vectors of elements ---------------------------------------------------------------------------------------------

template <int Bytes> struct Pack;
template <> struct Pack<1> { typedef unsigned char Type; };
template <> struct Pack<2> { typedef unsigned short Type; };
template <> struct Pack<4> { typedef unsigned Type; };
template <> struct Pack<8> { typedef uint2 Type; };
template <> struct Pack<16> { typedef uint4 Type; };

DEVICE unsigned long long bits_of(f32 x) { return __float_as_uint(x); }
DEVICE unsigned long long bits_of(f64 x) { return (unsigned long long)__double_as_longlong(x); }
DEVICE unsigned long long bits_of(i32 x) { return (unsigned)x; }
DEVICE unsigned long long bits_of(i64 x) { return (unsigned long long)x; }
DEVICE unsigned long long bits_of(u8 x) { return x; }
DEVICE unsigned long long bits_of(f16 x) { return x.bits; }
DEVICE unsigned long long bits_of(bf16 x) { return x.bits; }
template <typename T> DEVICE T of_bits(unsigned long long b) { return (T)b; }
template <> DEVICE f32 of_bits<f32>(unsigned long long b) { return __uint_as_float((unsigned)b); }
template <> DEVICE f64 of_bits<f64>(unsigned long long b) { return __longlong_as_double((long long)b); }
template <> DEVICE f16 of_bits<f16>(unsigned long long b) { f16 h; h.bits = (unsigned short)b; return h; }
template <> DEVICE bf16 of_bits<bf16>(unsigned long long b) { bf16 h; h.bits = (unsigned short)b; return h; }

DEVICE void unpack(unsigned char p, unsigned *w) { w[0] = p; }
DEVICE void unpack(unsigned short p, unsigned *w) { w[0] = p; }
DEVICE void unpack(unsigned p, unsigned *w) { w[0] = p; }
DEVICE void unpack(uint2 p, unsigned *w) { w[0] = p.x; w[1] = p.y; }
DEVICE void unpack(uint4 p, unsigned *w) { w[0] = p.x; w[1] = p.y; w[2] = p.z; w[3] = p.w; }
DEVICE void repack(unsigned char &p, const unsigned *w) { p = (unsigned char)w[0]; }
DEVICE void repack(unsigned short &p, const unsigned *w) { p = (unsigned short)w[0]; }
DEVICE void repack(unsigned &p, const unsigned *w) { p = w[0]; }
DEVICE void repack(uint2 &p, const unsigned *w) { p = make_uint2(w[0], w[1]); }
DEVICE void repack(uint4 &p, const unsigned *w) { p = make_uint4(w[0], w[1], w[2], w[3]); }

// N neighbours in one access of at most 16 bytes, to which p is aligned.
template <int N, typename T> DEVICE void load_pack(const T *p, typename SumOf<T>::Type *v) {
    const int S = sizeof(T), W = S * N < 4 ? 1 : S * N / 4;
    unsigned w[W];
    unpack(*(const typename Pack<S * N>::Type *)p, w);
#pragma unroll
    for (int i = 0; i < N; i++) {
        const int at = i * S;
        unsigned long long b = S == 8 ? w[at / 4] | (unsigned long long)w[S == 8 ? at / 4 + 1 : 0] << 32 : S == 4 ? w[at / 4] : w[at / 4] >> (8 * (at & 3)) & ((1u << (8 * (S & 3))) - 1);
        v[i] = widen(of_bits<T>(b));
    }
}
template <int N, typename T> DEVICE void store_pack(T *p, const typename SumOf<T>::Type *v) {
    const int S = sizeof(T), W = S * N < 4 ? 1 : S * N / 4;
    unsigned w[W];
#pragma unroll
    for (int i = 0; i < W; i++) w[i] = 0;
#pragma unroll
    for (int i = 0; i < N; i++) {
        const int at = i * S;
        unsigned long long b = bits_of(rounded<T>(v[i]));
        w[at / 4] |= (unsigned)b << (8 * (at & 3));
        if (S == 8) w[S == 8 ? at / 4 + 1 : 0] = (unsigned)(b >> 32);
    }
    typename Pack<S * N>::Type pack;
    repack(pack, w);
    *(typename Pack<S * N>::Type *)p = pack;
}

// --- Arithmetic ------------------------------------------------------------------------------------------------------

// Products that no compiler joins with a following sum: what is rounded once and what twice is the generator's choice.
DEVICE float multiply(float a, float b) { float r; asm("mul.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r; }
DEVICE double multiply(double a, double b) { double r; asm("mul.rn.f64 %0, %1, %2;" : "=d"(r) : "d"(a), "d"(b)); return r; }
DEVICE int multiply(int a, int b) { return (int)((unsigned)a * (unsigned)b); }
DEVICE i64 multiply(i64 a, i64 b) { return (i64)((unsigned long long)a * (unsigned long long)b); }
DEVICE u8 multiply(u8 a, u8 b) { return (u8)(a * b); }
DEVICE float multiply_add(float a, float b, float c) { return fmaf(a, b, c); }
DEVICE double multiply_add(double a, double b, double c) { return fma(a, b, c); }

// Integers wrap.
DEVICE float add(float a, float b) { return a + b; }
DEVICE double add(double a, double b) { return a + b; }
DEVICE int add(int a, int b) { return (int)((unsigned)a + (unsigned)b); }
DEVICE i64 add(i64 a, i64 b) { return (i64)((unsigned long long)a + (unsigned long long)b); }
DEVICE u8 add(u8 a, u8 b) { return (u8)(a + b); }
DEVICE float subtract(float a, float b) { return a - b; }
DEVICE double subtract(double a, double b) { return a - b; }
DEVICE int subtract(int a, int b) { return (int)((unsigned)a - (unsigned)b); }
DEVICE i64 subtract(i64 a, i64 b) { return (i64)((unsigned long long)a - (unsigned long long)b); }
DEVICE u8 subtract(u8 a, u8 b) { return (u8)(a - b); }
DEVICE float negate(float a) { return -a; }
DEVICE double negate(double a) { return -a; }
template <typename T> DEVICE T negate(T a) { return subtract((T)0, a); }

DEVICE float absolute(float a) { return fabsf(a); }
DEVICE double absolute(double a) { return fabs(a); }
DEVICE u8 absolute(u8 a) { return a; }
template <typename T> DEVICE T absolute(T a) { return a < 0 ? negate(a) : a; }
template <typename T> DEVICE T sign_of(T a) { return (T)((a > 0) - (a < 0)); }
template <typename T> DEVICE bool is_nan(T a) { return a != a; }
// NaN wins.
template <typename T> DEVICE T larger(T a, T b) { return a > b || a != a ? a : b; }
template <typename T> DEVICE T smaller(T a, T b) { return a < b || a != a ? a : b; }
template <typename T> DEVICE T relu_of(T a) { return larger(a, (T)0); }

DEVICE float round_even(float x) { return rintf(x); }
DEVICE float round_down(float x) { return floorf(x); }
DEVICE float round_up(float x) { return ceilf(x); }
DEVICE float truncate(float x) { return truncf(x); }
#define ROUND_F64(NAME, MODE) DEVICE double NAME(double x) { double r; asm("cvt." MODE ".f64.f64 %0, %1;" : "=d"(r) : "d"(x)); return r; }
ROUND_F64(round_even, "rni")
ROUND_F64(round_down, "rmi")
ROUND_F64(round_up, "rpi")
ROUND_F64(truncate, "rzi")

DEVICE float root(float x) { return sqrtf(x); }
DEVICE double root(double x) { return sqrt(x); }
DEVICE bool is_negative(float x) { return __float_as_int(x) < 0; }
DEVICE bool is_negative(double x) { return __double_as_longlong(x) < 0; }
DEVICE float with_sign(float size, float x) { return copysignf(size, x); }
DEVICE double with_sign(double size, double x) {
    return __longlong_as_double((__double_as_longlong(size) & 0x7FFFFFFFFFFFFFFFLL) | (__double_as_longlong(x) & (long long)0x8000000000000000ULL));
}

// --- Conversions -----------------------------------------------------------------------------------------------------

// Integers wrap among each other; floating to integer truncates, saturates, and NaN gives 0.
template <typename To, typename From> struct Convert { static DEVICE To of(From x) { return (To)x; } };
template <> struct Convert<i32, f32> { static DEVICE i32 of(f32 x) { i32 r; asm("cvt.rzi.s32.f32 %0, %1;" : "=r"(r) : "f"(x)); return r; } };
template <> struct Convert<i32, f64> { static DEVICE i32 of(f64 x) { i32 r; asm("cvt.rzi.s32.f64 %0, %1;" : "=r"(r) : "d"(x)); return x == x ? r : 0; } };
template <> struct Convert<i64, f32> { static DEVICE i64 of(f32 x) { i64 r; asm("cvt.rzi.s64.f32 %0, %1;" : "=l"(r) : "f"(x)); return x == x ? r : 0; } };
template <> struct Convert<i64, f64> { static DEVICE i64 of(f64 x) { i64 r; asm("cvt.rzi.s64.f64 %0, %1;" : "=l"(r) : "d"(x)); return x == x ? r : 0; } };
template <> struct Convert<u8, f32> { static DEVICE u8 of(f32 x) { return x > 0.0f ? (u8)(int)(x < 255.0f ? x : 255.0f) : (u8)0; } };
template <> struct Convert<u8, f64> { static DEVICE u8 of(f64 x) { return x > 0.0 ? (u8)(int)(x < 255.0 ? x : 255.0) : (u8)0; } };
template <typename To, typename From> DEVICE To convert(From x) { return Convert<To, From>::of(x); }

// --- Division --------------------------------------------------------------------------------------------------------

// C's remainder of integers; −2ⁿ / −1 wraps, and a divisor of 0 has been reported.
template <typename T> DEVICE T whole_quotient(T a, T b) { return b == 0 ? (T)0 : b == (T)-1 && (T)-1 < (T)0 ? negate(a) : (T)(a / b); }
template <typename T> DEVICE T fmod_of(T a, T b) { return b == 0 || (b == (T)-1 && (T)-1 < (T)0) ? (T)0 : (T)(a % b); }
template <typename T> DEVICE T remainder_of(T a, T b) {
    T r = fmod_of(a, b);
    return r != 0 && (r < 0) != (b < 0) ? (T)(r + b) : r;
}
template <typename T> DEVICE T floor_quotient(T a, T b) {
    T whole = whole_quotient(a, b);
    return (a < 0) != (b < 0) && multiply(whole, b) != a ? (T)(whole - 1) : whole;
}

// x − y·trunc(x / y) of doubles whose quotient is large, on their mantissas.
DEVICE double fmod_slow(double x, double y) {
    long long bits = __double_as_longlong(x), a = bits & 0x7FFFFFFFFFFFFFFFLL, b = __double_as_longlong(y) & 0x7FFFFFFFFFFFFFFFLL;
    const long long Infinite = 0x7FF0000000000000LL, One = 0x10000000000000LL;
    if (a >= Infinite || b > Infinite || b == 0) return __longlong_as_double(0x7FF8000000000000LL);
    if (a < b) return x;
    int ea = (int)(a >> 52), eb = (int)(b >> 52);
    unsigned long long r = ea == 0 ? a : (a & (One - 1)) | One, d = eb == 0 ? b : (b & (One - 1)) | One;
    if (ea == 0) ea = 1;
    if (eb == 0) eb = 1;
    for (int n = ea - eb; ; n -= 11) { // 11 bits a round are what 64 bits hold beside the mantissa
        r %= d;
        if (n <= 0) break;
        r <<= n < 11 ? n : 11;
    }
    // r·2^(eb − 1075), whose exponent may be below the normal ones.
    double size = (double)(long long)r;
    size = eb >= 1075 - 1022 ? size * __longlong_as_double((long long)(eb - 1075 + 1023) << 52)
                             : size * __longlong_as_double((long long)(eb + 600 - 1075 + 1023) << 52) * __longlong_as_double((long long)(1023 - 600) << 52);
    return with_sign(size, x);
}

// While the quotient is below 2²² one fused step and one correction are exact.
DEVICE float fmod_of(float x, float y) {
    float size = fabsf(x), d = fabsf(y), q = truncf(size / d), r = fmaf(-q, d, size);
    if (r < 0.0f) r += d;
    if (q < 4194304.0f && d < INFINITY_F) return with_sign(r, x);
    return (float)fmod_slow((double)x, (double)y);
}
DEVICE double fmod_of(double x, double y) {
    double size = fabs(x), d = fabs(y), q = truncate(size / d), r = fma(-q, d, size);
    if (r < 0.0) r += d;
    if (q < 4194304.0 && __double_as_longlong(d) < 0x7FF0000000000000LL) return with_sign(r, x);
    return fmod_slow(x, y);
}
template <typename R> DEVICE bool signs_differ(R r, R y) { return (r < 0 && y > 0) || (r > 0 && y < 0); }
template <typename R> DEVICE R remainder_real(R x, R y) {
    R r = fmod_of(x, y);
    return signs_differ(r, y) ? r + y : r;
}
DEVICE float remainder_of(float x, float y) { return remainder_real(x, y); }
DEVICE double remainder_of(double x, double y) { return remainder_real(x, y); }
// ⌊x / y⌋ by way of the exact remainder; a zero has the sign of x / y.
template <typename R> DEVICE R floor_real(R x, R y) {
    R r = fmod_of(x, y), plain = x / y, q = (x - r) / y;
    if (signs_differ(r, y)) q -= (R)1;
    q = round_even(q);
    if (q == 0) q = with_sign(q, plain);
    return y == 0 ? plain : q;
}
DEVICE float floor_quotient(float x, float y) { return floor_real(x, y); }
DEVICE double floor_quotient(double x, double y) { return floor_real(x, y); }

// Tells the host that an integer was divided by 0.
template <typename T> DEVICE void check_divisor(T b, IndexError *error, unsigned long long token) {
    if (b == 0) report(error, token, 0, 0);
}

// aᵇ by squaring, wrapping; a negative exponent gives 0 unless |a| is 1.
template <typename T> DEVICE T whole_power(T a, T b) {
    if (b < 0) return a == 1 ? (T)1 : a == (T)-1 ? ((b & 1) ? (T)-1 : (T)1) : (T)0;
    T r = 1;
    for (; b != 0; b >>= 1, a = multiply(a, a))
        if (b & 1) r = multiply(r, a);
    return r;
}

// --- Exchange between lanes ------------------------------------------------------------------------------------------

DEVICE float exchange_value(float v, int d) { return __shfl_xor_sync(FULL_MASK, v, d); }
DEVICE int exchange_value(int v, int d) { return __shfl_xor_sync(FULL_MASK, v, d); }
DEVICE u8 exchange_value(u8 v, int d) { return (u8)__shfl_xor_sync(FULL_MASK, (int)v, d); }
DEVICE i64 exchange_value(i64 v, int d) { return (i64)__shfl_xor_sync(FULL_MASK, (unsigned long long)v, d); }
DEVICE f64 exchange_value(f64 v, int d) { return __shfl_xor_sync(FULL_MASK, v, d); }

} // namespace generated

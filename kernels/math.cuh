// Elementary functions of f32 and f64 for generated kernels.
// Formulas are those of the CPU's vector functions, so that both devices agree to a few units in the last place.
//
// Errors    f32: 1.5 units (sin, cos, exp2, expm1, log, log1p), 2 (log2, sigmoid, pow), 3 (tan, atan2); f64: within 3 units.
// Limits    Every finite argument: angles beyond the three-part reduction take 2/pi to 192 bits (Payne, Hanek 1983).
// Source    Polynomials: N. Juffa (f32), fdlibm s_log.c, s_erf.c, s_atan.c, k_sin.c, k_cos.c (f64, Sun Microsystems 1993).
#pragma once
#include "elementwise.cuh"

namespace generated {

#define INFINITY_D __longlong_as_double(0x7FF0000000000000LL)
#define NAN_F __int_as_float(0x7FC00000)
#define NAN_D __longlong_as_double(0x7FF8000000000000LL)

DEVICE unsigned long long multiply_high(unsigned long long a, unsigned long long b) {
    unsigned long long r;
    asm("mul.hi.u64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b));
    return r;
}

// A Horner step that reads from the innermost coefficient outwards.
DEVICE float step(float p, float x, float c) { return fmaf(p, x, c); }
DEVICE double step(double p, double x, double c) { return fma(p, x, c); }
template <typename R> DEVICE R horner(R, R c) { return c; }
template <typename R, typename... Rest> DEVICE R horner(R x, R c, Rest... rest) { return step(horner(x, rest...), x, c); }

// x·2ⁿ with a result that may be subnormal or infinite.
DEVICE float scale(float x, int n) {
    int half = n >> 1;
    return x * __int_as_float((half + 127) << 23) * __int_as_float((n - half + 127) << 23);
}
DEVICE double scale(double x, int n) {
    int half = n >> 1;
    return x * __longlong_as_double((long long)(half + 1023) << 52) * __longlong_as_double((long long)(n - half + 1023) << 52);
}

// NaN passes.
template <typename R> DEVICE R bounded(R x, R low, R high) { return x < low ? low : x > high ? high : x; }

// --- Exponentials ----------------------------------------------------------------------------------------------------

// eʳ − 1 for |r| ≤ ln(2)/2.
DEVICE float exp_minus_one(float r) {
    return fmaf(horner(r, 4.99999851e-1f, 1.66664720e-1f, 4.16695364e-2f, 8.37312452e-3f, 1.37805939e-3f) * r, r, r);
}
DEVICE double exp_minus_one(double r) {
    return fma(horner(r, 0.5, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800,
                      1.0 / 479001600, 1.0 / 6227020800.0) * r, r, r);
}

// x − n·ln 2.
DEVICE float without_ln2(float x, float n) { return fmaf(-n, 1.42860677e-6f, fmaf(-n, 0.693145752f, x)); }
DEVICE double without_ln2(double x, double n) { return fma(-n, 1.90821492927058770002e-10, fma(-n, 6.93147180369123816490e-01, x)); }

DEVICE float exp_of(float x) { return exp_f(x); }
DEVICE double exp_of(double x) {
    x = bounded(x, -746.0, 710.0);
    double n = round_even(x * 1.4426950408889634);
    return scale(exp_minus_one(without_ln2(x, n)) + 1.0, (int)n);
}

DEVICE float exp2_of(float x) {
    x = bounded(x, -151.0f, 129.0f);
    float n = round_even(x);
    return scale(exp_minus_one((x - n) * 0.693147182f) + 1.0f, (int)n);
}
DEVICE double exp2_of(double x) {
    x = bounded(x, -1076.0, 1025.0);
    double n = round_even(x);
    return scale(exp_minus_one((x - n) * 0.6931471805599453) + 1.0, (int)n);
}

// 2ⁿ·(p + 1) − 1 at half the size, since the largest power is not a number of the type.
DEVICE float expm1_of(float x) {
    float b = bounded(x, -20.0f, 88.8f), n = round_even(b * 1.44269504f), half = scale(0.5f, (int)n);
    float r = fmaf(half, exp_minus_one(without_ln2(b, n)), half - 0.5f);
    return x == 0.0f ? x : r + r;
}
DEVICE double expm1_of(double x) {
    double b = bounded(x, -40.0, 709.8), n = round_even(b * 1.4426950408889634), half = scale(0.5, (int)n);
    double r = fma(half, exp_minus_one(without_ln2(b, n)), half - 0.5);
    return x == 0.0 ? x : r + r;
}

DEVICE float tanh_of(float x) { return tanh_f(x); }
DEVICE double tanh_of(double x) {
    double a = fabs(x), t = expm1_of(2.0 * (a > 30.0 ? 30.0 : a));
    return with_sign(t / (t + 2.0), x);
}

// From e^−|x|, so that small results keep their digits.
template <typename R> DEVICE R sigmoid_of(R x) {
    R e = exp_of(x < 0 ? x : -x);
    return (x < 0 ? e : (R)1) / ((R)1 + e);
}

// --- Logarithms ------------------------------------------------------------------------------------------------------

// ±0, negative, infinite and NaN arguments of a logarithm.
DEVICE float log_special(float x, float r) { return x > 0.0f && x < INFINITY_F ? r : x == 0.0f ? -INFINITY_F : x < 0.0f ? NAN_F : x; }
DEVICE double log_special(double x, double r) { return x > 0.0 && x < INFINITY_D ? r : x == 0.0 ? -INFINITY_D : x < 0.0 ? NAN_D : x; }

// x = 2^e·(1 + f) with 1 + f in [2/3, 4/3]; returns ln(1 + f).
DEVICE float log_parts(float x, float &e) {
    float shift = 0.0f;
    if (x < 1.17549435e-38f) { x *= 8388608.0f; shift = -23.0f; }
    int b = (__float_as_int(x) - __float_as_int(0.666666667f)) & 0xFF800000;
    float f = __int_as_float(__float_as_int(x) - b) - 1.0f, s = f * f;
    e = fmaf((float)b, 1.1920929e-7f, shift);
    float r = horner(s, -0.249996200f, -0.166846126f, -0.121483512f, -0.130310059f), t = horner(s, 0.200120345f, 0.139814854f, 0.140869141f);
    r = fmaf(fmaf(fmaf(t, f, r), f, 0.333331972f), f, -0.5f);
    return fmaf(r, s, f);
}

// x = 2^e·m with m in [√½, √2).
DEVICE double split(double x, double &m) {
    double shift = 0.0;
    if (x < 2.2250738585072014e-308) { x *= 18014398509481984.0; shift = -54.0; }
    long long e = (__double_as_longlong(x) - __double_as_longlong(0.70710678118654757)) >> 52;
    m = __longlong_as_double(__double_as_longlong(x) - (e << 52));
    return (double)e + shift;
}

// k·ln 2 + ln(1 + f) + lost.
DEVICE double log_of_parts(double k, double f, double lost) {
    double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    double p = horner(z, 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
                      1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01);
    double tail = fma(s, fma(p, z, half), fma(k, 1.90821492927058770002e-10, lost));
    return fma(k, 6.93147180369123816490e-01, f - (half - tail));
}

DEVICE float log_of(float x) {
    float e, r = log_parts(x, e);
    return log_special(x, fmaf(e, 0.693147182f, r));
}
DEVICE double log_of(double x) {
    double m, e = split(x, m);
    return log_special(x, log_of_parts(e, m - 1.0, 0.0));
}

// Exact for powers of two.
DEVICE float log2_of(float x) {
    float e, r = log_parts(x, e);
    return log_special(x, fmaf(r, 1.44269502f, fmaf(r, 1.92596299e-8f, e)));
}
DEVICE double log2_of(double x) {
    double m, e = split(x, m), r = log_of_parts(0.0, m - 1.0, 0.0);
    return log_special(x, fma(r, 1.4426950408889634, fma(r, 2.0355273740931033e-17, e)));
}

// 1 + x = 2ᵉ·(1 + f), f formed from x itself so that no digit of a small x is lost.
DEVICE float log1p_of(float x) {
    float u = x + 1.0f;
    int b = (__float_as_int(u) - __float_as_int(0.75f)) & 0xFF800000;
    float f = __int_as_float(__float_as_int(x) - b) + fmaf(0.25f, __int_as_float(__float_as_int(4.0f) - b), -1.0f);
    float s = f * f, e = (float)b * 1.1920929e-7f;
    float r = horner(s, -2.50001878e-1f, -1.66416913e-1f, -1.32279143e-1f, -4.54559326e-2f), t = horner(s, 1.99886635e-1f, 1.44911006e-1f, 1.05529785e-1f);
    r = fmaf(fmaf(fmaf(t, f, r), f, 3.33335280e-1f), f, -0.5f);
    r = fmaf(e, 0.693147182f, fmaf(r, s, f));
    if (!(x < INFINITY_F)) r = x;
    if (x <= -1.0f) r = log_special(u, r);
    return x == 0.0f ? x : r;
}
DEVICE double log1p_of(double x) {
    double u = x + 1.0, m, e = split(u, m);
    double lost = (x < 1.0 ? x - (u - 1.0) : 1.0 - (u - x)) / u; // what rounding took from 1 + x, relative to it
    return fabs(x) < 5e-17 ? x : log_special(u, log_of_parts(e, m - 1.0, lost));
}

// --- Angles ----------------------------------------------------------------------------------------------------------

// 2/pi, 64 bits a word, after a word of zeros.
__device__ static const unsigned long long TwoOverPi[20] = {
    0x0000000000000000, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561,
    0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41,
    0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7,
    0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB};

// r = x − q·π/2 with |r| ≤ π/4 for |x| > 2; q in the low two bits of the result. Of x·2/π = m·2ᵉ·2/π only the bits below
// 4 matter: a window of 192 bits of 2/π that begins two bits above those of 2⁻ᵉ.
DEVICE int reduce_large(double x, double &r) {
    long long bits = __double_as_longlong(x);
    int e = (int)((bits >> 52) & 0x7FF) - 1075, at = e - 2 + 64, word = at >> 6, shift = at & 63;
    if (e == 972) { r = NAN_D; return 0; }
    unsigned long long m = (bits & 0xFFFFFFFFFFFFFULL) | 0x10000000000000ULL;
    unsigned long long t0 = TwoOverPi[word], t1 = TwoOverPi[word + 1], t2 = TwoOverPi[word + 2], t3 = TwoOverPi[word + 3];
    unsigned long long w0 = t0, w1 = t1, w2 = t2;
    if (shift != 0) {
        w0 = t0 << shift | t1 >> (64 - shift);
        w1 = t1 << shift | t2 >> (64 - shift);
        w2 = t2 << shift | t3 >> (64 - shift);
    }
    unsigned long long p0 = m * w2, p1 = m * w1, p2 = m * w0 + multiply_high(m, w1), carried = p1 + multiply_high(m, w2);
    if (carried < p1) p2++;
    p1 = carried;
    int q = (int)(p2 >> 62);
    unsigned long long high = p2 << 2 | p1 >> 62, low = p1 << 2 | p0 >> 62;
    bool negative = (high >> 63) != 0;
    if (negative) { // nearer to the next multiple
        q++;
        low = ~low + 1;
        high = ~high + (low == 0);
    }
    int zeros = __clzll((long long)high);
    if (zeros > 0 && zeros < 64) high = high << zeros | low >> (64 - zeros);
    r = (double)multiply_high(high, 0xC90FDAA22168C235ULL) * __longlong_as_double((long long)(1023 - 63 - zeros) << 52);
    if (negative != (bits < 0)) r = -r;
    return bits < 0 ? -q : q;
}

// Adding 1.5·2²³ (2⁵²) rounds to an integer and leaves it in the low bits.
DEVICE int reduce(float x, float &r) {
    if (fabsf(x) > 48000.0f) {
        double wide;
        int q = reduce_large((double)x, wide);
        r = (float)wide;
        return q;
    }
    float q = fmaf(x, 0.636619747f, 12582912.0f);
    int quadrant = __float_as_int(q);
    q -= 12582912.0f;
    r = fmaf(-q, 5.39030253e-15f, fmaf(-q, 3.13916473e-07f, fmaf(-q, 1.57079601e+00f, x)));
    return quadrant;
}
DEVICE int reduce(double x, double &r) {
    if (fabs(x) > 1e6) return reduce_large(x, r);
    double q = fma(x, 0.63661977236758134, 6755399441055744.0);
    int quadrant = (int)__double_as_longlong(q);
    q -= 6755399441055744.0;
    r = fma(-q, 1.082856673921914e-32, fma(-q, 6.123233995736765e-17, fma(-q, 1.5707963267948966, x)));
    return quadrant;
}

// r·s + 0 has the sign that lets −0 pass.
DEVICE float sin_part(float r, float s) { return fmaf(horner(s, -1.66666672e-1f, 8.33345693e-3f, -1.98559923e-4f, 2.86567956e-6f), fmaf(r, s, 0.0f), r); }
DEVICE float cos_part(float s) { return horner(s, 1.0f, -0.5f, 4.16666567e-2f, -1.38877297e-3f, 2.44677067e-5f); }
DEVICE double sin_part(double r, double s) {
    return fma(horner(s, -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04, 2.75573137070700676789e-06,
                      -2.50507602534068634195e-08, 1.58969099521155010221e-10), fma(r, s, 0.0), r);
}
DEVICE double cos_part(double s) {
    double p = horner(s, 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05, -2.75573143513906633035e-07,
                      2.08757232129817482790e-09, -1.13596475577881948265e-11);
    double half = 0.5 * s, w = 1.0 - half;
    return w + fma(p * s, s, (1.0 - w) - half);
}

template <typename R> DEVICE R sin_or_cos(R r, int quadrant) {
    R s = r * r, v = quadrant & 1 ? cos_part(s) : sin_part(r, s);
    return quadrant & 2 ? -v : v;
}
template <typename R> DEVICE R sin_of(R x) {
    R r;
    int quadrant = reduce(x, r);
    return sin_or_cos(r, quadrant);
}
template <typename R> DEVICE R cos_of(R x) {
    R r;
    int quadrant = reduce(x, r);
    return sin_or_cos(r, quadrant + 1);
}
template <typename R> DEVICE R tan_of(R x) {
    R r;
    int quadrant = reduce(x, r);
    R s = r * r, sine = sin_part(r, s), cosine = cos_part(s);
    return quadrant & 1 ? -cosine / sine : sine / cosine;
}

// atan q for 0 ≤ q ≤ 1.
DEVICE float atan_part(float q) {
    float base = 0.0f;
    if (q > 0.414213562f) { q = (q - 1.0f) / (q + 1.0f); base = 0.785398163f; }
    float s = q * q;
    return base + fmaf(horner(s, -3.33329491539e-1f, 1.99777106478e-1f, -1.38776856032e-1f, 8.05374449538e-2f) * s, q, q);
}
DEVICE double atan_part(double q) {
    double high = 0.0, low = 0.0;
    if (q >= 0.6875) { q = (q - 1.0) / (q + 1.0); high = 7.85398163397448278999e-01; low = 3.06161699786838301793e-17; }
    else if (q >= 0.4375) { q = (2.0 * q - 1.0) / (2.0 + q); high = 4.63647609000806093515e-01; low = 2.26987774529616870924e-17; }
    double s = q * q;
    double p = horner(s, 3.33333333333329318027e-01, -1.99999999998764832476e-01, 1.42857142725034663711e-01, -1.11111104054623557880e-01,
                      9.09088713343650656196e-02, -7.69187620504482999495e-02, 6.66107313738753120669e-02, -5.83357013379057348645e-02,
                      4.97687799461593236017e-02, -3.65315727442169155270e-02, 1.62858201153657823623e-02);
    return high + (q - (q * s * p - low));
}
DEVICE float pi_of(float) { return 3.14159274f; }
DEVICE double pi_of(double) { return 3.1415926535897931; }

// The angle of the point (x, y), first argument y.
template <typename R> DEVICE R atan2_of(R y, R x) {
    if (x != x || y != y) return x + y;
    R a = absolute(x), b = absolute(y), low = a < b ? a : b, high = a < b ? b : a, pi = pi_of(x);
    R angle = atan_part(high == 0 ? (R)0 : low == high ? (R)1 : low / high);
    if (b > a) angle = (R)0.5 * pi - angle;
    if (is_negative(x)) angle = pi - angle;
    return with_sign(angle, y);
}

// --- Powers ----------------------------------------------------------------------------------------------------------

// 1/5 + z/7 + z²/9 + …: the series of the inverse hyperbolic tangent behind its second term.
DEVICE float tail_of_atanh(float z) { return horner(z, 1.0f / 5, 1.0f / 7, 1.0f / 9, 1.0f / 11, 1.0f / 13); }
DEVICE double tail_of_atanh(double z) {
    return horner(z, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23, 1.0 / 25);
}
DEVICE float exponent_of(float x, float &m) {
    float shift = 0.0f;
    if (x < 1.17549435e-38f) { x *= 8388608.0f; shift = -23.0f; }
    int e = (__float_as_int(x) - __float_as_int(0.70710678f)) >> 23;
    m = __int_as_float(__float_as_int(x) - (e << 23));
    return (float)e + shift;
}
DEVICE double exponent_of(double x, double &m) { return split(x, m); }

// The constants that differ: 1/3 and log₂e beyond their rounding, and where 2ˣ ends.
struct PowF { static DEVICE float third() { return -9.93410753e-9f; } static DEVICE float log2e() { return 1.92596299e-8f; } static DEVICE float most() { return 130.0f; } };
struct PowD { static DEVICE double third() { return 1.8503717077085941e-17; } static DEVICE double log2e() { return 2.0355273740931033e-17; } static DEVICE double most() { return 1026.0; } };

// aᵇ for 0 < a < ∞: log₂ a in two parts by ln m = 2·artanh((m − 1)/(m + 1)), then 2 to the product. Products whose rounding
// error is carried on must stay products, hence multiply.
template <typename R, typename Constants> DEVICE R pow_core(R a, R b) {
    R m, e = exponent_of(a, m), f = m - (R)1, t = m + (R)1, below = m - (t - (R)1);
    R s = f / t, sl = (step(-s, t, f) - s * below) / t;
    R z = multiply(s, s), zl = step(s, s, -z) + (R)2 * s * sl;
    R third = (R)(1.0 / 3.0), q = z * tail_of_atanh(z), p = third + q, pl = (third - p) + q + Constants::third();
    R w = multiply(z, p), wl = step(z, p, -w) + z * pl + zl * p;
    R v = multiply(s, w), vl = step(s, w, -v) + s * wl + sl * w;
    R h = s + v, l = (s - h) + v + vl + sl; // half of ln m
    h += h, l += l;
    R log2e = (R)1.4426950408889634;
    R g = multiply(h, log2e), gl = step(h, log2e, -g) + h * Constants::log2e() + l * log2e;
    R k = e + g, kl = (e - k) + g + gl;
    R x = multiply(b, k);
    if (x > Constants::most()) return scale((R)1, 1 << (sizeof(R) == 4 ? 7 : 10));
    if (x < -Constants::most() - (R)(sizeof(R) == 4 ? 24 : 53)) return (R)0;
    R xl = step(b, k, -x) + b * kl, n = round_even(x);
    return scale(exp_minus_one(((x - n) + xl) * (R)0.6931471805599453) + (R)1, (int)n);
}
DEVICE float pow_positive(float a, float b) { return pow_core<float, PowF>(a, b); }
DEVICE double pow_positive(double a, double b) { return pow_core<double, PowD>(a, b); }

// aᵇ with C's special cases: 1 for b = 0 and a = 1; the sign of a passes for odd b; NaN for a negative a to a fraction.
template <typename R> DEVICE R pow_of(R a, R b) {
    if (b == 0 || a == 1) return (R)1;
    if (a != a || b != b) return a + b;
    R size = absolute(a), magnitude = absolute(b), zero = (R)0, infinite = (R)1 / zero;
    bool whole = truncate(b) == b, odd = whole && truncate(b * (R)0.5) * (R)2 != b && magnitude < infinite;
    R r;
    if (magnitude == infinite) r = size == 1 ? (R)1 : (size > 1) == (b > 0) ? infinite : zero;
    else if (size == 0 || size == infinite) r = (size == 0) == (b > 0) ? zero : infinite;
    else if (a < 0 && !whole) return zero / zero;
    else r = pow_positive(size, b);
    return odd && is_negative(a) ? -r : r;
}

// --- Error function --------------------------------------------------------------------------------------------------

DEVICE float erf_of(float x) { return erf_f(x); }
DEVICE double erf_of(double x) {
    double a = fabs(x);
    if (x != x) return x;
    if (a < 0.84375) {
        if (a < 3.7252902984e-09) return fma(0.12837916709551258561, x, x);
        double z = x * x;
        double r = horner(z, 1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03, -2.37630166566501626084e-05);
        double s = horner(z, 1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06);
        return fma(x, r / s, x);
    }
    double result = 1.0;
    if (a < 1.25) {
        double t = a - 1.0;
        double p = horner(t, -2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01,
                          -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03);
        double q = horner(t, 1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02, 1.26171219808761642112e-01,
                          1.36370839120290507362e-02, 1.19844998467991074170e-02);
        result = 8.45062911510467529297e-01 + p / q;
    } else if (a < 6.0) {
        double t = 1.0 / (a * a), r, s;
        if (a < 1.0 / 0.35) {
            r = horner(t, -9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01,
                       -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00);
            s = horner(t, 1.0, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02,
                       4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02);
        } else {
            r = horner(t, -9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02,
                       -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02);
            s = horner(t, 1.0, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03,
                       2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01);
        }
        // e^(−a²) with a split so that the square of its upper half is exact.
        double z = __longlong_as_double(__double_as_longlong(a) & (long long)0xFFFFFFFF00000000ULL);
        result = 1.0 - exp_of(fma(-z, z, -0.5625)) * exp_of(fma(z - a, z + a, r / s)) / a;
    }
    return with_sign(result, x);
}

} // namespace generated

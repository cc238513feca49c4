// Softmax and log-softmax over the last axis, forward and backward.
//
// Formula   y = e^(x−m)/Σe^(x−m), log y = x − lse with lse = m + ln Σe^(x−m).
//           dx = y·(dy − Σ dy·y); for the logarithm dx = dy − e^y·Σdy.
// Layouts   x, y, dy, dx are [rows, n] of T, dense.
// Limits    n ≥ 1 and < 2³¹. A row of −∞ gives zeros (−∞ for the logarithm) and zero gradients. In place is allowed: y = x, dx = dy.
// Launch    grid rows, block whole warps up to 1024 (256 is good from n = 512 on).
// Source    rows of up to 16 elements a thread stay in registers: read once, written once, one exponential an element. Longer
//           ones use the online normaliser (Milakov, Gimelshein 2018) and are read twice.
#include "softmax.cuh"

#ifndef LOG
#define LOG 0
#endif

// --- Device helpers --------------------------------------------------------------------------------------------------

#define STEP (RowChunk<T, VECTOR>::STEP)

// Softmax of a row in registers.
template <bool VECTOR> DEVICE void forward_cached(const T *x, T *y, int n, float *scratch) {
    float v[ROW_CACHE], m = -INFINITY_F, s = 0.0f;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
        chunk_load<T, VECTOR>(x + i, v + j);
#pragma unroll
        for (int k = 0; k < STEP; k++) m = Max::of(v[j + k], m);
    });
    m = block_reduce<Max>(m, scratch);
    float shift = m == -INFINITY_F ? 0.0f : m;
    row_chunks<T, VECTOR>(n, [&](int j, int) {
#pragma unroll
        for (int k = 0; k < STEP; k++) {
            float e = exp_f(v[j + k] - shift);
            if (!LOG) v[j + k] = e;
            s += e;
        }
    });
    s = block_reduce<Add>(s, scratch);
    float lse = m == -INFINITY_F ? 0.0f : m + log_f(s), inverse = s == 0.0f ? 0.0f : 1.0f / s;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
#pragma unroll
        for (int k = 0; k < STEP; k++) v[j + k] = LOG ? v[j + k] - lse : v[j + k] * inverse;
        chunk_store<T, VECTOR>(y + i, v + j);
    });
}

template <bool VECTOR> DEVICE void backward_cached(const T *y, const T *dy, T *dx, int n, float *scratch) {
    float v[ROW_CACHE], d[ROW_CACHE], sum = 0.0f;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
        chunk_load<T, VECTOR>(y + i, v + j);
        chunk_load<T, VECTOR>(dy + i, d + j);
#pragma unroll
        for (int k = 0; k < STEP; k++) sum += LOG ? d[j + k] : v[j + k] * d[j + k];
    });
    sum = block_reduce<Add>(sum, scratch);
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
#pragma unroll
        for (int k = 0; k < STEP; k++) v[j + k] = LOG ? d[j + k] - exp_f(v[j + k]) * sum : v[j + k] * (d[j + k] - sum);
        chunk_store<T, VECTOR>(dx + i, v + j);
    });
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(1024, 1) softmax_forward(const T *x, T *y, int n) {
    __shared__ float scratch[33];
    long long row = (long long)blockIdx.x * n;
    if (n <= ROW_CACHE * blockDim.x) {
        if (n % Vec<T>::N == 0 && aligned16(x) && aligned16(y)) forward_cached<true>(x + row, y + row, n, scratch);
        else forward_cached<false>(x + row, y + row, n, scratch);
        return;
    }
    float m, s;
    row_normaliser(x + row, n, scratch, m, s);
#if LOG
    float lse = m == -INFINITY_F ? 0.0f : m + log_f(s);
    row_map<T>(y + row, x + row, n, [&](int, float v) { return v - lse; });
#else
    float inverse = s == 0.0f ? 0.0f : 1.0f / s, shift = s == 0.0f ? 0.0f : m;
    row_map<T>(y + row, x + row, n, [&](int, float v) { return exp_f(v - shift) * inverse; });
#endif
}

extern "C" __global__ void __launch_bounds__(1024) softmax_backward(const T *y, const T *dy, T *dx, int n) {
    __shared__ float scratch[33];
    long long row = (long long)blockIdx.x * n;
    if (n <= ROW_CACHE * blockDim.x) {
        if (n % Vec<T>::N == 0 && aligned16(y) && aligned16(dy) && aligned16(dx)) backward_cached<true>(y + row, dy + row, dx + row, n, scratch);
        else backward_cached<false>(y + row, dy + row, dx + row, n, scratch);
        return;
    }
    float sum = 0.0f;
    row_each2<T>(y + row, dy + row, n, [&](int, float a, float b) { sum += LOG ? b : a * b; });
    sum = block_reduce<Add>(sum, scratch);
    row_map2<T>(dx + row, y + row, dy + row, n, [&](int, float a, float b) { return LOG ? b - exp_f(a) * sum : a * (b - sum); });
}

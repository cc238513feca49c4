// What softmax and cross entropy share.
#pragma once
#include "common.cuh"

#ifndef T
#define T f32
#endif

// The maximum of a row and the sum of e^(x − maximum).
DEVICE void row_normaliser(const T *x, int n, float *scratch, float &maximum, float &sum) {
    float m = -INFINITY_F, s = 0.0f;
    row_each<T>(x, n, [&](int, float v) {
        if (v > m) {
            s = fmaf(s, exp_f(m - v), 1.0f);
            m = v;
        } else if (v != -INFINITY_F) {
            s += exp_f(v - m);
        }
    });
    maximum = block_reduce<Max>(m, scratch);
    s = m == -INFINITY_F && s == 0.0f ? 0.0f : s * exp_f(m - maximum);
    sum = block_reduce<Add>(s, scratch);
}

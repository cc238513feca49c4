// What the kernels of matrix products share: arguments and epilogue; see gemm.cu.
#pragma once
#include "common.cuh"

#ifndef T
#define T f32
#endif
#define CHUNK (16 / (int)sizeof(T))

struct GemmArguments {
    const T *a, *b;
    T *c;
    const T *bias, *residual;
    void *partial;
    int m, n, k, lda, ldb, ldc;
    long long strideA, strideB, strideC;
    int splits, activation;
    float alpha, beta;
    int transposeA, transposeB; // of gemm_simt only; the others are specialised
};

// The steps of the sum that a part has: [first, last).
DEVICE void part_of(const GemmArguments &g, int split, int stepSize, int &first, int &last) {
    int steps = (g.k + stepSize - 1) / stepSize, each = (steps + g.splits - 1) / g.splits;
    first = split * each;
    last = min(steps, first + each);
}

// True if sums are the results, as they are.
DEVICE bool is_plain(const GemmArguments &g) { return g.alpha == 1.0f && !g.bias && g.activation == 0 && !g.residual; }

// A switch at run time: code that finishes is a loop apart, so that it is there once and not for every register.
DEVICE float activate_kind(int kind, float v) {
    switch (kind) {
    case 1: return activate<1>(v);
    case 2: return activate<2>(v);
    case 3: return activate<3>(v);
    case 4: return activate<4>(v);
    case 5: return activate<5>(v);
    case 6: return activate<6>(v);
    default: return v;
    }
}

// The epilogue of an element in column n, which lies at `at` in C.
template <typename E> DEVICE float finish(const GemmArguments &g, float sum, int n, long long at) {
    float v = g.alpha * sum;
    if (g.bias) v += to_float(((const E *)g.bias)[n]);
    v = activate_kind(g.activation, v);
    return g.residual ? fmaf(g.beta, to_float(((const E *)g.residual)[at]), v) : v;
}

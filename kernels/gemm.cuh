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
    int biasIsMatrix, residualIsRow;
#ifdef EPILOGUE
    EpilogueArguments extra; // of a program that takes the place of bias, activation and residual
#endif
};

// The steps of the sum that a part has: [first, last).
DEVICE void part_of(const GemmArguments &g, int split, int stepSize, int &first, int &last) {
    int steps = (g.k + stepSize - 1) / stepSize, each = (steps + g.splits - 1) / g.splits;
    first = split * each;
    last = min(steps, first + each);
}

#ifdef EPILOGUE
DEVICE bool is_plain(const GemmArguments &) { return false; }
template <typename E> DEVICE float finish(const GemmArguments &g, float sum, int, long long at) { return epilogue_of(g.extra, g.alpha * sum, at); }
#else
// True if sums are the results, as they are.
DEVICE bool is_plain(const GemmArguments &g) { return g.alpha == 1.0f && !g.bias && g.activation == 0 && !g.residual; }

// The epilogue of an element in column n, which lies at `at` in C.
template <typename E> DEVICE float finish(const GemmArguments &g, float sum, int n, long long at) {
    float v = g.alpha * sum;
    if (g.bias) v += to_float(((const E *)g.bias)[g.biasIsMatrix ? at : n]);
    v = activate(g.activation, v);
    return g.residual ? fmaf(g.beta, to_float(((const E *)g.residual)[g.residualIsRow ? n : at]), v) : v;
}
#endif

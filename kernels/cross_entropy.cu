// Cross entropy of rows of logits from class numbers, and its gradient.
//
// Formula   with p = softmax of a row, t its class, s the smoothing and w the weights of the classes:
//           loss = (1 − s)·w[t]·(−ln p[t]) + s/n·Σ w·(−ln p); dx = g·((1 − s)·w[t]·(p − onehot t) + s/n·(p·Σw − w)).
// Layouts   x, dx [rows, n] of T, dense; targets of 8, 32 or 64 bits with a stride; weights [n] of T, null for ones; losses [rows] of T;
//           upstream g of T with a stride, which may be 0.
// Limits    n ≥ 1 and < 2³¹. A row of the ignored class (where `ignores`) has loss and gradient zero, and so has one whose class is
//           not in [0, n), which is reported with its row: value the class, bound the row. dx = x is allowed.
// Launch    grid rows, block whole warps up to 1024.
// Source    online normaliser: Milakov, Gimelshein 2018; a row is read twice, for smoothing three times.
#include "softmax.cuh"

struct CrossEntropyArguments {
    const T *x;
    const void *targets;
    const T *weights, *upstream;
    T *result;
    IndexError *error;
    unsigned long long token;
    long long ignore, targetStride, upstreamStride;
    int n, targetBytes, ignores;
    float smoothing;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE long long target_of(const CrossEntropyArguments &c, long long row) {
    long long at = row * c.targetStride;
    return c.targetBytes == 8 ? ((const long long *)c.targets)[at] : c.targetBytes == 4 ? ((const int *)c.targets)[at] : ((const unsigned char *)c.targets)[at];
}

// Whether the row counts.
DEVICE bool counts(const CrossEntropyArguments &c, long long row, long long target) {
    if (c.ignores && target == c.ignore) return false;
    if ((unsigned long long)target < (unsigned long long)c.n) return true;
    if (threadIdx.x == 0) report(c.error, c.token, target, row);
    return false;
}

DEVICE float class_weight(const CrossEntropyArguments &c, long long i) { return c.weights ? to_float(c.weights[i]) : 1.0f; }

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(1024) cross_entropy_forward(CrossEntropyArguments c) {
    __shared__ float scratch[33];
    long long row = blockIdx.x, target = target_of(c, row);
    if (!counts(c, row, target)) {
        if (threadIdx.x == 0) c.result[row] = from_float<T>(0.0f);
        return;
    }
    const T *x = c.x + row * c.n;
    float m, s;
    row_normaliser(x, c.n, scratch, m, s);
    float shift = m == -INFINITY_F ? 0.0f : m, log = s == 0.0f ? 0.0f : log_f(s), all = 0.0f;
    if (c.smoothing != 0.0f) {
        row_each<T>(x, c.n, [&](int i, float v) { all = fmaf(log - (v - shift), class_weight(c, i), all); });
        all = block_reduce<Add>(all, scratch);
    }
    if (threadIdx.x != 0) return;
    float loss = (log - (to_float(x[target]) - shift)) * class_weight(c, target);
    if (c.smoothing != 0.0f) loss = loss * (1.0f - c.smoothing) + all * c.smoothing / c.n;
    c.result[row] = from_float<T>(loss);
}

extern "C" __global__ void __launch_bounds__(1024) cross_entropy_backward(CrossEntropyArguments c) {
    __shared__ float scratch[33];
    long long row = blockIdx.x, target = target_of(c, row);
    const T *x = c.x + row * c.n;
    T *dx = c.result + row * c.n;
    if (!counts(c, row, target)) {
        row_map<T>(dx, x, c.n, [](int, float) { return 0.0f; });
        return;
    }
    float m, s, sum = c.n;
    row_normaliser(x, c.n, scratch, m, s);
    bool smooth = c.smoothing != 0.0f;
    if (smooth && c.weights) {
        sum = 0.0f;
        row_each<T>(c.weights, c.n, [&](int, float w) { sum += w; });
        sum = block_reduce<Add>(sum, scratch);
    }
    float g = to_float(c.upstream[row * c.upstreamStride]), spread = c.smoothing / c.n, hit = g * (1.0f - c.smoothing) * class_weight(c, target);
    float shift = m == -INFINITY_F ? 0.0f : m, factor = (hit + g * spread * sum) / (s == 0.0f ? 1.0f : s);
    row_map<T>(dx, x, c.n, [&](int i, float v) {
        float d = exp_f(v - shift) * factor;
        if (smooth) d -= g * spread * class_weight(c, i);
        return i == target ? d - hit : d;
    });
}

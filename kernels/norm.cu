// Normalisation of dense rows, forward and backward: LayerNorm, RMSNorm (RMS=1), GroupNorm and InstanceNorm.
//
// Formula   x̂ = (x − μ)·r with r = 1/√(σ² + ε), or x̂ = x·r with r = 1/√(mean x² + ε); y = x̂·γ + β.
//           dx = r·(g − mean g − x̂·mean(g·x̂)) with g = dy·γ; RMS leaves mean g out. dγ = Σ dy·x̂ and dβ = Σ dy over rows.
// Layouts   x, y, dy, dx are [rows, n] of T; mean, rstd [rows] of f32; γ and β of T, null for 1 and 0; without y there are only
//           statistics. The weight of element i of a row is (row % groups)·(n/inner) + i/inner: groups = inner = 1 for Layer and
//           RMS; for [B, C, L] in G groups rows = B·G, n = C/G·L, groups = G, inner = L.
// Limits    n ≥ 1 and < 2³¹; statistics in f32, the variance from centred values (of longer rows by a second read).
//           Rows of up to 16 elements a thread stay in registers and are read once.
//           norm_backward_weights is for groups = inner = 1, batchnorm.cu has the others. In place is allowed: y = x, dx = dy.
// Launch    rows blocks of whole warps; norm_backward_weights grid (ceil(n/32), parts), block (32, 8); norm_join grid ceil(n/256),
//           block 256. The parts are added in order: results do not depend on timing.
// Source    Ba, Kiros, Hinton 2016; Zhang, Sennrich 2019; Wu, He 2018.
#include "common.cuh"

#ifndef T
#define T f32
#endif
#ifndef RMS
#define RMS 0
#endif

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE float weight(const T *w, int i, int inner, int base, float absent) { return w ? to_float(w[base + (inner == 1 ? i : i / inner)]) : absent; }

#define STEP (RowChunk<T, VECTOR>::STEP)

// The weights of a chunk.
template <bool VECTOR> DEVICE void weights(float *v, const T *w, int i, int inner, int base, float absent) {
    if constexpr (VECTOR) {
        if (w && inner == 1) {
            load_vec<T>(w + base + i, v);
            return;
        }
    }
#pragma unroll
    for (int k = 0; k < STEP; k++) v[k] = weight(w, i + k, inner, base, absent);
}

// Mean and 1/√(σ² + ε) of a row, which is read twice.
DEVICE void moments(const T *x, int n, float epsilon, float &mu, float &r, float *scratch) {
    float sum = 0.0f, square = 0.0f;
#if !RMS
    row_each<T>(x, n, [&](int, float v) { sum += v; });
    sum = block_reduce<Add>(sum, scratch) / n;
#endif
    row_each<T>(x, n, [&](int, float v) { square = fmaf(v - sum, v - sum, square); });
    mu = sum;
    r = 1.0f / sqrtf(block_reduce<Add>(square, scratch) / n + epsilon);
}

// Normalises a row in registers.
template <bool VECTOR> DEVICE void forward_cached(const T *x, const T *gamma, const T *beta, T *y, float *mean, float *rstd, int n, int inner, int base, float epsilon, float *scratch) {
    float v[ROW_CACHE], mu = 0.0f, square = 0.0f;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
        chunk_load<T, VECTOR>(x + i, v + j);
#pragma unroll
        for (int k = 0; k < STEP; k++) mu += v[j + k];
    });
    mu = RMS ? 0.0f : block_reduce<Add>(mu, scratch) / n;
    row_chunks<T, VECTOR>(n, [&](int j, int) {
#pragma unroll
        for (int k = 0; k < STEP; k++) square = fmaf(v[j + k] - mu, v[j + k] - mu, square);
    });
    float r = 1.0f / sqrtf(block_reduce<Add>(square, scratch) / n + epsilon);
    if (threadIdx.x == 0) {
        if (mean) *mean = mu;
        if (rstd) *rstd = r;
    }
    if (!y) return;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
        float g[STEP], b[STEP];
        weights<VECTOR>(g, gamma, i, inner, base, 1.0f);
        weights<VECTOR>(b, beta, i, inner, base, 0.0f);
#pragma unroll
        for (int k = 0; k < STEP; k++) v[j + k] = fmaf((v[j + k] - mu) * r, g[k], b[k]);
        chunk_store<T, VECTOR>(y + i, v + j);
    });
}

template <bool VECTOR> DEVICE void backward_cached(const T *x, const T *dy, const T *gamma, T *dx, float mu, float r, int n, int inner, int base, float *scratch) {
    float v[ROW_CACHE], d[ROW_CACHE], sum = 0.0f, dot = 0.0f;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
        float g[STEP];
        chunk_load<T, VECTOR>(x + i, v + j);
        chunk_load<T, VECTOR>(dy + i, d + j);
        weights<VECTOR>(g, gamma, i, inner, base, 1.0f);
#pragma unroll
        for (int k = 0; k < STEP; k++) {
            v[j + k] = (v[j + k] - mu) * r;
            d[j + k] *= g[k];
            sum += d[j + k];
            dot = fmaf(d[j + k], v[j + k], dot);
        }
    });
    sum = RMS ? 0.0f : block_reduce<Add>(sum, scratch) / n;
    dot = block_reduce<Add>(dot, scratch) / n;
    row_chunks<T, VECTOR>(n, [&](int j, int i) {
#pragma unroll
        for (int k = 0; k < STEP; k++) v[j + k] = r * (d[j + k] - sum - v[j + k] * dot);
        chunk_store<T, VECTOR>(dx + i, v + j);
    });
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(1024, 1) norm_forward(const T *x, const T *gamma, const T *beta, T *y, float *mean, float *rstd, int n, int groups, int inner, float epsilon) {
    __shared__ float scratch[33];
    long long row = (long long)blockIdx.x * n;
    int base = (int)(blockIdx.x % groups) * (n / inner);
    if (n <= ROW_CACHE * blockDim.x) {
        float *m = mean ? mean + blockIdx.x : mean, *r = rstd ? rstd + blockIdx.x : rstd;
        T *to = y ? y + row : y;
        if (n % Vec<T>::N == 0 && aligned16(x) && aligned16(y) && aligned16(gamma) && aligned16(beta)) forward_cached<true>(x + row, gamma, beta, to, m, r, n, inner, base, epsilon, scratch);
        else forward_cached<false>(x + row, gamma, beta, to, m, r, n, inner, base, epsilon, scratch);
        return;
    }
    float mu, r;
    moments(x + row, n, epsilon, mu, r, scratch);
    if (threadIdx.x == 0) {
        if (mean) mean[blockIdx.x] = mu;
        if (rstd) rstd[blockIdx.x] = r;
    }
    if (y) row_map<T>(y + row, x + row, n, [&](int i, float v) { return fmaf((v - mu) * r, weight(gamma, i, inner, base, 1.0f), weight(beta, i, inner, base, 0.0f)); });
}

// Without rstd the statistics are taken again, by reads that bring the row into the first-level cache.
extern "C" __global__ void __launch_bounds__(1024) norm_backward(const T *x, const T *dy, const T *gamma, const float *mean, const float *rstd, T *dx, int n, int groups, int inner, float epsilon) {
    __shared__ float scratch[33];
    long long row = (long long)blockIdx.x * n;
    int base = (int)(blockIdx.x % groups) * (n / inner);
    float mu = 0.0f, r, sum = 0.0f, dot = 0.0f;
    if (rstd) {
        if (!RMS) mu = mean[blockIdx.x];
        r = rstd[blockIdx.x];
    } else moments(x + row, n, epsilon, mu, r, scratch);
    if (n <= ROW_CACHE * blockDim.x) {
        if (n % Vec<T>::N == 0 && aligned16(x) && aligned16(dy) && aligned16(dx) && aligned16(gamma)) backward_cached<true>(x + row, dy + row, gamma, dx + row, mu, r, n, inner, base, scratch);
        else backward_cached<false>(x + row, dy + row, gamma, dx + row, mu, r, n, inner, base, scratch);
        return;
    }
    row_each2<T>(x + row, dy + row, n, [&](int i, float v, float d) {
        float g = d * weight(gamma, i, inner, base, 1.0f);
        sum += g;
        dot = fmaf(g, (v - mu) * r, dot);
    });
    sum = RMS ? 0.0f : block_reduce<Add>(sum, scratch) / n;
    dot = block_reduce<Add>(dot, scratch) / n;
    row_map2<T>(dx + row, x + row, dy + row, n, [&](int i, float v, float d) {
        return r * (d * weight(gamma, i, inner, base, 1.0f) - sum - (v - mu) * r * dot);
    });
}

// Sums of 32 columns over the rows of one part: partial[part, 0, n] for γ and partial[part, 1, n] for β.
extern "C" __global__ void __launch_bounds__(256) norm_backward_weights(const T *x, const T *dy, const float *mean, const float *rstd, float *partial, int rows, int n) {
    __shared__ float sums[2][8][33];
    int column = blockIdx.x * 32 + threadIdx.x, each = (rows + gridDim.y - 1) / gridDim.y, first = blockIdx.y * each, last = min(rows, first + each);
    float gamma = 0.0f, beta = 0.0f;
    if (column < n) {
        for (int row = first + threadIdx.y; row < last; row += 8) {
            float d = to_float(dy[(long long)row * n + column]), v = to_float(x[(long long)row * n + column]);
            gamma = fmaf(d, (v - (RMS ? 0.0f : mean[row])) * rstd[row], gamma);
            beta += d;
        }
    }
    sums[0][threadIdx.y][threadIdx.x] = gamma;
    sums[1][threadIdx.y][threadIdx.x] = beta;
    __syncthreads();
    if (threadIdx.y < 2 && column < n) {
        float sum = 0.0f;
#pragma unroll
        for (int i = 0; i < 8; i++) sum += sums[threadIdx.y][i][threadIdx.x];
        partial[((long long)blockIdx.y * 2 + threadIdx.y) * n + column] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(256) norm_join(const float *partial, T *dgamma, T *dbeta, int parts, int n) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= n) return;
    float gamma = 0.0f, beta = 0.0f;
    for (int p = 0; p < parts; p++) {
        gamma += partial[(long long)p * 2 * n + i];
        beta += partial[((long long)p * 2 + 1) * n + i];
    }
    if (dgamma) dgamma[i] = from_float<T>(gamma);
    if (dbeta) dbeta[i] = from_float<T>(beta);
}

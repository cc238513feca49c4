// Batch normalisation of [images, channels, size], and sums a channel, which GroupNorm and InstanceNorm need for dγ and dβ.
//
// Formula   μ, σ² of a channel over images and size; r = 1/√(σ² + ε); x̂ = (x − μ)·r; y = x̂·γ + β.
//           dγ = Σ dy·x̂; dβ = Σ dy; dx = γ·r·(dy − dβ/n − x̂·dγ/n) with n = images·size, and dx = γ·r·dy for given statistics.
//           running mean ← (1 − m)·mean + m·μ; running variance the same with σ²·n/(n − 1).
// Layouts   x, y, dy, dx dense [images, channels, size] of T; γ, β, dγ, dβ [channels] of T, null for 1, 0 and not wanted;
//           all statistics [channels] of f32. partial: [parts, 2, channels] of f32, with COLUMNS=1 [parts, 2, channels·size].
//           The statistics that batchnorm_sums takes lie at image·perImage + channel/perStatistic: 0 and 1 for BatchNorm,
//           groups and channels/groups for GroupNorm, channels and 1 for InstanceNorm.
// Limits    images·size and channels·size < 2³¹ − 256; one value a channel has no running variance (0/0). In place is allowed:
//           y = x, dx = dy.
// Launch    COLUMNS=0, for large sizes: grid (channels, parts), block 256, a block reads rows of one channel. COLUMNS=1, for
//           small ones: grid (ceil(channels·size/32), parts), block (32, 8), a warp reads neighbours whatever their channel.
//           A part is ceil(images/parts) images. The joins: grid ceil(channels/8), block 256, a warp a channel.
//           Parts are joined in a fixed order: results do not depend on timing.
// Source    Ioffe, Szegedy 2015; one pass for mean and variance: Welford 1962, Chan, Golub, LeVeque 1979.
#include "common.cuh"

#ifndef T
#define T f32
#endif
#ifndef COLUMNS
#define COLUMNS 0
#endif

// --- Iteration -------------------------------------------------------------------------------------------------------

// The channel of the calling thread; −1 for one without work.
DEVICE int own_channel(int channels, int size) {
#if COLUMNS
    int column = blockIdx.x * 32 + threadIdx.x;
    return column < channels * size ? column / size : -1;
#else
    return blockIdx.x;
#endif
}

DEVICE int part_size(int images, int parts) { return (images + parts - 1) / parts; }

// The most elements that a thread takes at once. Where it takes less (`width` 1), the compiler sees that and drops the others.
#define MOST (COLUMNS ? 1 : Vec<T>::N)

DEVICE void load_some(int width, const T *p, float *v) {
    if (MOST == 1 || width == 1) v[0] = to_float(*p);
    else load_vec<T>(p, v);
}
DEVICE void store_some(int width, T *p, const float *v) {
    if (MOST == 1 || width == 1) *p = from_float<T>(v[0]);
    else store_vec<T>(p, v);
}

#if !COLUMNS
template <int N, typename F> DEVICE void each_of_rows(int first, int last, int channels, int size, F f) {
    int steps = size / N, all = (last - first) * steps;
    for (int i = threadIdx.x; i < all; i += blockDim.x) {
        int image = first + i / steps;
        f(N, image, ((long long)image * channels + blockIdx.x) * size + i % steps * N);
    }
}
#endif

// Calls f(width, image, at) for what the calling thread has of the part of the images that is blockIdx.y: `width` elements from
// x[at] on. Neighbouring threads have neighbouring memory, 16 bytes each where `aligned` and size allow it.
template <typename F> DEVICE void each(int images, int channels, int size, bool aligned, F f) {
    int share = part_size(images, gridDim.y), first = blockIdx.y * share, last = min(images, first + share);
#if COLUMNS
    int column = blockIdx.x * 32 + threadIdx.x, columns = channels * size;
    if (column >= columns) return;
    for (int image = first + threadIdx.y; image < last; image += 8) f(1, image, (long long)image * columns + column);
#else
    if (aligned && size % Vec<T>::N == 0) each_of_rows<Vec<T>::N>(first, last, channels, size, f);
    else each_of_rows<1>(first, last, channels, size, f);
#endif
}

// --- Sums that join --------------------------------------------------------------------------------------------------

// What is known of some numbers: how many, their mean, and Σ(v − mean)².
struct Moments {
    float count, mean, square;
    static DEVICE Moments none() { return {0.0f, 0.0f, 0.0f}; }
    static DEVICE Moments joined(Moments a, Moments b) {
        float count = a.count + b.count;
        if (count == 0.0f) return a;
        float share = __fdividef(b.count, count), d = b.mean - a.mean;
        return {count, fmaf(d, share, a.mean), fmaf(d * d, a.count * share, a.square + b.square)};
    }
    DEVICE Moments from_lane(int d) const { return {__shfl_down_sync(FULL_MASK, count, d), __shfl_down_sync(FULL_MASK, mean, d), __shfl_down_sync(FULL_MASK, square, d)}; }
};

struct Gradients {
    float gamma, beta, spread; // three words, so that neighbours in shared memory lie in different banks
    static DEVICE Gradients none() { return {0.0f, 0.0f, 0.0f}; }
    static DEVICE Gradients joined(Gradients a, Gradients b) { return {a.gamma + b.gamma, a.beta + b.beta, 0.0f}; }
    DEVICE Gradients from_lane(int d) const { return {__shfl_down_sync(FULL_MASK, gamma, d), __shfl_down_sync(FULL_MASK, beta, d), 0.0f}; }
};

// In lane 0, what all lanes have.
template <typename S> DEVICE S warp_joined(S v) {
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) v = S::joined(v, v.from_lane(d));
    return v;
}

// Joins what the threads of the same channel (COLUMNS: of the same column) have, and calls f(index in a part, sum) once for each.
template <typename S, typename F> DEVICE void block_joined(S v, int channels, int size, F f) {
#if COLUMNS
    __shared__ S shared[8][32];
    int column = blockIdx.x * 32 + threadIdx.x;
    shared[threadIdx.y][threadIdx.x] = v;
    __syncthreads();
    if (threadIdx.y != 0 || column >= channels * size) return;
    for (int i = 1; i < 8; i++) v = S::joined(v, shared[i][threadIdx.x]);
    f(column, v);
#else
    __shared__ S shared[8];
    v = warp_joined(v);
    if ((threadIdx.x & 31) == 0) shared[threadIdx.x >> 5] = v;
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int i = 1; i < 8; i++) v = S::joined(v, shared[i]);
    f(blockIdx.x, v);
#endif
}

// Where the first of the two values of a part lies, and the distance to the second.
DEVICE long long stride_of_values(int channels, int size) { return COLUMNS ? (long long)channels * size : channels; }

// Joins the parts of a channel with all lanes of a warp: f(first value, second value, elements behind them) makes a summand.
template <typename S, typename F> DEVICE S parts_joined(const float *partial, int channel, int parts, int images, int channels, int size, F f) {
    int inner = COLUMNS ? size : 1, share = part_size(images, parts);
    long long stride = stride_of_values(channels, size);
    S v = S::none();
    for (int i = threadIdx.x & 31; i < parts * inner; i += 32) {
        int part = i / inner, rows = max(0, min(share, images - part * share));
        const float *p = partial + part * 2 * stride + (long long)channel * inner + i % inner;
        v = S::joined(v, f(p[0], p[stride], (float)rows * (COLUMNS ? 1 : size)));
    }
    return warp_joined(v);
}

// --- Forward ---------------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) batchnorm_statistics(const T *x, float *partial, int images, int channels, int size) {
    Moments seen = Moments::none();
    each(images, channels, size, aligned16(x), [&](int width, int, long long at) {
        float v[MOST], mean = 0.0f, square = 0.0f;
        load_some(width, x + at, v);
#pragma unroll
        for (int i = 0; i < MOST; i++) if (i < width) mean += v[i];
        mean /= width;
#pragma unroll
        for (int i = 0; i < MOST; i++) if (i < width) square = fmaf(v[i] - mean, v[i] - mean, square);
        seen = Moments::joined(seen, {(float)width, mean, square});
    });
    long long stride = stride_of_values(channels, size);
    float *part = partial + blockIdx.y * 2 * stride;
    block_joined(seen, channels, size, [&](int index, Moments all) {
        part[index] = all.mean;
        part[stride + index] = all.square;
    });
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_join_statistics(
    const float *partial, float *mean, float *rstd, float *variance, float *runningMean, float *runningVariance, int parts, int images, int channels, int size, float epsilon, float momentum) {
    int channel = blockIdx.x * 8 + (threadIdx.x >> 5);
    if (channel >= channels) return;
    Moments all = parts_joined<Moments>(partial, channel, parts, images, channels, size, [](float m, float s, float count) { return Moments{count, m, s}; });
    if ((threadIdx.x & 31) != 0) return;
    float n = (float)((long long)images * size), biased = all.square / n;
    mean[channel] = all.mean;
    if (rstd) rstd[channel] = 1.0f / sqrtf(biased + epsilon);
    if (variance) variance[channel] = biased;
    if (runningMean) runningMean[channel] = fmaf(momentum, all.mean, (1.0f - momentum) * runningMean[channel]);
    if (runningVariance) runningVariance[channel] = fmaf(momentum, all.square / (n - 1.0f), (1.0f - momentum) * runningVariance[channel]);
}

DEVICE void scale_and_shift(const T *x, const T *gamma, const T *beta, float mean, float r, T *y, int channel, int images, int channels, int size) {
    float scale = gamma ? to_float(gamma[channel]) : 1.0f, shift = beta ? to_float(beta[channel]) : 0.0f;
    each(images, channels, size, aligned16(x) && aligned16(y), [&](int width, int, long long at) {
        float v[MOST];
        load_some(width, x + at, v);
#pragma unroll
        for (int i = 0; i < MOST; i++) if (i < width) v[i] = fmaf((v[i] - mean) * r, scale, shift);
        store_some(width, y + at, v);
    });
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_forward(const T *x, const T *gamma, const T *beta, const float *mean, const float *rstd, T *y, int images, int channels, int size) {
    int channel = own_channel(channels, size);
    if (channel >= 0) scale_and_shift(x, gamma, beta, mean[channel], rstd[channel], y, channel, images, channels, size);
}

// By given statistics, of which the variance is not yet a factor.
extern "C" __global__ void __launch_bounds__(256) batchnorm_inference(
    const T *x, const T *gamma, const T *beta, const float *mean, const float *variance, T *y, int images, int channels, int size, float epsilon) {
    int channel = own_channel(channels, size);
    if (channel >= 0) scale_and_shift(x, gamma, beta, mean[channel], 1.0f / sqrtf(variance[channel] + epsilon), y, channel, images, channels, size);
}

// --- Backward --------------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) batchnorm_sums(
    const T *x, const T *dy, const float *mean, const float *rstd, float *partial, int images, int channels, int size, int perImage, int perStatistic) {
    int channel = own_channel(channels, size), known = -1;
    Gradients seen = Gradients::none();
    float mu = 0.0f, r = 0.0f;
    each(images, channels, size, aligned16(x) && aligned16(dy), [&](int width, int image, long long at) {
        int statistic = image * perImage + channel / perStatistic;
        if (statistic != known) {
            known = statistic;
            mu = mean[statistic];
            r = rstd[statistic];
        }
        float v[MOST], d[MOST];
        load_some(width, x + at, v);
        load_some(width, dy + at, d);
#pragma unroll
        for (int i = 0; i < MOST; i++) if (i < width) {
            seen.gamma = fmaf(d[i], (v[i] - mu) * r, seen.gamma);
            seen.beta += d[i];
        }
    });
    long long stride = stride_of_values(channels, size);
    float *part = partial + blockIdx.y * 2 * stride;
    block_joined(seen, channels, size, [&](int index, Gradients all) {
        part[index] = all.gamma;
        part[stride + index] = all.beta;
    });
}

// sums [2, channels] of f32 are what batchnorm_backward takes; null where only dγ and dβ are wanted.
extern "C" __global__ void __launch_bounds__(256) batchnorm_join_sums(const float *partial, float *sums, T *dgamma, T *dbeta, int parts, int images, int channels, int size) {
    int channel = blockIdx.x * 8 + (threadIdx.x >> 5);
    if (channel >= channels) return;
    Gradients all = parts_joined<Gradients>(partial, channel, parts, images, channels, size, [](float gamma, float beta, float) { return Gradients{gamma, beta, 0.0f}; });
    if ((threadIdx.x & 31) != 0) return;
    if (sums) {
        sums[channel] = all.gamma;
        sums[channels + channel] = all.beta;
    }
    if (dgamma) dgamma[channel] = from_float<T>(all.gamma);
    if (dbeta) dbeta[channel] = from_float<T>(all.beta);
}

// sums is null where the statistics were given and have no gradient.
extern "C" __global__ void __launch_bounds__(256) batchnorm_backward(
    const T *x, const T *dy, const T *gamma, const float *mean, const float *rstd, const float *sums, T *dx, int images, int channels, int size) {
    int channel = own_channel(channels, size);
    if (channel < 0) return;
    float inverse = 1.0f / (float)((long long)images * size), mu = mean[channel], r = rstd[channel], scale = r * (gamma ? to_float(gamma[channel]) : 1.0f);
    float dot = sums ? sums[channel] * inverse * r : 0.0f, sum = sums ? sums[channels + channel] * inverse : 0.0f;
    each(images, channels, size, aligned16(x) && aligned16(dy) && aligned16(dx), [&](int width, int, long long at) {
        float v[MOST], d[MOST];
        load_some(width, x + at, v);
        load_some(width, dy + at, d);
#pragma unroll
        for (int i = 0; i < MOST; i++) if (i < width) d[i] = scale * (d[i] - sum - (v[i] - mu) * dot);
        store_some(width, dx + at, d);
    });
}

// Maximum and mean over windows of images, and their gradients.
//
// Formula   max_pool:          y[i, p] = max over k of x[i, p·stride + k·dilation − low]; first[i, p] the place of the first maximum
//           max_pool_backward: dx[i, j] = Σ dy[i, p] over the windows p whose first maximum is j
//           avg_pool:          y[i, p] = Σ x[i, p·stride + k − low] / count(p)
//           avg_pool_backward: dx[i, j] = Σ dy[i, p] / count(p) over the windows p that hold j
// Layouts   x, dx [images, D, H, W], y, dy [images, places along D, H, W] of T, dense; first like y, of 32 bits, the place within
//           an image, −1 for a window that lies in the border. An image is a channel of an example; one and two axes are three,
//           the first ones of size 1. y or first may be null.
// Limits    fewer than 2³¹ elements each. Borders are −∞ for the maximum, and do not count or count as zeros in a mean: a window
//           counts up to `counted` elements behind the input, or only what lies in it where that is −1. NaN wins over all numbers,
//           the first NaN over the others. Means have no dilation. Sums are f32, in the order of the windows.
// Launch    grid ceil(elements/256), block 256: a thread an element of y (max_pool, avg_pool) or of dx (backward).
#include "common.cuh"

#ifndef T
#define T f32
#endif

struct PoolAxis {
    int input, output, kernel, stride, low, dilation, counted;
    Divisor byStride, byDilation;
};

struct PoolArguments {
    const T *source;
    T *result;
    int *first;
    int count;
    PoolAxis d, h, w;
    // Elements of an image, a slice and a row of the side that the threads walk over.
    Divisor image, slice, row;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

// The elements of a window that lie in the input: positions at, at + dilation, … before end.
struct Window {
    int at, end, count;
};

DEVICE Window window_of(const PoolAxis &a, int p) {
    int origin = p * a.stride - a.low, before = max(-origin, 0);
    int first = origin + (int)divided(before + a.dilation - 1, a.byDilation.multiplier, a.byDilation.shift) * a.dilation;
    int end = min(origin + (a.kernel - 1) * a.dilation + 1, a.input);
    return Window{first, end, a.counted < 0 ? max(end - first, 0) : min(a.kernel, a.input + a.counted - origin)};
}

// The windows that may hold an element: first to last.
struct Windows {
    int first, last;
};

DEVICE Windows windows_of(const PoolAxis &a, int at) {
    int reach = at + a.low, first = max(reach - (a.kernel - 1) * a.dilation, 0);
    return Windows{(int)divided(first + a.stride - 1, a.byStride.multiplier, a.byStride.shift), min((int)divided(reach, a.byStride.multiplier, a.byStride.shift), a.output - 1)};
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) max_pool(PoolArguments g) {
    int i = blockIdx.x * 256 + threadIdx.x, rest = i;
    if (i >= g.count) return;
    int image = divide(rest, g.image), p = divide(rest, g.slice), q = divide(rest, g.row);
    Window d = window_of(g.d, p), h = window_of(g.h, q), w = window_of(g.w, rest);
    const T *x = g.source + (long long)image * g.d.input * g.h.input * g.w.input;
    float best = -INFINITY_F;
    int where = -1;
    for (int id = d.at; id < d.end; id += g.d.dilation)
        for (int ih = h.at; ih < h.end; ih += g.h.dilation)
            for (int iw = w.at; iw < w.end; iw += g.w.dilation) {
                int at = (id * g.h.input + ih) * g.w.input + iw;
                float v = to_float(x[at]);
                if (v > best || where < 0 || (v != v && best == best)) {
                    best = v;
                    where = at;
                }
            }
    if (g.result) g.result[i] = from_float<T>(best);
    if (g.first) g.first[i] = where;
}

extern "C" __global__ void __launch_bounds__(256) max_pool_backward(PoolArguments g) {
    int i = blockIdx.x * 256 + threadIdx.x, at = i;
    if (i >= g.count) return;
    int image = divide(at, g.image), rest = at, p = divide(rest, g.slice), q = divide(rest, g.row);
    Windows d = windows_of(g.d, p), h = windows_of(g.h, q), w = windows_of(g.w, rest);
    float sum = 0.0f;
    for (int pd = d.first; pd <= d.last; pd++)
        for (int ph = h.first; ph <= h.last; ph++)
            for (int pw = w.first; pw <= w.last; pw++) {
                long long place = (((long long)image * g.d.output + pd) * g.h.output + ph) * g.w.output + pw;
                if (g.first[place] == at) sum += to_float(g.source[place]);
            }
    g.result[i] = from_float<T>(sum);
}

extern "C" __global__ void __launch_bounds__(256) avg_pool(PoolArguments g) {
    int i = blockIdx.x * 256 + threadIdx.x, rest = i;
    if (i >= g.count) return;
    int image = divide(rest, g.image), p = divide(rest, g.slice), q = divide(rest, g.row);
    Window d = window_of(g.d, p), h = window_of(g.h, q), w = window_of(g.w, rest);
    const T *x = g.source + (long long)image * g.d.input * g.h.input * g.w.input;
    float sum = 0.0f;
    for (int id = d.at; id < d.end; id++)
        for (int ih = h.at; ih < h.end; ih++)
            for (int iw = w.at; iw < w.end; iw++) sum += to_float(x[(id * g.h.input + ih) * g.w.input + iw]);
    g.result[i] = from_float<T>(sum / (float)(d.count * h.count * w.count));
}

extern "C" __global__ void __launch_bounds__(256) avg_pool_backward(PoolArguments g) {
    int i = blockIdx.x * 256 + threadIdx.x, rest = i;
    if (i >= g.count) return;
    int image = divide(rest, g.image), p = divide(rest, g.slice), q = divide(rest, g.row);
    Windows d = windows_of(g.d, p), h = windows_of(g.h, q), w = windows_of(g.w, rest);
    float sum = 0.0f;
    for (int pd = d.first; pd <= d.last; pd++) {
        int countD = window_of(g.d, pd).count;
        for (int ph = h.first; ph <= h.last; ph++) {
            int countH = countD * window_of(g.h, ph).count;
            const T *row = g.source + (((long long)image * g.d.output + pd) * g.h.output + ph) * g.w.output;
            for (int pw = w.first; pw <= w.last; pw++) sum += to_float(row[pw]) / (float)(countH * window_of(g.w, pw).count);
        }
    }
    g.result[i] = from_float<T>(sum);
}

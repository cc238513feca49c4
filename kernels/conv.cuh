// What the kernels of convolutions share: their argument, which src/CudaNet.Cuda/Kernels/ConvArguments.cs mirrors, where taps,
// positions and results lie, and the epilogue. T is the element type.
#pragma once
#include "common.cuh"

#ifndef T
#define T f32
#endif

// A spatial axis: what the positions along it are in the result, and where their taps lie in the source.
struct ConvAxis {
    int first, step;
    int origin, stride, dilation, size;
};

struct ConvArguments {
    const T *source, *weight, *bias, *residual;
    T *result;
    float *partial;
    long long sourceImage, resultImage;
    int sourcePlane, resultPlane, resultRow, resultSlice;
    // Result channels and source channels of a group; the length of the sum (conv_*) or columns (conv_weight_*); weight rows.
    int rows, channels, taps, leading;
    // Images times positions.
    int columns;
    int splits, activation, residualFirst;
    float beta;
    ConvAxis d, h, w;
    // Positions of an image, of a slice, of a row; taps likewise.
    Divisor places, placesHW, placesW, allTaps, tapsHW, tapsW;
};

DEVICE float finish(const ConvArguments &g, float v, int channel, long long at) {
    float residual = g.residual ? g.beta * to_float(g.residual[at]) : 0.0f;
    if (g.bias) v += to_float(g.bias[channel]);
    if (g.residualFirst) v += residual;
    v = activate(g.activation, v);
    if (!g.residualFirst) v += residual;
    return v;
}

// Beyond every source, also when added to itself.
#define OUTSIDE (1 << 30)
// Lambdas that hold the arguments must not become calls, which would copy them to local memory.
#define INLINED __attribute__((always_inline))


// Offset of a channel's tap from a position in the source, and how far the tap is from it along the axes.
DEVICE int4 tap_of(const ConvArguments &g, int k) {
    if (k >= g.channels * (int)g.allTaps.value) return make_int4(0, OUTSIDE, 0, 0);
    int c = divide(k, g.allTaps), d = divide(k, g.tapsHW) * g.d.dilation, h = divide(k, g.tapsW) * g.h.dilation, w = k * g.w.dilation;
    return make_int4(c * g.sourcePlane + (d * g.h.size + h) * g.w.size + w, d, h, w);
}

// A position in the source: of tap zero, which may lie outside.
struct Position {
    const T *p;
    int d, h, w;
    DEVICE bool sees(const ConvArguments &g, int4 tap) const {
        return (unsigned)(d + tap.y) < (unsigned)g.d.size && (unsigned)(h + tap.z) < (unsigned)g.h.size && (unsigned)(w + tap.w) < (unsigned)g.w.size;
    }
};

// Column n of all images, in the group's first channel.
DEVICE Position position_of(const ConvArguments &g, int n, int group) {
    const T *p = g.source + (long long)group * g.channels * g.sourcePlane;
    if (n >= g.columns) return Position{p, OUTSIDE, 0, 0};
    int image = divide(n, g.places), d = divide(n, g.placesHW), h = divide(n, g.placesW);
    d = g.d.origin + d * g.d.stride, h = g.h.origin + h * g.h.stride;
    int w = g.w.origin + n * g.w.stride;
    return Position{p + image * g.sourceImage + (((long long)d * g.h.size + h) * g.w.size + w), d, h, w};
}

// Where column n of all images lies in the result; −1 beyond the last.
DEVICE long long result_of(const ConvArguments &g, int n) {
    if (n >= g.columns) return -1;
    int image = divide(n, g.places), d = divide(n, g.placesHW), h = divide(n, g.placesW);
    return image * g.resultImage + (long long)(g.d.first + d * g.d.step) * g.resultSlice + (g.h.first + h * g.h.step) * g.resultRow + g.w.first + n * g.w.step;
}

// The upstream gradient in the group's first channel at column n, which may be an image's place only.
DEVICE const T *upstream_of(const ConvArguments &g, int n, int group) {
    int image = divide(n, g.places);
    return g.weight + image * g.resultImage + (long long)group * g.rows * g.resultPlane + n;
}

// Stores the sum of a row of the group at a place; −1 is none.
DEVICE void store(const ConvArguments &g, int group, int m, long long place, float v) {
    if (m >= g.rows || place < 0) return;
    int channel = group * g.rows + m;
    long long at = place + (long long)channel * g.resultPlane;
    g.result[at] = from_float<T>(finish(g, v, channel, at));
}

// Stores one value of the gradient of weights, or of its part.
DEVICE void store_weight(const ConvArguments &g, int group, int split, int m, int n, float v) {
    if (m >= g.rows || n >= g.taps) return;
    long long at = ((long long)group * g.rows + m) * g.taps + n;
    if (g.splits > 1) g.partial[(long long)split * (gridDim.z / g.splits) * g.rows * g.taps + at] = v;
    else g.result[at] = from_float<T>(v);
}

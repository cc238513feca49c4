// What the kernels of convolutions share: their argument, which src/CudaNet.Cuda/Kernels/ConvArguments.cs mirrors, and the
// epilogue. T is the element type.
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

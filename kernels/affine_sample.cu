// Images sampled along affine maps and normalised: shifts, turns, flips and crops of a batch, and what makes numbers of its pixels, in one pass.
//
// Formula   y[b, n, i, j] = scale[n]·v + shift[n]; v lies between the four pixels around column p = a·j + (b·i + c) and row
//           q = d·j + (e·i + f) of the image: with u = p − ⌊p⌋ and w = q − ⌊q⌋ it is (1 − w)·((1 − u)·x₀₀ + u·x₀₁) + w·((1 − u)·x₁₀ + u·x₁₁).
//           What lies outside is 0, or with border p and q are brought to the nearest pixel before. A place that is no number is outside.
// Layouts   x [batch, channels, height, width] of P, maps [batch, 6] of f32 with a to f, scale and shift [channels] of f32, null for 1 and 0;
//           y [batch, channels, rows, columns] of T.
// Limits    batch·rows·columns and height·width < 2³¹; computed in f32. P = u8 takes bytes.
// Launch    ceil(batch·rows·columns/256) blocks of 256: a thread finds its place once and takes all channels there.
// Source    Jaderberg, Simonyan, Zisserman, Kavukcuoglu 2015.
#include "common.cuh"

#ifndef T
#define T f32
#endif
#ifndef P
#define P T
#endif
#define THREADS 256

typedef unsigned char u8;

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE float pixel(f32 x) { return x; }
DEVICE float pixel(f16 x) { return to_float(x); }
DEVICE float pixel(bf16 x) { return to_float(x); }
DEVICE float pixel(u8 x) { return (float)x; }

DEVICE float between(float first, float second, float share) { return fmaf(share, second, (1.0f - share) * first); }

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS) affine_sample(const P *x, const float *maps, const float *scale, const float *shift, T *y, int count, int channels, int height, int width, int rows, int columns, int border) {
    int at = blockIdx.x * THREADS + threadIdx.x;
    if (at >= count) return;
    int line = at / columns, j = at - line * columns, image = line / rows, i = line - image * rows;
    const float *map = maps + (long long)image * 6;
    float column = fmaf(map[0], (float)j, fmaf(map[1], (float)i, map[2])), row = fmaf(map[3], (float)j, fmaf(map[4], (float)i, map[5]));
    float lastColumn = (float)(width - 1), lastRow = (float)(height - 1);
    if (border) {
        // Not by a minimum, which would make a number of NaN.
        column = column < 0.0f ? 0.0f : column > lastColumn ? lastColumn : column;
        row = row < 0.0f ? 0.0f : row > lastRow ? lastRow : row;
    }
    float left = floorf(column), top = floorf(row), u = column - left, w = row - top;
    // Compared before they are converted: a place may be further away than integers reach.
    bool hasLeft = left >= 0.0f && left <= lastColumn, hasRight = left >= -1.0f && left < lastColumn;
    bool hasTop = top >= 0.0f && top <= lastRow, hasBottom = top >= -1.0f && top < lastRow;
    bool hasAny = (hasLeft || hasRight) && (hasTop || hasBottom);
    int first = hasAny ? (int)top * width + (int)left : 0;
    long long size = (long long)rows * columns, plane = (long long)height * width;
    const P *from = x + (long long)image * channels * plane + first;
    T *to = y + (long long)image * channels * size + (at - image * (int)size);
    for (int n = 0; n < channels; n++, from += plane, to += size) {
        float v = 0.0f;
        if (hasAny) {
            float x00 = hasTop && hasLeft ? pixel(from[0]) : 0.0f, x01 = hasTop && hasRight ? pixel(from[1]) : 0.0f;
            float x10 = hasBottom && hasLeft ? pixel(from[width]) : 0.0f, x11 = hasBottom && hasRight ? pixel(from[width + 1]) : 0.0f;
            v = between(between(x00, x01, u), between(x10, x11, u), w);
        }
        *to = from_float<T>(scale ? fmaf(v, scale[n], shift[n]) : v);
    }
}

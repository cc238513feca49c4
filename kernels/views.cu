// Copies of any layout, transpositions and padding. Elements are only moved, so that their size is all that matters.
//
// Formula   copy: y[at y] = x[at x] for each element of the axes. copy_transposed: the same where neighbours of x lie along
//           another axis (a) than neighbours of y (b). pad: y[i] = x[(i − low)/step] where that is an element, value elsewhere.
// Layouts   strides in elements, any sign, 0 repeats. pad: y is dense, its axes have the strides of x. ELEMENT = 16 is for
//           neighbours that are moved together.
// Limits    < 2³¹ elements and tiles. y does not overlap with x.
// Launch    copy and pad: one thread an element. copy_transposed: block (32, 8), one block for each tile of 32·32 of a and b
//           and each element of the other axes, tiles of b fastest.
// Source    Ruetsch, Micikevicius: Optimizing matrix transpose in CUDA, 2009.
#include "common.cuh"

#ifndef ELEMENT
#define ELEMENT 4
#endif

#if ELEMENT == 1
typedef unsigned char E;
typedef unsigned Stored;
#elif ELEMENT == 2
typedef unsigned short E;
typedef unsigned Stored;
#elif ELEMENT == 4
typedef unsigned E, Stored;
#elif ELEMENT == 8
typedef unsigned long long E, Stored;
#else
typedef uint4 E, Stored;
#endif

// Two axes that change places, in elements of x and y.
struct Transposition {
    unsigned sizeA, sizeB, tilesA, tilesB;
    long long xA, xB, yA, yB;
};

// For each axis: elements before the first, from one to the next, of x, and what divides by the second.
struct Padding {
    unsigned low[8], step[8], count[8], multiplier[8], shift[8];
};

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) copy(const E *x, E *y, Axes axes, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long from = 0, to = 0;
    each_axis(axes, i, [&](int k, unsigned p) {
        from += p * axes.x[k];
        to += p * axes.y[k];
    });
    y[to] = x[from];
}

extern "C" __global__ void __launch_bounds__(256) copy_transposed(const E *x, E *y, Axes others, Transposition t) {
    // A column more and no elements of less than a word, so that the elements of a column lie in different banks.
    __shared__ Stored tile[32][33];
    unsigned block = blockIdx.x / t.tilesB, tileB = blockIdx.x - block * t.tilesB;
    unsigned other = block / t.tilesA, tileA = block - other * t.tilesA;
    long long from = 0, to = 0;
    each_axis(others, other, [&](int k, unsigned p) {
        from += p * others.x[k];
        to += p * others.y[k];
    });
    unsigned a = tileA * 32 + threadIdx.x, b = tileB * 32 + threadIdx.y;
#pragma unroll
    for (unsigned k = 0; k < 32; k += 8)
        if (a < t.sizeA && b + k < t.sizeB) tile[threadIdx.y + k][threadIdx.x] = x[from + a * t.xA + (b + k) * t.xB];
    __syncthreads();
    a = tileA * 32 + threadIdx.y;
    b = tileB * 32 + threadIdx.x;
#pragma unroll
    for (unsigned k = 0; k < 32; k += 8)
        if (a + k < t.sizeA && b < t.sizeB) y[to + (a + k) * t.yA + b * t.yB] = (E)tile[threadIdx.x][threadIdx.y + k];
}

extern "C" __global__ void __launch_bounds__(256) pad(const E *x, E *y, Axes axes, Padding padding, E value, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long from = 0;
    bool inside = true;
    each_axis(axes, i, [&](int k, unsigned p) {
        // A place before the first is beyond 2³¹, where neither the number times the step nor the number can be right.
        unsigned place = p - padding.low[k], number = divided(place, padding.multiplier[k], padding.shift[k]);
        inside &= number * padding.step[k] == place && number < padding.count[k];
        from += number * axes.x[k];
    });
    y[i] = inside ? x[from] : value;
}

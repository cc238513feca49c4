// Elements at places that a tensor of integers names: read, or written over. Elements are only moved: their size is all that
// matters.
//
// Formula   take: y[o, p, j] = x[o, index[p], j]. gather: y[…, p, …] = x[…, index[…, p, …], …]. scatter: y[…, index[…, p, …], …] =
//           v[…, p, …], and of several values for one element the last stays. flat_index: y = y·size + index.
// Layouts   take: y is dense, so are indices, and the last axis of x. gather and scatter: axes are those of the indices, with the
//           strides of x (0 along the axis), the indices and, for scatter, the values and the target; y of gather is dense.
//           Indices have 32 bits, or 64 if `wide`. ELEMENT = 16 is for neighbours that are moved together.
// Limits    < 2³¹ elements are moved. An index out of range is reported; take and gather then give 0, scatter leaves it out.
// Launch    One thread an element of the result (take, gather), of the values (scatter_mark, scatter_write, flat_index) or a
//           column of the values (scatter_columns: few places, so that columns alone are enough work).
// Source    scatter_mark and scatter_write: the greatest number of a value wins each element, whatever the order of threads.
#include "common.cuh"

#ifndef ELEMENT
#define ELEMENT 4
#endif

#if ELEMENT == 1
typedef unsigned char E;
#elif ELEMENT == 2
typedef unsigned short E;
#elif ELEMENT == 4
typedef unsigned E;
#elif ELEMENT == 8
typedef unsigned long long E;
#else
typedef uint4 E;
#endif

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) take(const E *x, const void *indices, E *y, IndexError *error, unsigned long long token, IndexedAxis axis, long long outerStride, Divisor inner, Divisor places, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    unsigned row = divided(i, inner.multiplier, inner.shift), outer = divided(row, places.multiplier, places.shift);
    long long index = index_at(indices, row - outer * places.value, axis);
    E value = {};
    if (in_range(axis, index, error, token)) value = x[outer * outerStride + index * axis.stride + (i - row * inner.value)];
    y[i] = value;
}

extern "C" __global__ void __launch_bounds__(256) gather(const E *x, const void *indices, E *y, IndexError *error, unsigned long long token, Axes axes, IndexedAxis axis, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long from = 0, at = 0;
    each_axis(axes, i, [&](int k, unsigned p) {
        from += p * axes.x[k];
        at += p * axes.y[k];
    });
    long long index = index_at(indices, at, axis);
    E value = {};
    if (in_range(axis, index, error, token)) value = x[from + index * axis.stride];
    y[i] = value;
}

// The indexed axis is not among the axes: each thread walks along it, `length` places of given strides.
extern "C" __global__ void __launch_bounds__(256) scatter_columns(const void *indices, const E *values, E *y, IndexError *error, unsigned long long token, Axes axes, IndexedAxis axis, long long indexStride, long long valueStride, unsigned length, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long at = 0, from = 0, to = 0;
    each_axis(axes, i, [&](int k, unsigned p) {
        at += p * axes.x[k];
        from += p * axes.y[k];
        to += p * axes.z[k];
    });
    for (unsigned p = 0; p < length; p++, at += indexStride, from += valueStride) {
        long long index = index_at(indices, at, axis);
        if (in_range(axis, index, error, token)) y[to + index * axis.stride] = values[from];
    }
}

// winner[element of y] = the greatest number of a value that is for it; it holds −1 before.
extern "C" __global__ void __launch_bounds__(256) scatter_mark(const void *indices, int *winner, IndexError *error, unsigned long long token, Axes axes, IndexedAxis axis, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long at = 0, to = 0;
    each_axis(axes, i, [&](int k, unsigned p) {
        at += p * axes.x[k];
        to += p * axes.z[k];
    });
    long long index = index_at(indices, at, axis);
    if (in_range(axis, index, error, token)) atomicMax(winner + to + index * axis.stride, (int)i);
}

extern "C" __global__ void __launch_bounds__(256) scatter_write(const void *indices, const E *values, E *y, const int *winner, Axes axes, IndexedAxis axis, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long at = 0, from = 0, to = 0;
    each_axis(axes, i, [&](int k, unsigned p) {
        at += p * axes.x[k];
        from += p * axes.y[k];
        to += p * axes.z[k];
    });
    long long index = index_at(indices, at, axis);
    if ((unsigned long long)index >= (unsigned long long)axis.size) return; // scatter_mark has told
    to += index * axis.stride;
    if (winner[to] == (int)i) y[to] = values[from];
}

// Indices of 64 bits of one axis after the other; y holds what the axes before give, and nothing before the first.
extern "C" __global__ void __launch_bounds__(256) flat_index(const long long *indices, long long *y, IndexError *error, unsigned long long token, IndexedAxis axis, int fromEnd, int isFirst, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long index = indices[i], place = fromEnd && index < 0 ? index + axis.size : index, flat = isFirst ? 0 : y[i];
    if ((unsigned long long)place < (unsigned long long)axis.size) flat = flat * axis.size + place;
    else report(error, token, index, axis.size);
    y[i] = flat;
}

// Sums of values at places that a tensor of integers names, without floating-point atomics: the order of additions depends on
// the shapes and indices alone.
//
// Formula   y[o, n, j] = Σ v[o, p, j] over index[p] = n, for a table of indices or (add_columns, flat_keys) indices for each o and j.
// Layouts   add_columns: as scatter_columns of indexing.cu, into sums [target] of S that hold zeros before. flat_keys: keys are the
//           dense places in y. segment_sums: keys [places] sorted, places their order before; v [outer, places, inner],
//           y [outer, size, inner], dense; y holds zeros before. round_sums: S to T. S is f32 for half types, T otherwise.
// Limits    < 2³¹ values and elements of y. An index out of range is reported and left out; its key is `none`, which
//           is greater than all others.
// Launch    One thread a column (add_columns) or element (index_keys, flat_keys, round_sums). segment_sums: block (w, 128/w), w a
//           power of two up to 32; grid (places, ceil(inner/w), outer): the block at the first of equal keys adds all of them.
// Source    sort and reduce by key, as in Thrust's gradient of an embedding; 128/w partial sums are joined in order.
#include "common.cuh"

#ifndef T
#define T f32
#endif

typedef SumOf<T>::Type S;

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) add_columns(const void *indices, const T *values, S *sums, IndexError *error, unsigned long long token, Axes axes, IndexedAxis axis, long long indexStride, long long valueStride, unsigned length, unsigned count) {
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
        if (in_range(axis, index, error, token)) sums[to + index * axis.stride] += widen<T>(values[from]);
    }
}

extern "C" __global__ void __launch_bounds__(256) round_sums(const S *sums, T *y, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i < count) y[i] = rounded<T>(sums[i]);
}

// Keys and places to sort: of indices themselves, or of the elements of y that they name.
extern "C" __global__ void __launch_bounds__(256) flat_keys(const void *indices, unsigned *keys, int *places, IndexError *error, unsigned long long token, Axes axes, IndexedAxis axis, unsigned none, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long at = 0, to = 0;
    each_axis(axes, i, [&](int k, unsigned p) {
        at += p * axes.x[k];
        to += p * axes.z[k];
    });
    long long index = index_at(indices, at, axis);
    keys[i] = in_range(axis, index, error, token) ? (unsigned)(to + index * axis.stride) : none;
    places[i] = i;
}

extern "C" __global__ void __launch_bounds__(128) segment_sums(const unsigned *keys, const int *places, const T *values, T *y, unsigned count, long long inner, unsigned size) {
    __shared__ S sums[128];
    unsigned first = blockIdx.x, key = keys[first];
    if (key >= size || (first > 0 && keys[first - 1] == key)) return; // for all threads of the block
    long long column = (long long)blockIdx.y * blockDim.x + threadIdx.x;
    values += (long long)blockIdx.z * count * inner + column;
    S sum = 0;
    if (column < inner)
        for (unsigned p = first + threadIdx.y; p < count && keys[p] == key; p += blockDim.y) sum += widen<T>(values[places[p] * inner]);
    sums[threadIdx.y * blockDim.x + threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y > 0 || column >= inner) return;
    for (unsigned k = 1; k < blockDim.y; k++) sum += sums[k * blockDim.x + threadIdx.x];
    y[((long long)blockIdx.z * size + key) * inner + column] = rounded<T>(sum);
}

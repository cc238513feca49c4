// Order along an axis: positions of sorted elements or of the first few of them, and where values would go in.
//
// Formula   Elements are ordered by their keys (common.cuh), inverted if `flip`; of equal ones the first comes first; NaN is the
//           greatest. y = the positions of the first `kept`. search_sorted: y = number of elements < v (≤ v if right).
// Layouts   x of any layout: `rest` are all axes but the sorted one, with the strides of x and y. Positions have 64 bits.
//           sort_keys, sort_write: axes with the sorted one as innermost, keys and places [rows, n] dense (radix.cu sorts them).
//           search_sorted: sorted [rows, n], values and y [rows, width], dense.
// Limits    sort_small: n ≤ block. select_top: kept ≤ 1024. n < 2³¹.
// Launch    sort_small: grid rows, block the power of two from 32 to 1024 that n needs. select_top: grid rows, block 1024.
//           The others: one thread an element, block 256.
// Source    Batcher 1968 in registers, by shuffles within warps; selection digit by digit, as a radix sort of one path.
#include "common.cuh"

#ifndef T
#define T f32
#endif

typedef KeyOf<T>::Type Key;

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE u32 partner(u32 v, int distance) { return __shfl_xor_sync(FULL_MASK, v, distance); }
DEVICE u64 partner(u64 v, int distance) { return __shfl_xor_sync(FULL_MASK, v, distance); }

DEVICE Key flipped(T x, int flip) { return flip ? GREATEST_KEY<T> - key_of(x) : key_of(x); }

// Sorts one key and place a thread over the block, a power of two of threads. Places differ, so that no two are equal.
DEVICE void block_sort(Key &key, int &place, Key *keys, int *places) {
    int i = threadIdx.x;
    for (int run = 2; run <= blockDim.x; run <<= 1)
        for (int distance = run >> 1; distance > 0; distance >>= 1) {
            Key otherKey;
            int otherPlace;
            if (distance < 32) {
                otherKey = partner(key, distance);
                otherPlace = (int)partner((u32)place, distance);
            } else {
                keys[i] = key;
                places[i] = place;
                __syncthreads();
                otherKey = keys[i ^ distance];
                otherPlace = places[i ^ distance];
                __syncthreads();
            }
            bool otherIsLess = otherKey < key || (otherKey == key && otherPlace < place);
            bool keepsLess = ((i & distance) == 0) == ((i & run) == 0);
            if (otherIsLess == keepsLess) {
                key = otherKey;
                place = otherPlace;
            }
        }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) sort_keys(const T *x, Key *keys, int *places, Axes axes, Divisor n, int flip, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long from = 0;
    each_axis(axes, i, [&](int k, unsigned p) { from += p * axes.x[k]; });
    int place = i;
    divide(place, n);
    keys[i] = flipped(x[from], flip);
    places[i] = place;
}

extern "C" __global__ void __launch_bounds__(256) sort_write(const int *places, i64 *y, Axes axes, Divisor kept, long long n, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    long long to = 0;
    each_axis(axes, i, [&](int k, unsigned p) { to += p * axes.y[k]; });
    int place = i, row = divide(place, kept);
    y[to] = places[row * n + place];
}

extern "C" __global__ void __launch_bounds__(1024) sort_small(const T *x, i64 *y, Axes rest, long long xStride, long long yStride, int n, int kept, int flip) {
    __shared__ Key keys[1024];
    __shared__ int places[1024];
    long long from = 0, to = 0;
    each_axis(rest, blockIdx.x, [&](int k, unsigned p) {
        from += p * rest.x[k];
        to += p * rest.y[k];
    });
    int place = threadIdx.x;
    Key key = place < n ? flipped(x[from + place * xStride], flip) : GREATEST_KEY<T>; // and a greater place
    block_sort(key, place, keys, places);
    if (threadIdx.x < kept) y[to + threadIdx.x * yStride] = place;
}

extern "C" __global__ void __launch_bounds__(1024) select_top(const T *x, i64 *y, Axes rest, long long xStride, long long yStride, int n, int kept, int flip) {
    __shared__ Key keys[1024];
    __shared__ int places[1024];
    __shared__ SelectScratch<int> scratch;
    __shared__ int count;
    long long from = 0, to = 0;
    each_axis(rest, blockIdx.x, [&](int k, unsigned p) {
        from += p * rest.x[k];
        to += p * rest.y[k];
    });
    x += from;
    Key lastKey;
    u32 lastPlace;
    select_last<Key>(n, 8 * sizeof(T), kept, scratch, lastKey, lastPlace, [&](int i, Key &key) {
        key = flipped(x[i * xStride], flip);
        return 1;
    });
    if (threadIdx.x == 0) count = 0;
    keys[threadIdx.x] = GREATEST_KEY<T>;
    places[threadIdx.x] = n + threadIdx.x;
    __syncthreads();
    // In any order: the sort behind gives the only one.
    for (int i = threadIdx.x; i < n; i += 1024) {
        Key key = flipped(x[i * xStride], flip);
        if (key < lastKey || (key == lastKey && (u32)i <= lastPlace)) {
            int slot = atomicAdd(&count, 1);
            keys[slot] = key;
            places[slot] = i;
        }
    }
    __syncthreads();
    Key key = keys[threadIdx.x];
    int place = places[threadIdx.x];
    __syncthreads();
    block_sort(key, place, keys, places);
    if (threadIdx.x < kept) y[to + threadIdx.x * yStride] = place;
}

extern "C" __global__ void __launch_bounds__(256) search_sorted(const T *sorted, const T *values, i64 *y, int n, Divisor width, int right, unsigned count) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    const T *row = sorted + (long long)divided(i, width.multiplier, width.shift) * n;
    Key key = key_of(values[i]);
    int low = 0, high = n;
    while (low < high) {
        int middle = (int)(((u32)low + (u32)high) >> 1);
        Key other = key_of(row[middle]);
        if (other < key || (right && other == key)) low = middle + 1;
        else high = middle;
    }
    y[i] = low;
}

// What runs along an axis from element to element: sums, linear recurrences, and the place of the greatest so far.
//
// Formula   OP = Sum: y[i] = Σ x[j] over j ≤ i. OP = Decay: y[i] = x[i]·y[i − 1] + b[i], y[−1] = 0. OP = Best: y[i] = the first j ≤ i whose
//           x[j] is the greatest (or least, if `flip`), the first NaN once there is one. Backwards if `reverse`.
// Layouts   scan_columns: [outer, n, inner]; the others: rows [rows, n] in parts of `length` elements. All dense; b is for Decay,
//           y has 64 bits for Best. totals and carries: [rows, parts] of States.
// Limits    n < 2³¹. f32 runs in f64, half types in f32: the order of operations is by the shape alone.
// Launch    scan_columns: one thread a column, block 256. scan_rows, scan_totals: grid (parts, rows), block 256. scan_carries: one
//           thread a row. One part needs scan_rows only, without carries.
// Source    Harris, Sengupta, Owens: Parallel prefix sum with CUDA, 2007; for recurrences Blelloch 1990.
#include "common.cuh"

#define Sum 0
#define Decay 1
#define Best 2

#ifndef T
#define T f32
#endif
#ifndef OP
#define OP Sum
#endif

#define THREADS 256

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE u64 shifted(u64 v, int d) { return __shfl_up_sync(FULL_MASK, v, d); }
DEVICE f64 shifted(f64 v, int d) { return __shfl_up_sync(FULL_MASK, v, d); }
DEVICE f32 shifted(f32 v, int d) { return __shfl_up_sync(FULL_MASK, v, d); }
DEVICE i32 shifted(i32 v, int d) { return __shfl_up_sync(FULL_MASK, v, d); }
DEVICE u32 shifted(u32 v, int d) { return __shfl_up_sync(FULL_MASK, v, d); }
DEVICE i64 shifted(i64 v, int d) { return (i64)__shfl_up_sync(FULL_MASK, (u64)v, d); }

// Precision in which a type runs.
template <typename E> struct Running { typedef typename SumOf<E>::Type Type; };
template <> struct Running<f32> { typedef f64 Type; };
typedef Running<T>::Type S;

// What some neighbours in order come to; `then` is associative, and neutral() changes nothing before or behind.
#if OP == Sum
struct State {
    S sum;
    static DEVICE State neutral() { return {0}; }
    static DEVICE State of(const T *x, const T *, long long at, int, int) { return {(S)widen<T>(x[at])}; }
    DEVICE State then(const State &next) const { return {sum + next.sum}; }
    DEVICE State left(int d) const { return {shifted(sum, d)}; }
    DEVICE T result() const { return rounded<T>(sum); }
};
typedef T Result;
#elif OP == Decay
struct State {
    S decay, sum;
    static DEVICE State neutral() { return {1, 0}; }
    static DEVICE State of(const T *x, const T *b, long long at, int, int) { return {(S)widen<T>(x[at]), (S)widen<T>(b[at])}; }
    DEVICE State then(const State &next) const { return {decay * next.decay, next.decay * sum + next.sum}; }
    DEVICE State left(int d) const { return {shifted(decay, d), shifted(sum, d)}; }
    DEVICE T result() const { return rounded<T>(sum); }
};
typedef T Result;
#else
typedef KeyOf<T>::Type Key;
struct State {
    Key key;
    int place;
    // The least key at the first place: what is no greater does not come after it.
    static DEVICE State neutral() { return {0, 0}; }
    static DEVICE State of(const T *x, const T *, long long at, int i, int flip) {
        T v = x[at];
        // NaN has the greatest key either way.
        return {flip && !is_nan(v) ? (Key)(GREATEST_KEY<T> - key_of(v)) : (Key)key_of(v), i};
    }
    DEVICE State then(const State &next) const { return next.key > key ? next : *this; }
    DEVICE State left(int d) const { return {shifted(key, d), shifted(place, d)}; }
    DEVICE i64 result() const { return place; }
};
typedef i64 Result;
#endif

// The state up to and with each thread of the block, behind the carry, which goes on to the next call.
DEVICE State block_scan(State own, State &carry, State *totals) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
#pragma unroll
    for (int d = 1; d < 32; d <<= 1) {
        State left = own.left(d);
        if (lane >= d) own = left.then(own);
    }
    if (lane == 31) totals[warp] = own;
    __syncthreads();
    State before = carry;
#pragma unroll
    for (int w = 0; w < THREADS / 32; w++) {
        State total = totals[w];
        if (w < warp) before = before.then(total);
        carry = carry.then(total);
    }
    __syncthreads();
    return before.then(own);
}

DEVICE long long place_in(int i, int n, int reverse) { return reverse ? n - 1 - i : i; }

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS) scan_columns(const T *x, const T *b, Result *y, int n, Divisor inner, unsigned count, int reverse, int flip) {
    int i = blockIdx.x * THREADS + threadIdx.x;
    if (i >= (int)count) return;
    int column = i, outer = divide(column, inner);
    long long first = (long long)outer * n * inner.value + column;
    State state = State::neutral();
    for (int k = 0; k < n; k++) {
        long long at = first + place_in(k, n, reverse) * inner.value;
        state = state.then(State::of(x, b, at, k, flip));
        y[at] = state.result();
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) scan_rows(const T *x, const T *b, Result *y, const State *carries, int n, int parts, int length, int reverse, int flip) {
    __shared__ State totals[THREADS / 32];
    int row = blockIdx.x / parts, part = blockIdx.x - row * parts, end = min(n, (part + 1) * length);
    State carry = carries != nullptr ? carries[blockIdx.x] : State::neutral();
    for (int start = part * length; start < end; start += THREADS) {
        int i = start + threadIdx.x;
        long long at = (long long)row * n + place_in(i, n, reverse);
        State state = block_scan(i < end ? State::of(x, b, at, i, flip) : State::neutral(), carry, totals);
        if (i < end) y[at] = state.result();
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) scan_totals(const T *x, const T *b, State *sums, int n, int parts, int length, int reverse, int flip) {
    __shared__ State totals[THREADS / 32];
    int row = blockIdx.x / parts, part = blockIdx.x - row * parts, end = min(n, (part + 1) * length);
    State carry = State::neutral();
    for (int start = part * length; start < end; start += THREADS) {
        int i = start + threadIdx.x;
        long long at = (long long)row * n + place_in(i, n, reverse);
        block_scan(i < end ? State::of(x, b, at, i, flip) : State::neutral(), carry, totals);
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = carry;
}

// Each part's state becomes that of all parts before it.
extern "C" __global__ void __launch_bounds__(THREADS) scan_carries(State *sums, int parts, unsigned rows) {
    unsigned row = blockIdx.x * THREADS + threadIdx.x;
    if (row >= rows) return;
    sums += (long long)row * parts;
    State before = State::neutral();
    for (int part = 0; part < parts; part++) {
        State own = sums[part];
        sums[part] = before;
        before = before.then(own);
    }
}

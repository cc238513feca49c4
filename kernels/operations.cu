// One elementwise op or one fold at a time: what runs where no compiler is there to make kernels of whole programs.
//
// Types     T is f32, f64, i32, i64, u8 or b8, the types in which programs are computed; half types are loaded to f32 and
//           stored from it.
// Layouts   Inputs by strides over at most eight axes, the innermost first; outputs row-major.
// Limits    n < 2³¹ elements.
// Launch    blocks of 256: load, unary, binary, relation, choose, store: ceil(n/256) blocks, an element a thread;
//           fold, position: a block a result. `op` numbers the ops as operations.cuh does.
#include "operations.cuh"

#ifndef T
#define T f32
#endif
#define JOINED(A, B) A##B
#define NAMED(A, B) JOINED(A, B)

#define IS_b8 1
#if NAMED(IS_, T)
#define CONVERTED(V) (u8)((V) != 0)
#else
#define CONVERTED(V) convert<Value>(V)
#endif

namespace generated {

typedef typename SumOf<T>::Type Value;

struct Offsets { long long x, y, z; };

DEVICE Offsets offsets(const Axes &axes, unsigned i) {
    Offsets o = {0, 0, 0};
    each_axis(axes, i, [&](int k, unsigned p) {
        o.x += p * axes.x[k];
        o.y += p * axes.y[k];
        o.z += p * axes.z[k];
    });
    return o;
}

DEVICE int element() { return blockIdx.x * 256 + threadIdx.x; }

// Element at of an array whose type is told by its number in DType, as a value of T.
DEVICE Value loaded(const void *x, long long at, int type) {
    switch (type) {
    case 0: return CONVERTED(((const b8 *)x)[at]);
    case 1: return CONVERTED(((const u8 *)x)[at]);
    case 2: return CONVERTED(((const i32 *)x)[at]);
    case 3: return CONVERTED(((const i64 *)x)[at]);
    case 4: return CONVERTED(to_float(((const f16 *)x)[at]));
    case 5: return CONVERTED(to_float(((const bf16 *)x)[at]));
    case 6: return CONVERTED(((const f32 *)x)[at]);
    default: return CONVERTED(((const f64 *)x)[at]);
    }
}

DEVICE Value folded(int op, Value a, Value b) {
    switch (op) {
    case 0: return add(a, b);
    case 1: return multiply(a, b);
    case 2: return larger(a, b);
    default: return smaller(a, b);
    }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void load(const void *x, T *y, Axes axes, int n, int type) {
    int i = element();
    if (i < n) y[i] = loaded(x, offsets(axes, i).x, type);
}

// To f16 (type 4) or bf16.
extern "C" __global__ void store(const T *x, unsigned short *y, int n, int type) {
    int i = element();
    if (i >= n) return;
    float v = convert<float>(x[i]);
    y[i] = type == 4 ? from_float<f16>(v).bits : from_float<bf16>(v).bits;
}

extern "C" __global__ void unary(const T *x, T *y, Axes axes, int n, int op) {
    int i = element();
    if (i < n) y[i] = NAMED(unary_, T)(op, x[offsets(axes, i).x]);
}

extern "C" __global__ void binary(const T *x, const T *y, T *z, IndexError *error, unsigned long long token, Axes axes, int n, int op) {
    int i = element();
    if (i >= n) return;
    Offsets o = offsets(axes, i);
    z[i] = NAMED(binary_, T)(op, x[o.x], y[o.y], error, token);
}

extern "C" __global__ void relation(const T *x, const T *y, b8 *z, Axes axes, int n, int op) {
    int i = element();
    if (i >= n) return;
    Offsets o = offsets(axes, i);
    z[i] = NAMED(relation_, T)(op, x[o.x], y[o.y]);
}

extern "C" __global__ void choose(const b8 *mask, const T *x, const T *y, T *z, Axes axes, int n) {
    int i = element();
    if (i >= n) return;
    Offsets o = offsets(axes, i);
    z[i] = mask[o.x] ? x[o.y] : y[o.z];
}

extern "C" __global__ void __launch_bounds__(256) fold(const T *x, T *y, Axes kept, Axes along, int n, int op, unsigned long long neutral) {
    __shared__ Value scratch[256];
    const T *p = x + offsets(kept, blockIdx.x).x;
    Value sum = of_bits<Value>(neutral);
    for (int i = threadIdx.x; i < n; i += 256) sum = folded(op, sum, p[offsets(along, i).x]);
    scratch[threadIdx.x] = sum;
    __syncthreads();
    for (int d = 128; d > 0; d >>= 1) {
        if (threadIdx.x < d) scratch[threadIdx.x] = sum = folded(op, sum, scratch[threadIdx.x + d]);
        __syncthreads();
    }
    if (threadIdx.x == 0) y[blockIdx.x] = sum;
}

// The first of the greatest (op 2) or least elements, or the first NaN; n ≥ 1.
extern "C" __global__ void __launch_bounds__(256) position(const T *x, long long *y, Axes kept, Axes along, int n, int op) {
    __shared__ Value values[256];
    __shared__ int places[256];
    const T *p = x + offsets(kept, blockIdx.x).x;
    Value best = 0;
    int at = -1;
    auto take = [&](Value v, int i) {
        bool nan = is_nan(v), better = at < 0 || (nan ? !is_nan(best) : op == 2 ? v > best : v < best);
        if (i >= 0 && (better || ((v == best || (nan && is_nan(best))) && i < at))) {
            best = v;
            at = i;
        }
    };
    for (int i = threadIdx.x; i < n; i += 256) take(p[offsets(along, i).x], i);
    values[threadIdx.x] = best;
    places[threadIdx.x] = at;
    __syncthreads();
    for (int d = 128; d > 0; d >>= 1) {
        if (threadIdx.x < d) {
            take(values[threadIdx.x + d], places[threadIdx.x + d]);
            values[threadIdx.x] = best;
            places[threadIdx.x] = at;
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) y[blockIdx.x] = at;
}

} // namespace generated

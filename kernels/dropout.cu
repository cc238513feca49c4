// Dropout, forward and backward: the mask is not kept but drawn again from the stream's state.
//
// Formula   y = x·scale where u ≥ probability, else 0; u is the element's uniform number of RandomUniform. Backward: x is dy.
// Layouts   x, y [count] of T, dense; state: seed and draw of 64 bits. In place is allowed.
// Limits    The product is made in f32 and rounded to T.
// Launch    One thread for each four elements, block 256.
// Source    Srivastava et al. 2014.
#include "common.cuh"

#ifndef T
#define T f32
#endif

template <typename E> DEVICE float4 load_four(const E *p) {
    uint2 v = *(const uint2 *)p;
    return make_float4(half_of<E>(v.x, 0), half_of<E>(v.x, 1), half_of<E>(v.y, 0), half_of<E>(v.y, 1));
}
template <> DEVICE float4 load_four<f32>(const f32 *p) { return *(const float4 *)p; }
template <typename E> DEVICE void store_four(E *p, float4 v) { *(uint2 *)p = make_uint2(pack2<E>(v.x, v.y), pack2<E>(v.z, v.w)); }
template <> DEVICE void store_four<f32>(f32 *p, float4 v) { *(float4 *)p = v; }

// An element that is left out is 0 even where x is not finite.
DEVICE float kept(float x, float factor) { return factor == 0.0f ? 0.0f : x * factor; }

extern "C" __global__ void __launch_bounds__(256) dropout(const i64 *state, const T *x, T *y, i64 count, float probability, float scale) {
    u64 block = (u64)blockIdx.x * 256 + threadIdx.x, draw = (u64)state[1];
    i64 first = (i64)block * 4;
    if (first >= count) return;
    uint4 w = philox(make_uint4((u32)block, (u32)(block >> 32), (u32)draw, (u32)(draw >> 32)), (u64)state[0]);
    float a = unit_float(w.x) >= probability ? scale : 0.0f, b = unit_float(w.y) >= probability ? scale : 0.0f;
    float c = unit_float(w.z) >= probability ? scale : 0.0f, d = unit_float(w.w) >= probability ? scale : 0.0f;
    if (first + 4 <= count && ((u64)(x + first) & (4 * sizeof(T) - 1)) == 0 && ((u64)(y + first) & (4 * sizeof(T) - 1)) == 0) {
        float4 v = load_four<T>(x + first);
        store_four<T>(y + first, make_float4(kept(v.x, a), kept(v.y, b), kept(v.z, c), kept(v.w, d)));
        return;
    }
    y[first] = from_float<T>(kept(to_float(x[first]), a));
    if (first + 1 < count) y[first + 1] = from_float<T>(kept(to_float(x[first + 1]), b));
    if (first + 2 < count) y[first + 2] = from_float<T>(kept(to_float(x[first + 2]), c));
    if (first + 3 < count) y[first + 3] = from_float<T>(kept(to_float(x[first + 3]), d));
}

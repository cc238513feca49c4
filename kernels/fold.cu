// Windows added up where they overlap, and numbers counted up.
//
// Formula   fold_windows: y[…, p, …] = Σ x[…, o, …, k] over o·stride + k·dilation = p, in the order of k (outer axes first), 0 where
//           no window is. iota: y[i] = i.
// Layouts   batch: axes without windows, with the strides of x and y. Up to three axes with windows, absent ones of one element.
// Limits    < 2³¹ elements of y. Half types are added up in f32.
// Launch    One thread an element of y, those of the last window axis side by side; block 256.
// Source    col2im as a gather: no element is written twice.
#include "common.cuh"

#ifndef T
#define T f32
#endif

// An axis with windows: elements in y, elements of a window, windows, and strides in elements of y, from window to window in x and
// from element to element of one.
struct WindowAxis {
    Divisor target;
    unsigned size, stride, dilation, windows;
    long long y, xWindow, xElement;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

typedef SumOf<T>::Type S;

// Calls f(offset in x) for each window that has position p of an axis, by their elements in order.
template <typename F> DEVICE void each_window(const WindowAxis &axis, unsigned p, F f) {
    for (unsigned k = 0; k < axis.size; k++) {
        unsigned before = p - k * axis.dilation; // beyond all windows where it would begin before the first
        unsigned window = before / axis.stride;
        if (window * axis.stride == before && window < axis.windows) f(window * axis.xWindow + k * axis.xElement);
    }
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) fold_windows(const T *x, T *y, Axes batch, WindowAxis first, WindowAxis second, WindowAxis third, unsigned count) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    int rest = divide(i, third.target), p2 = i, q = divide(rest, second.target), p1 = rest, b = divide(q, first.target), p0 = q;
    long long from = 0, to = p0 * first.y + p1 * second.y + p2 * third.y;
    each_axis(batch, b, [&](int k, unsigned p) {
        from += p * batch.x[k];
        to += p * batch.y[k];
    });
    S sum = 0;
    each_window(first, p0, [&](long long at0) {
        each_window(second, p1, [&](long long at1) { each_window(third, p2, [&](long long at2) { sum += widen<T>(x[from + at0 + at1 + at2]); }); });
    });
    y[to] = rounded<T>(sum);
}

extern "C" __global__ void __launch_bounds__(256) iota(T *y, long long count) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i < count) y[i] = rounded<T>(i);
}

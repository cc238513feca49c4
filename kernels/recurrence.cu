// What a recurrent network does at a step behind the matrix product, forward and backward: LSTM, GRU and plain RNN.
//
// Formula   With a = x + p, where x is what comes from outside and p what the weight makes of the hidden state:
//           LSTM  i, f, o = σ(a), g = tanh(a), c = f·c + i·g, h = o·tanh(c).
//           GRU   r, z = σ(a), m = p + b, n = tanh(x + r·m), h = (1 − z)·n + z·h.
//           RNN   h = activation(a).
//           Backward with dh = upstream + p, where p is what the gates of the step behind give back, plus what is carried:
//           LSTM  dc = upstream + carried + dh·o·(1 − tanh²c); di = dc·g·i(1 − i), df = dc·c'·f(1 − f), dg = dc·i·(1 − g²),
//                 do = dh·tanh(c)·o(1 − o), carried dc·f.
//           GRU   dn = dh·(1 − z)·(1 − n²), dz = dh·(h' − n)·z(1 − z), dr = dn·m·r(1 − r), dm = dn·r, carried dh·z.
//           RNN   da = dh·slope(h).
//           A step behind the end of its sequence keeps h and c; its gates and their gradients are 0, and dh is carried on.
// Layouts   p and x [batch, gates, units] of T, gates in the order of the formulas (LSTM i, f, g, o; GRU r, z, n). States of a step are
//           planes [batch, units] of T, `plane` elements apart: LSTM h, c, i, f, g, o; GRU h, r, z, n, m; RNN h. c and h of the step
//           before are c' and h'. What is carried is [batch, units] of f32. Gradients of a step: [batch, 4, units] of T for
//           LSTM (i, f, g, o) and GRU (r, z, n, m), and for GRU also [batch, 3, units] of r, z, m, which is what the weight multiplies.
// Limits    batch·4·units < 2³¹; computed in f32, whatever T is, and so are cell states and what is carried from step to step.
// Launch    ceil(batch·units/256) blocks of 256, once a step; recurrent_finish once behind the last step backwards.
// Source    Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000; Cho and others 2014; Elman 1990.
#include "common.cuh"

#ifndef T
#define T f32
#endif
#define THREADS 256

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE float sigmoid(float x) { return 1.0f / (1.0f + exp_f(-x)); }
DEVICE float slope(float s) { return s * (1.0f - s); }         // of σ, by its value
DEVICE float tanh_slope(float t) { return fmaf(-t, t, 1.0f); } // of tanh, by its value

DEVICE bool is_within(const long long *lengths, int time, int row) { return !lengths || time < lengths[row]; }

// Of a unit: its number among all, its row, and the place of its first gate where a row has so many.
struct Unit {
    int i, row, units;
    DEVICE Unit(int units) : i(blockIdx.x * THREADS + threadIdx.x), row(i / units), units(units) {}
    DEVICE int gate(int gates, int k) const { return i + (row * (gates - 1) + k) * units; }
};

// --- Exported entries ------------------------------------------------------------------------------------------------

// The first step is given h and c; later ones find c in `carried`, and `hidden` is h of the step before.
extern "C" __global__ void __launch_bounds__(THREADS) lstm_forward(const T *products, const T *gates, const T *hidden, const T *cell, float *carried, T *states, long long plane, const long long *lengths, int time, int batch, int units) {
    Unit u(units);
    if (u.i >= batch * units) return;
    float c = cell ? to_float(cell[u.i]) : carried[u.i], v[4] = {0.0f, 0.0f, 0.0f, 0.0f}, h;
    if (is_within(lengths, time, u.row)) {
#pragma unroll
        for (int k = 0; k < 4; k++) {
            float a = to_float(gates[u.gate(4, k)]) + to_float(products[u.gate(4, k)]);
            v[k] = k == 2 ? tanh_f(a) : sigmoid(a);
        }
        c = fmaf(v[1], c, v[0] * v[2]);
        h = v[3] * tanh_f(c);
    } else {
        h = to_float(hidden[u.i]);
    }
    carried[u.i] = c;
    T *to = states + u.i;
    to[0] = from_float<T>(h);
    to[plane] = from_float<T>(c);
#pragma unroll
    for (int k = 0; k < 4; k++) to[(k + 2) * plane] = from_float<T>(v[k]);
}

// `hidden` is h of the first step, null later; what is carried is h.
extern "C" __global__ void __launch_bounds__(THREADS) gru_forward(const T *products, const T *gates, const T *bias, const T *hidden, float *carried, T *states, long long plane, const long long *lengths, int time, int batch, int units) {
    Unit u(units);
    if (u.i >= batch * units) return;
    float h = hidden ? to_float(hidden[u.i]) : carried[u.i], r = 0.0f, z = 0.0f, n = 0.0f, m = 0.0f;
    if (is_within(lengths, time, u.row)) {
        r = sigmoid(to_float(gates[u.gate(3, 0)]) + to_float(products[u.gate(3, 0)]));
        z = sigmoid(to_float(gates[u.gate(3, 1)]) + to_float(products[u.gate(3, 1)]));
        m = to_float(products[u.gate(3, 2)]) + to_float(bias[u.i - u.row * units]);
        n = tanh_f(fmaf(r, m, to_float(gates[u.gate(3, 2)])));
        h = fmaf(z, h - n, n);
    }
    carried[u.i] = h;
    T *to = states + u.i;
    to[0] = from_float<T>(h);
    to[plane] = from_float<T>(r);
    to[2 * plane] = from_float<T>(z);
    to[3 * plane] = from_float<T>(n);
    to[4 * plane] = from_float<T>(m);
}

extern "C" __global__ void __launch_bounds__(THREADS) rnn_forward(const T *products, const T *gates, const T *hidden, T *states, const long long *lengths, int activation, int time, int batch, int units) {
    Unit u(units);
    if (u.i >= batch * units) return;
    states[u.i] = is_within(lengths, time, u.row) ? from_float<T>(activate(activation, to_float(gates[u.i]) + to_float(products[u.i]))) : hidden[u.i];
}

// Backwards the first step has no products and finds nothing carried. `carriedHidden` is null where all steps are within.
extern "C" __global__ void __launch_bounds__(THREADS) lstm_backward(const T *products, const T *states, const T *cellBefore, const T *upstream, const T *cellUpstream, float *carriedCell, float *carriedHidden, T *gradient, long long plane, const long long *lengths, int time, int batch, int units) {
    Unit u(units);
    if (u.i >= batch * units) return;
    float dh = to_float(upstream[u.i]), dc = to_float(cellUpstream[u.i]), d[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    if (products) {
        dh += to_float(products[u.i]);
        dc += carriedCell[u.i];
        if (carriedHidden) dh += carriedHidden[u.i];
    }
    if (is_within(lengths, time, u.row)) {
        const T *from = states + u.i;
        float t = tanh_f(to_float(from[plane])), i = to_float(from[2 * plane]), f = to_float(from[3 * plane]), g = to_float(from[4 * plane]), o = to_float(from[5 * plane]);
        dc = fmaf(dh * o, tanh_slope(t), dc);
        d[0] = dc * g * slope(i);
        d[1] = dc * to_float(cellBefore[u.i]) * slope(f);
        d[2] = dc * i * tanh_slope(g);
        d[3] = dh * t * slope(o);
        dc *= f;
        dh = 0.0f;
    }
#pragma unroll
    for (int k = 0; k < 4; k++) gradient[u.gate(4, k)] = from_float<T>(d[k]);
    carriedCell[u.i] = dc;
    if (carriedHidden) carriedHidden[u.i] = dh;
}

extern "C" __global__ void __launch_bounds__(THREADS) gru_backward(const T *products, const T *states, const T *hiddenBefore, const T *upstream, float *carried, T *gradient, T *operand, long long plane, const long long *lengths, int time, int batch, int units) {
    Unit u(units);
    if (u.i >= batch * units) return;
    float dh = to_float(upstream[u.i]), dr = 0.0f, dz = 0.0f, dn = 0.0f, dm = 0.0f;
    if (products) dh += to_float(products[u.i]) + carried[u.i];
    if (is_within(lengths, time, u.row)) {
        const T *from = states + u.i;
        float r = to_float(from[plane]), z = to_float(from[2 * plane]), n = to_float(from[3 * plane]), m = to_float(from[4 * plane]);
        dn = dh * (1.0f - z) * tanh_slope(n);
        dz = dh * (to_float(hiddenBefore[u.i]) - n) * slope(z);
        dr = dn * m * slope(r);
        dm = dn * r;
        dh *= z;
    }
    gradient[u.gate(4, 0)] = operand[u.gate(3, 0)] = from_float<T>(dr);
    gradient[u.gate(4, 1)] = operand[u.gate(3, 1)] = from_float<T>(dz);
    gradient[u.gate(4, 2)] = from_float<T>(dn);
    gradient[u.gate(4, 3)] = operand[u.gate(3, 2)] = from_float<T>(dm);
    carried[u.i] = dh;
}

// `activation` as in `activate`: 5 tanh, 1 relu, 0 none; `carried` is null where all steps are within.
extern "C" __global__ void __launch_bounds__(THREADS) rnn_backward(const T *products, const T *states, const T *upstream, float *carried, T *gradient, const long long *lengths, int activation, int time, int batch, int units) {
    Unit u(units);
    if (u.i >= batch * units) return;
    float dh = to_float(upstream[u.i]), da = 0.0f;
    if (products) {
        dh += to_float(products[u.i]);
        if (carried) dh += carried[u.i];
    }
    if (is_within(lengths, time, u.row)) {
        float h = to_float(states[u.i]);
        da = activation == 5 ? dh * tanh_slope(h) : activation == 0 || h > 0.0f ? dh : 0.0f;
        dh = 0.0f;
    }
    gradient[u.i] = from_float<T>(da);
    if (carried) carried[u.i] = dh;
}

// The gradients of the initial states: the last product with what was carried, and behind it that of c. Null for what is not there.
extern "C" __global__ void __launch_bounds__(THREADS) recurrent_finish(const T *products, const float *hidden, const float *cell, T *gradient, int count) {
    int i = blockIdx.x * THREADS + threadIdx.x;
    if (i >= count) return;
    gradient[i] = from_float<T>(to_float(products[i]) + (hidden ? hidden[i] : 0.0f));
    if (cell) gradient[count + i] = from_float<T>(cell[i]);
}

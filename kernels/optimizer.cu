// Steps of optimisers over many tensors in one launch, with f32 weights; norm and check of gradients; moving averages.
//
// Formula   g ← factor·gradient (+ decay·w unless decoupled), then RULE:
//           Sgd       v ← μ·v + share·g, share 1 in the first step and 1 − dampening later; w ← w − η·v, Nesterov w − η·(g + μ·v);
//                     with rateInside η is a factor of what goes into v instead.
//           Adam      m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²; w ← w − η/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + ε); decoupled (AdamW)
//                     w ← (1 − η·decay)·w before.
//           Lion      w ← w − η·(sign(β₁·m + (1 − β₁)·g) + decay·w), m ← β₂·m + (1 − β₂)·g.
//           RmsProp   s ← β₁·s + (1 − β₁)·g², centred also a ← β₁·a + (1 − β₁)·g and s − a² for s; q = g/(√s + ε), or g/√(s + ε) with
//                     epsilonInside; b ← μ·b + q, w ← w − η·b.
//           Adagrad   s ← s + g²; w ← w − η/(1 + (t − 1)·rateDecay)·g/(√s + ε), or /√(s + ε).
//           Adadelta  s ← β₁·s + (1 − β₁)·g², Δ = √(a + ε)/√(s + ε)·g, a ← β₁·a + (1 − β₁)·Δ²; w ← w − η·Δ.
//           gradient_norm, gradient_join: norm = scale·√Σ gradient², factor = scale·min(1, bound/(norm + 10⁻⁶)), found = 1 if any
//           element is infinite or not a number; t ← t + 1 if none is. A step whose gradients were found to be so does nothing.
//           average_step: a ← keep·a + (1 − keep)·w, keep = min(updates, 1)·decay.
// Layouts   A tensor has f32 weights, a gradient of G, up to three slots of f32 in the order of the formulas (Sgd v; Adam m, v; Lion m;
//           RmsProp s, b, a; Adagrad s; Adadelta s, a) and perhaps a copy of the weights in G. The list of tensors and the list of
//           {tensor, number of the chunk} lie in device memory; without lists there is one tensor, in the argument.
//           control: [norm, factor, found] of f32; partial: [2, chunks] of f32.
// Limits    Chunks of 8192 elements. The list of tensors is aligned to 16 bytes, they themselves need not be; a thread takes
//           neighbours at once where all pointers of a tensor allow it.
// Launch    One block of 256 a chunk; gradient_join one block of 256. Sums in a fixed order.
// Source    See the classes of the same names in src/CudaNet.Nn/Optimizers.
#include "common.cuh"

#ifndef G
#define G f32
#endif
#ifndef RULE
#define RULE Sgd
#endif
#define CHUNK 8192
#define THREADS 256

struct OptimizerTensor {
    float *w;
    const G *gradient;
    float *slots[3];
    G *copy;
    long long size, unused; // 64 bytes in all
};

struct OptimizerArguments {
    const OptimizerTensor *tensors;
    const int2 *chunks;
    OptimizerTensor only;
    const float *rate, *step, *control;
    float decay, momentum, dampening, beta1, beta2, logBeta1, logBeta2, epsilon, rateDecay;
    int decoupled, nesterov, rateInside, epsilonInside, centered;
};

// --- Rules -----------------------------------------------------------------------------------------------------------

// 1 − βᵗ from t·ln β ≤ 0; near 0 by the series of eˣ, of which the ninth term is 2⁻²⁷ of the first at −½.
DEVICE float one_minus_exp(float x) {
    if (x < -0.5f) return 1.0f - exp_f(x);
    float sum = 1.0f;
#pragma unroll
    for (int i = 9; i > 1; i--) sum = fmaf(sum, x * (1.0f / i), 1.0f);
    return -x * sum;
}

// What is the same for all elements of a step.
struct Common { float rate, factor, size, spread, share, keep; };

DEVICE float adaptive(const OptimizerArguments &o, float g, float s) { return g / (o.epsilonInside ? sqrtf(s + o.epsilon) : sqrtf(s) + o.epsilon); }
DEVICE float mix(float beta, float old, float value) { return fmaf(beta, old, (1.0f - beta) * value); }

// Each rule changes a weight and its slots by a gradient; SLOTS is how many it may have.
struct Sgd {
    static const int SLOTS = 1;
    static DEVICE void step(const OptimizerArguments &o, const Common &c, float &w, float g, float &v, float &, float &) {
        if (o.rateInside) g *= c.rate;
        if (o.momentum != 0.0f) {
            v = fmaf(o.momentum, v, c.share * g);
            g = o.nesterov ? fmaf(o.momentum, v, g) : v;
        }
        w -= o.rateInside ? g : c.rate * g;
    }
};
struct Adam {
    static const int SLOTS = 2;
    static DEVICE void step(const OptimizerArguments &o, const Common &c, float &w, float g, float &m, float &v, float &) {
        m = mix(o.beta1, m, g);
        v = mix(o.beta2, v, g * g);
        w = w * c.keep - m * c.size / fmaf(sqrtf(v), c.spread, o.epsilon);
    }
};
struct Lion {
    static const int SLOTS = 1;
    static DEVICE void step(const OptimizerArguments &o, const Common &c, float &w, float g, float &m, float &, float &) {
        float u = mix(o.beta1, m, g);
        if (u == u) u = u > 0.0f ? 1.0f : u < 0.0f ? -1.0f : 0.0f;
        w -= c.rate * fmaf(o.decay, w, u);
        m = mix(o.beta2, m, g);
    }
};
struct RmsProp {
    static const int SLOTS = 3;
    static DEVICE void step(const OptimizerArguments &o, const Common &c, float &w, float g, float &s, float &b, float &a) {
        s = mix(o.beta1, s, g * g);
        float spread = s;
        if (o.centered) {
            a = mix(o.beta1, a, g);
            spread = Max::of(s - a * a, 0.0f);
        }
        g = adaptive(o, g, spread);
        if (o.momentum != 0.0f) g = b = fmaf(o.momentum, b, g);
        w -= c.rate * g;
    }
};
struct Adagrad {
    static const int SLOTS = 1;
    static DEVICE void step(const OptimizerArguments &o, const Common &c, float &w, float g, float &s, float &, float &) {
        s = fmaf(g, g, s);
        w -= c.size * adaptive(o, g, s);
    }
};
struct Adadelta {
    static const int SLOTS = 2;
    static DEVICE void step(const OptimizerArguments &o, const Common &c, float &w, float g, float &s, float &a, float &) {
        s = mix(o.beta1, s, g * g);
        float change = sqrtf(a + o.epsilon) / sqrtf(s + o.epsilon) * g;
        a = mix(o.beta1, a, change * change);
        w -= c.rate * change;
    }
};

template <typename Rule> DEVICE Common common_of(const OptimizerArguments &o) { return {*o.rate, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f}; }
template <> DEVICE Common common_of<Sgd>(const OptimizerArguments &o) { return {*o.rate, 1.0f, 0.0f, 0.0f, o.dampening == 0.0f ? 1.0f : 1.0f - fminf(*o.step - 1.0f, 1.0f) * o.dampening, 1.0f}; }
template <> DEVICE Common common_of<Adam>(const OptimizerArguments &o) {
    float rate = *o.rate, t = *o.step;
    return {rate, 1.0f, rate / one_minus_exp(t * o.logBeta1), 1.0f / sqrtf(one_minus_exp(t * o.logBeta2)), 1.0f, o.decoupled ? 1.0f - rate * o.decay : 1.0f};
}
template <> DEVICE Common common_of<Adagrad>(const OptimizerArguments &o) {
    float rate = *o.rate;
    return {rate, 1.0f, o.rateDecay == 0.0f ? rate : rate / fmaf(*o.step - 1.0f, o.rateDecay, 1.0f), 0.0f, 1.0f, 1.0f};
}
template <typename Rule> DEVICE bool decays_gradient(const OptimizerArguments &o) { return o.decay != 0.0f && !o.decoupled; }
template <> DEVICE bool decays_gradient<Lion>(const OptimizerArguments &) { return false; }

// --- Iteration -------------------------------------------------------------------------------------------------------

DEVICE OptimizerTensor chunk_of(const OptimizerArguments &o, long long &first, long long &last) {
    int2 chunk = o.chunks ? o.chunks[blockIdx.x] : make_int2(0, blockIdx.x);
    OptimizerTensor t = o.only;
    if (o.tensors) {
        const ulonglong2 *p = (const ulonglong2 *)(o.tensors + chunk.x);
        ulonglong2 a = p[0], b = p[1], c = p[2], d = p[3];
        t = {(float *)a.x, (const G *)a.y, {(float *)b.x, (float *)b.y, (float *)c.x}, (G *)c.y, (long long)d.x, 0};
    }
    first = (long long)chunk.y * CHUNK;
    last = first + CHUNK < t.size ? first + CHUNK : t.size;
    return t;
}

// A thread takes four neighbours: 16 bytes of f32, and whole sectors a warp of every array. Only gradients alone are read in
// 16 bytes of their type.
template <int N> DEVICE void load_floats(const float *p, float *v) {
    if constexpr (N == 1) v[0] = p[0];
    else load_vec<f32>(p, v);
}
template <int N> DEVICE void store_floats(float *p, const float *v) {
    if constexpr (N == 1) p[0] = v[0];
    else store_vec<f32>(p, v);
}
template <int N, typename E> DEVICE void load_gradient(const E *p, float *v) {
    if constexpr (N == 1) v[0] = to_float(*p);
    else if constexpr (N == Vec<E>::N) load_vec<E>(p, v);
    else {
        unsigned long long r = *(const unsigned long long *)p; // clang would split a vector of two
        unsigned lo = (unsigned)r, hi = (unsigned)(r >> 32);
        v[0] = half_of<E>(lo, 0); v[1] = half_of<E>(lo, 1); v[2] = half_of<E>(hi, 0); v[3] = half_of<E>(hi, 1);
    }
}
template <int N, typename E> DEVICE void store_copy(E *p, const float *v) {
    if constexpr (N == 1) *p = from_float<E>(v[0]);
    else if constexpr (N == Vec<E>::N) store_vec<E>(p, v);
    else *(uint2 *)p = make_uint2(pack2<E>(v[0], v[1]), pack2<E>(v[2], v[3]));
}

template <int N> DEVICE void step_at(const OptimizerArguments &o, const Common &c, const OptimizerTensor &t, long long i) {
    float w[N], g[N], s0[N], s1[N], s2[N];
    const int slots = RULE::SLOTS;
    load_floats<N>(t.w + i, w);
    load_gradient<N>(t.gradient + i, g);
    if (t.slots[0]) load_floats<N>(t.slots[0] + i, s0);
    if (slots > 1 && t.slots[1]) load_floats<N>(t.slots[1] + i, s1);
    if (slots > 2 && t.slots[2]) load_floats<N>(t.slots[2] + i, s2);
#pragma unroll
    for (int j = 0; j < N; j++) {
        float gradient = g[j] * c.factor;
        if (decays_gradient<RULE>(o)) gradient = fmaf(o.decay, w[j], gradient);
        RULE::step(o, c, w[j], gradient, s0[j], s1[j], s2[j]);
    }
    store_floats<N>(t.w + i, w);
    if (t.slots[0]) store_floats<N>(t.slots[0] + i, s0);
    if (slots > 1 && t.slots[1]) store_floats<N>(t.slots[1] + i, s1);
    if (slots > 2 && t.slots[2]) store_floats<N>(t.slots[2] + i, s2);
    if (t.copy) store_copy<N>(t.copy + i, w);
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS, 1) optimizer_step(OptimizerArguments o) {
    const int N = 4;
    if (o.control && o.control[2] != 0.0f) return;
    long long first, last;
    OptimizerTensor t = chunk_of(o, first, last);
    Common c = common_of<RULE>(o);
    if (o.control) c.factor = o.control[1];
    bool aligned = aligned16(t.w) && aligned16(t.gradient) && aligned16(t.slots[0]) && aligned16(t.slots[1]) && aligned16(t.slots[2]) && aligned16(t.copy);
    long long whole = aligned ? first + (last - first) / N * N : first;
    for (long long i = first + threadIdx.x * N; i < whole; i += THREADS * N) step_at<N>(o, c, t, i);
    for (long long i = whole + threadIdx.x; i < last; i += THREADS) step_at<1>(o, c, t, i);
}

// Sum of squares of a chunk, of which each element is multiplied by scale before, and whether it has one that is not finite.
extern "C" __global__ void __launch_bounds__(THREADS) gradient_norm(OptimizerArguments o, float *partial, float scale) {
    __shared__ float scratch[33];
    const int N = Vec<G>::N;
    long long first, last;
    OptimizerTensor t = chunk_of(o, first, last);
    long long whole = aligned16(t.gradient) ? first + (last - first) / N * N : first;
    float sum = 0.0f, found = 0.0f;
    auto take = [&](float v) {
        if (!(fabsf(v) < INFINITY_F)) found = 1.0f;
        sum = fmaf(v * scale, v * scale, sum);
    };
    for (long long i = first + threadIdx.x * N; i < whole; i += THREADS * N) {
        float v[N];
        load_gradient<N>(t.gradient + i, v);
#pragma unroll
        for (int j = 0; j < N; j++) take(v[j]);
    }
    for (long long i = whole + threadIdx.x; i < last; i += THREADS) take(to_float(t.gradient[i]));
    sum = block_reduce<Add>(sum, scratch);
    found = block_reduce<Max>(found, scratch);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
        partial[gridDim.x + blockIdx.x] = found;
    }
}

// Without a bound (0) nothing is clipped. `step`, which may be null, counts the steps that are made.
extern "C" __global__ void __launch_bounds__(THREADS) gradient_join(const float *partial, float *control, float *step, int chunks, float scale, float bound) {
    __shared__ float scratch[33];
    float sum = 0.0f, found = 0.0f;
    for (int i = threadIdx.x; i < chunks; i += THREADS) {
        sum += partial[i];
        found = Max::of(found, partial[chunks + i]);
    }
    sum = block_reduce<Add>(sum, scratch);
    found = block_reduce<Max>(found, scratch);
    if (threadIdx.x != 0) return;
    float norm = sqrtf(sum);
    control[0] = norm;
    control[1] = scale * (bound > 0.0f ? Min::of(bound / (norm + 1e-6f), 1.0f) : 1.0f);
    control[2] = found;
    if (step && found == 0.0f) *step += 1.0f;
}

// The averages are the first slots.
extern "C" __global__ void __launch_bounds__(THREADS) average_step(OptimizerArguments o, const float *updates, float decay) {
    const int N = 4;
    long long first, last;
    OptimizerTensor t = chunk_of(o, first, last);
    float keep = fminf(*updates, 1.0f) * decay, *average = t.slots[0];
    long long whole = aligned16(t.w) && aligned16(average) ? first + (last - first) / N * N : first;
    for (long long i = first + threadIdx.x * N; i < whole; i += THREADS * N) {
        float w[N], a[N];
        load_floats<N>(t.w + i, w);
        load_floats<N>(average + i, a);
#pragma unroll
        for (int j = 0; j < N; j++) a[j] = mix(keep, a[j], w[j]);
        store_floats<N>(average + i, a);
    }
    for (long long i = whole + threadIdx.x; i < last; i += THREADS) average[i] = mix(keep, average[i], t.w[i]);
}

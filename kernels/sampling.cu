// The next token from logits: by temperature, among the k most probable, among those that make up a share p.
//
// Formula   wᵢ = e^((xᵢ − max)/temperature). Kept are the `topK` greatest (of equal ones the first), and of these, in descending order,
//           as many as it takes to reach `topP` of their sum. The token is drawn from the kept by their weights: the first whose
//           running sum of weights passes u·sum, u the 64 bits of block `row` of the stream's draw.
// Layouts   x [rows, n] of T, dense; state: seed and draw of 64 bits; y [rows] of 64 bits.
// Limits    1 ≤ topK, 0 < topP; n ≤ topK or topP ≥ 1 leave that step out. Weights are whole numbers of 2⁻³², so that the order of
//           additions does not matter; what is less probable than that beside the greatest is never drawn. NaN counts as −∞; a
//           row without anything greater than −∞ gives −1. Temperature 0 is topK = 1.
// Launch    grid rows, block whole warps up to 1024, one power of two.
// Source    Holtzman et al. 2020 (nucleus); Fan et al. 2018 (top k); the weighted selection is that of sort.cu.
#include "common.cuh"

#ifndef T
#define T f32
#endif

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE float logit(T x) {
    float v = to_float(x);
    return v == v ? v : -INFINITY_F;
}

DEVICE u64 weight_of(float x, float maximum, float inverse) {
    float w = x == maximum ? 1.0f : exp_f((x - maximum) * inverse);
    return (u64)(w * 4294967296.0f);
}

// The sum in every thread. `scratch` has 33 numbers.
DEVICE u64 block_sum(u64 v, u64 *scratch) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(FULL_MASK, v, d);
    if (lane == 0) scratch[warp] = v;
    __syncthreads();
    v = 0;
    for (int w = 0; w < warps; w++) v += scratch[w];
    __syncthreads();
    return v;
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(1024) sample(const T *x, const i64 *state, i64 *y, int n, float inverseTemperature, int topK, float topP) {
    __shared__ SelectScratch<u64> scratch;
    __shared__ u64 sums[33];
    __shared__ float maxima[33];
    x += (long long)blockIdx.x * n;
    float maximum = -INFINITY_F;
    for (int i = threadIdx.x; i < n; i += blockDim.x) maximum = fmaxf(maximum, logit(x[i]));
    maximum = block_reduce<Max>(maximum, maxima);
    if (maximum == -INFINITY_F) {
        if (threadIdx.x == 0) y[blockIdx.x] = -1;
        return;
    }
    // In descending order: inverted keys.
    auto key_at = [&](int i) { return ~key_of(logit(x[i])); };
    u32 lastKey = 0xFFFFFFFFu, lastPlace = 0xFFFFFFFFu;
    if (topK < n)
        select_last<u32, u64>(n, 32, (u64)topK, scratch, lastKey, lastPlace, [&](int i, u32 &key) -> u64 {
            key = key_at(i);
            return 1;
        });
    auto kept_weight = [&](int i, u32 &key) -> u64 {
        key = key_at(i);
        bool isKept = key < lastKey || (key == lastKey && (u32)i <= lastPlace);
        return isKept ? weight_of(logit(x[i]), maximum, inverseTemperature) : 0;
    };
    auto kept_sum = [&]() {
        u64 sum = 0;
        u32 key;
        for (int i = threadIdx.x; i < n; i += blockDim.x) sum += kept_weight(i, key);
        return block_sum(sum, sums);
    };
    u64 sum = kept_sum();
    if (topP < 1.0f) {
        // topP·sum in whole numbers, at least 1.
        u64 share = (u64)(topP * 4294967296.0f), wanted = (sum >> 32) * share + (((sum & 0xFFFFFFFFull) * share) >> 32);
        u32 key;
        u32 place;
        select_last<u32, u64>(n, 32, wanted > 0 ? wanted : 1, scratch, key, place, kept_weight);
        lastKey = key;
        lastPlace = place;
        sum = kept_sum();
    }
    u64 draw = (u64)state[1];
    uint4 words = philox(make_uint4(blockIdx.x, 0, (u32)draw, (u32)(draw >> 32)), (u64)state[0]);
    u64 target = high_product(words.x | (u64)words.y << 32, sum), before = 0;
    for (int start = 0; start < n; start += blockDim.x) {
        int i = start + threadIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
        u32 key;
        u64 own = i < n ? kept_weight(i, key) : 0, running = own;
#pragma unroll
        for (int d = 1; d < 32; d <<= 1) {
            u64 left = __shfl_up_sync(FULL_MASK, running, d);
            if (lane >= d) running += left;
        }
        if (lane == 31) sums[warp] = running;
        __syncthreads();
        u64 all = 0;
        for (int w = 0; w < blockDim.x >> 5; w++) {
            if (w < warp) running += sums[w];
            all += sums[w];
        }
        __syncthreads();
        running += before;
        if (running - own <= target && target < running) y[blockIdx.x] = i;
        before += all;
        if (before > target) return; // for all threads of the block
    }
}

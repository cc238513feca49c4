// A pass of a radix sort of rows: keys and their places are ordered by 8 bits of the keys; what is equal there keeps its order.
// Passes from the lowest bits to the highest sort.
//
// Formula   radix_count: counts[row, digit, tile] = keys of the tile with that digit. radix_scan: sums of all counts before each,
//           in place. radix_move: moves keys and places to where these sums say.
// Layouts   keys [rows, n] of KEY (32 or 64 bits), places [rows, n] of 32 bits, dense; counts [rows, 256, tiles].
// Limits    1 ≤ n < 2³¹ − 2048.
// Launch    radix_count and radix_move: grid (tiles of 2048, rows), block 256. radix_scan: grid rows, block 256.
// Source    Merrill, Grimshaw: Revisiting sorting for GPGPU stream architectures, 2010; ranks in a warp by match.any.
#include "common.cuh"

#ifndef KEY
#define KEY u32
#endif

#define THREADS 256
#define ROUNDS 8 // of THREADS keys a tile: long enough that counts are few, short enough for many blocks
#define TILE (THREADS * ROUNDS)

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(THREADS) radix_count(const KEY *keys, unsigned *counts, int n, int shift) {
    __shared__ unsigned bins[256];
    bins[threadIdx.x] = 0;
    __syncthreads();
    keys += (long long)blockIdx.y * n;
    int first = blockIdx.x * TILE;
    for (int i = first + threadIdx.x; i < min(n, first + TILE); i += THREADS) atomicAdd(bins + ((unsigned)(keys[i] >> shift) & 255), 1u);
    __syncthreads();
    counts[((long long)blockIdx.y * 256 + threadIdx.x) * gridDim.x + blockIdx.x] = bins[threadIdx.x];
}

// Exclusive sums of `length` = 256·tiles numbers of each row.
extern "C" __global__ void __launch_bounds__(THREADS) radix_scan(unsigned *counts, int length) {
    __shared__ unsigned sums[9];
    counts += (long long)blockIdx.x * length;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    unsigned before = 0;
    for (int start = 0; start < length; start += THREADS) {
        unsigned own = counts[start + threadIdx.x], sum = own; // length is a multiple of 256
#pragma unroll
        for (int d = 1; d < 32; d <<= 1) {
            unsigned left = __shfl_up_sync(FULL_MASK, sum, d);
            if (lane >= d) sum += left;
        }
        if (lane == 31) sums[warp] = sum;
        __syncthreads();
        unsigned offset = before;
        for (int w = 0; w < 8; w++) {
            unsigned s = sums[w];
            if (w < warp) offset += s;
            before += s;
        }
        counts[start + threadIdx.x] = offset + sum - own;
        __syncthreads();
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) radix_move(const KEY *keys, const int *places, KEY *newKeys, int *newPlaces, const unsigned *counts, int n, int shift) {
    __shared__ unsigned next[256];       // where the next key of each digit goes
    __shared__ unsigned ranks[8][256];   // of each warp: keys of the digit in it, then where its first goes
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    long long row = (long long)blockIdx.y * n;
    next[threadIdx.x] = counts[((long long)blockIdx.y * 256 + threadIdx.x) * gridDim.x + blockIdx.x];
    for (int round = 0; round < ROUNDS; round++) {
        int i = blockIdx.x * TILE + round * THREADS + threadIdx.x;
        bool inside = i < n;
        for (int w = 0; w < 8; w++) ranks[w][threadIdx.x] = 0;
        __syncthreads();
        KEY key = inside ? keys[row + i] : 0;
        int place = inside ? places[row + i] : 0;
        unsigned digit = (unsigned)(key >> shift) & 255;
        // Lanes with the same digit; those behind the end come last, so that they shift nobody.
        unsigned peers = __match_any_sync(FULL_MASK, digit), earlier = __popc(peers & ((1u << lane) - 1));
        if (inside && earlier == 0) ranks[warp][digit] = __popc(peers);
        __syncthreads();
        unsigned at = next[threadIdx.x];
        for (int w = 0; w < 8; w++) {
            unsigned count = ranks[w][threadIdx.x];
            ranks[w][threadIdx.x] = at;
            at += count;
        }
        next[threadIdx.x] = at;
        __syncthreads();
        if (inside) {
            unsigned to = ranks[warp][digit] + earlier;
            newKeys[row + to] = key;
            newPlaces[row + to] = place;
        }
        __syncthreads();
    }
}

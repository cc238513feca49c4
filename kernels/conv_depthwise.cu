// Convolutions of each channel by itself, and their gradients: bound by memory, so that each block loads the part of a channel
// that its positions see once into shared memory.
//
// Formula   depthwise:        result[n, g·rows + m, q] = epilogue(Σ weight[g·rows + m, j] · source[n, g, at(q, j)]), at as in conv.cu
//           depthwise_weight: result[g·rows + m, j] = Σ over n, q of upstream[n, g·rows + m, q] · source[n, g, at(q, j)]
// Gradient  by the source: depthwise over the classes of positions that conv.cu describes, where a group has one row.
// Layouts   as in conv.cu, a channel of the source in each group. Sums are f32.
// Tiles     tileD × tileH × tileW positions, whose taps lie in spanD × spanH × spanW elements of the source.
// Split     depthwise_weight: with splits > 1, each part of images and tiles goes to partial[s, …] (f32); conv_join adds them.
// Limits    as in conv.cu; the dynamic shared memory holds a tap of 4 bytes each and the elements of a span.
// Launch    depthwise: grid (images·groups·rows, tiles), depthwise_weight: (groups·rows, splits, ceil(taps/9)); block whole warps
//           up to 256; dynamic shared memory 4·taps rounded up to 16, and sizeof(T)·span.
#include "conv.cuh"

// Taps that a thread sums at a time: those of 3 × 3.
#define TAPS 9
// Positions that share the load of a tap, and elements that are loaded at a time.
#define TOGETHER 4

struct DepthwiseTile {
    int d, h, w, spanD, spanH, spanW;
    // Tiles of an image, and in all a slice of it and a row; positions of a tile; elements of a span; result channels.
    Divisor tiles, tilesHW, tilesW, placesHW, placesW, elementsHW, elementsW, channels;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

DEVICE int along(const ConvAxis &a, int place) { return a.origin + place * a.stride; }

// Where a span begins from the first tap: before it where taps run backwards.
DEVICE int behind(const ConvAxis &a, int taps) { return min((taps - 1) * a.dilation, 0); }

struct Taps {
    int d, h, w;
};

DEVICE Taps taps_of(const ConvArguments &g) {
    int hw = (int)g.tapsHW.value, w = (int)g.tapsW.value, all = (int)g.allTaps.value;
    return all == 0 ? Taps{0, 0, 0} : Taps{all / hw, hw / w, w};
}

// Loads the span of the tile at (d0, h0, w0); zeros outside of the source.
DEVICE void load_span(T *span, const ConvArguments &g, const DepthwiseTile &tile, Taps taps, const T *source, int d0, int h0, int w0) {
    d0 = along(g.d, d0) + behind(g.d, taps.d), h0 = along(g.h, h0) + behind(g.h, taps.h), w0 = along(g.w, w0) + behind(g.w, taps.w);
    int count = tile.spanD * tile.spanH * tile.spanW;
#pragma unroll 1
    for (int first = threadIdx.x; first < count; first += TOGETHER * blockDim.x) {
        T v[TOGETHER];
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            int at = first + i * blockDim.x, w = at, d = d0 + divide(w, tile.elementsHW), h = h0 + divide(w, tile.elementsW);
            w += w0;
            bool inside = at < count && (unsigned)d < (unsigned)g.d.size && (unsigned)h < (unsigned)g.h.size && (unsigned)w < (unsigned)g.w.size;
            v[i] = inside ? source[((long long)d * g.h.size + h) * g.w.size + w] : from_float<T>(0.0f);
        }
#pragma unroll
        for (int i = 0; i < TOGETHER; i++)
            if (first + i * blockDim.x < count) span[first + i * blockDim.x] = v[i];
    }
}

// Whether there is such a position: the last tiles reach beyond.
DEVICE bool is_place(const ConvArguments &g, int d, int h, int w) {
    return d * (int)g.placesHW.value < (int)g.places.value && h * (int)g.placesW.value < (int)g.placesHW.value && w < (int)g.placesW.value;
}

// Positions d, h, w of a tile from its q-th one, and where in the span its first tap lies.
DEVICE int in_span(const ConvArguments &g, const DepthwiseTile &tile, Taps taps, int q, int &d, int &h, int &w) {
    d = divide(q, tile.placesHW), h = divide(q, tile.placesW), w = q;
    return ((d * g.d.stride - behind(g.d, taps.d)) * tile.spanH + h * g.h.stride - behind(g.h, taps.h)) * tile.spanW + w * g.w.stride - behind(g.w, taps.w);
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern __shared__ __align__(16) char memory[];

extern "C" __global__ void __launch_bounds__(256) depthwise(ConvArguments g, DepthwiseTile tile) {
    Taps taps = taps_of(g);
    int count = taps.d * taps.h * taps.w, channel = blockIdx.x, image = divide(channel, tile.channels), at = blockIdx.y;
    int d0 = divide(at, tile.tilesHW) * tile.d, h0 = divide(at, tile.tilesW) * tile.h, w0 = at * tile.w;
    float *weights = (float *)memory;
    T *span = (T *)(memory + ((count * 4 + 15) & ~15));
    for (int j = threadIdx.x; j < count; j += blockDim.x) weights[j] = to_float(g.weight[(long long)channel * g.leading + j]);
    load_span(span, g, tile, taps, g.source + image * g.sourceImage + (long long)(channel / g.rows) * g.sourcePlane, d0, h0, w0);
    __syncthreads();
    int positions = tile.d * tile.h * tile.w;
    long long plane = image * g.resultImage + (long long)channel * g.resultPlane;
#pragma unroll 1
    for (int first = threadIdx.x; first < positions; first += TOGETHER * blockDim.x) {
        int start[TOGETHER], d, h, w;
        float sums[TOGETHER];
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            // Beyond the last position the first one is summed again, and not stored.
            int q = first + i * blockDim.x;
            start[i] = in_span(g, tile, taps, q < positions ? q : 0, d, h, w);
            sums[i] = 0.0f;
        }
        int j = 0;
#pragma unroll 1
        for (int jd = 0; jd < taps.d; jd++)
#pragma unroll 1
            for (int jh = 0; jh < taps.h; jh++) {
                int offset = (jd * g.d.dilation * tile.spanH + jh * g.h.dilation) * tile.spanW;
#pragma unroll 1
                for (int jw = 0; jw < taps.w; jw++, j++, offset += g.w.dilation) {
                    float weight = weights[j];
#pragma unroll
                    for (int i = 0; i < TOGETHER; i++) sums[i] = fmaf(weight, to_float(span[start[i] + offset]), sums[i]);
                }
            }
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            int q = first + i * blockDim.x;
            if (q >= positions) break;
            in_span(g, tile, taps, q, d, h, w);
            d += d0, h += h0, w += w0;
            if (!is_place(g, d, h, w)) continue;
            long long place = plane + (long long)(g.d.first + d * g.d.step) * g.resultSlice + (g.h.first + h * g.h.step) * g.resultRow + g.w.first + w * g.w.step;
            g.result[place] = from_float<T>(finish(g, sums[i], channel, place));
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) depthwise_weight(ConvArguments g, DepthwiseTile tile) {
    __shared__ float scratch[33];
    Taps taps = taps_of(g);
    int count = taps.d * taps.h * taps.w, channel = blockIdx.x, split = blockIdx.y, from = blockIdx.z * TAPS;
    T *span = (T *)(memory + ((count * 4 + 15) & ~15));
    int positions = tile.d * tile.h * tile.w;
    int images = g.columns / (int)g.places.value, items = images * (int)tile.tiles.value, each = (items + g.splits - 1) / g.splits, last = min(items, (split + 1) * each);
    int offsets[TAPS];
    float sums[TAPS];
#pragma unroll
    for (int j = 0; j < TAPS; j++) {
        // Beyond the last tap the first one is summed again, and not stored.
        int k = from + j < count ? from + j : 0, d = divide(k, g.tapsHW), h = divide(k, g.tapsW);
        offsets[j] = (d * g.d.dilation * tile.spanH + h * g.h.dilation) * tile.spanW + k * g.w.dilation;
        sums[j] = 0.0f;
    }
#pragma unroll 1
    for (int item = split * each; item < last; item++) {
        int at = item, image = divide(at, tile.tiles), d0 = divide(at, tile.tilesHW) * tile.d, h0 = divide(at, tile.tilesW) * tile.h, w0 = at * tile.w;
        __syncthreads();
        load_span(span, g, tile, taps, g.source + image * g.sourceImage + (long long)(channel / g.rows) * g.sourcePlane, d0, h0, w0);
        __syncthreads();
        const T *upstream = g.weight + image * g.resultImage + (long long)channel * g.resultPlane;
#pragma unroll 1
        for (int q = threadIdx.x; q < positions; q += blockDim.x) {
            int d, h, w, start = in_span(g, tile, taps, q, d, h, w);
            d += d0, h += h0, w += w0;
            if (!is_place(g, d, h, w)) continue;
            float v = to_float(upstream[(long long)d * g.resultSlice + h * g.resultRow + w]);
#pragma unroll
            for (int j = 0; j < TAPS; j++) sums[j] = fmaf(v, to_float(span[start + offsets[j]]), sums[j]);
        }
    }
#pragma unroll
    for (int j = 0; j < TAPS; j++) {
        float sum = block_reduce<Add>(sums[j], scratch);
        long long k = (long long)channel * count + from + j;
        if (threadIdx.x != 0 || from + j >= count) continue;
        if (g.splits > 1) g.partial[(long long)split * gridDim.x * count + k] = sum;
        else g.result[k] = from_float<T>(sum);
    }
}

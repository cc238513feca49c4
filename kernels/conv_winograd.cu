// Convolutions with windows of 3 × 3 at stride 1 by Winograd's F(2 × 2, 3 × 3): 16 multiplications for four results instead of 36.
//
// Formula   y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A for each 2 × 2 of results, summed over channels before the last transform
// Steps     winograd_weights: U[16, rows, channels]; winograd_source: V[16, channels, tiles]; then 16 products M = U·V by
//           gemm.cu's kernels; winograd_result: M[16, rows, tiles] to the result with the epilogue of conv.cu.
// Gradient  by the source: the same with the padding 2 − low and, in winograd_weights, windows turned and axes swapped.
// Layouts   f32; source [images, channels, H, W], result [images, rows, H, W], weight [rows, channels, 3, 3] ([channels, rows, 3, 3]
//           where transposed). Tile t is image, row and column of 2 × 2 results; one group, two axes.
// Limits    images·tiles, tiles·channels and tiles·rows < 2³¹. Sums are f32, within three times the error of the direct kernels.
// Launch    weights: grid ceil(rows·channels/256); source: (ceil(tiles/256), channels); result: (ceil(tiles/256), rows); block 256.
// Source    Lavin, Gray 2015, arXiv 1509.09308.
#define T f32
#include "conv.cuh"

struct WinogradTiles {
    // All tiles; those of an image and of a row.
    int count;
    Divisor image, row;
};

// --- Device helpers --------------------------------------------------------------------------------------------------

// G w of a column of three.
DEVICE void weights_of(float a, float b, float c, float *u) {
    u[0] = a;
    u[1] = 0.5f * (a + b + c);
    u[2] = 0.5f * (a - b + c);
    u[3] = c;
}

// Bᵀ x of a column of four.
DEVICE void source_of(float a, float b, float c, float d, float *v) {
    v[0] = a - c;
    v[1] = b + c;
    v[2] = c - b;
    v[3] = b - d;
}

// --- Exported entries ------------------------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256) winograd_weights(const float *weight, float *u, int rows, int channels, int transposed) {
    long long i = (long long)blockIdx.x * 256 + threadIdx.x, size = (long long)rows * channels;
    if (i >= size) return;
    const float *w = weight + 9 * (transposed ? i % channels * rows + i / channels : i);
    float half[3][4], whole[4];
#pragma unroll
    for (int column = 0; column < 3; column++) {
        // Turned by half a turn, the last element comes first.
        if (transposed) weights_of(w[8 - column], w[5 - column], w[2 - column], half[column]);
        else weights_of(w[column], w[3 + column], w[6 + column], half[column]);
    }
#pragma unroll
    for (int row = 0; row < 4; row++) {
        weights_of(half[0][row], half[1][row], half[2][row], whole);
#pragma unroll
        for (int column = 0; column < 4; column++) u[(row * 4 + column) * size + i] = whole[column];
    }
}

extern "C" __global__ void __launch_bounds__(256) winograd_source(ConvArguments g, WinogradTiles tiles, float *v) {
    int t = blockIdx.x * 256 + threadIdx.x, channel = blockIdx.y, column = t;
    if (t >= tiles.count) return;
    int image = divide(column, tiles.image), row = divide(column, tiles.row), h0 = g.h.origin + 2 * row, w0 = g.w.origin + 2 * column;
    const float *x = g.source + image * g.sourceImage + (long long)channel * g.sourcePlane;
    float half[4][4], whole[4];
#pragma unroll
    for (int j = 0; j < 4; j++) {
        float in[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int h = h0 + i, w = w0 + j;
            in[i] = (unsigned)h < (unsigned)g.h.size && (unsigned)w < (unsigned)g.w.size ? x[(long long)h * g.w.size + w] : 0.0f;
        }
        source_of(in[0], in[1], in[2], in[3], half[j]);
    }
    long long at = (long long)channel * tiles.count + t, size = (long long)g.channels * tiles.count;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        source_of(half[0][i], half[1][i], half[2][i], half[3][i], whole);
#pragma unroll
        for (int j = 0; j < 4; j++) v[(i * 4 + j) * size + at] = whole[j];
    }
}

extern "C" __global__ void __launch_bounds__(256) winograd_result(ConvArguments g, WinogradTiles tiles, const float *products) {
    int t = blockIdx.x * 256 + threadIdx.x, channel = blockIdx.y, column = t;
    if (t >= tiles.count) return;
    int image = divide(column, tiles.image), row = divide(column, tiles.row), h = 2 * row, w = 2 * column;
    long long from = (long long)channel * tiles.count + t, size = (long long)g.rows * tiles.count;
    float half[4][2];
#pragma unroll
    for (int j = 0; j < 4; j++) {
        float m[4];
#pragma unroll
        for (int i = 0; i < 4; i++) m[i] = products[(i * 4 + j) * size + from];
        half[j][0] = m[0] + m[1] + m[2];
        half[j][1] = m[1] - m[2] - m[3];
    }
    long long at = image * g.resultImage + (long long)channel * g.resultPlane + (long long)h * g.resultRow + w;
    int height = (int)(g.placesHW.value / g.placesW.value), width = (int)g.placesW.value;
#pragma unroll 1
    for (int i = 0; i < 2; i++, at += g.resultRow) {
        if (h + i >= height) break;
        float a = i ? half[0][1] : half[0][0], b = i ? half[1][1] : half[1][0], c = i ? half[2][1] : half[2][0], d = i ? half[3][1] : half[3][0];
        float left = finish(g, a + b + c, channel, at);
        if (w + 1 >= width) {
            g.result[at] = left;
            continue;
        }
        float right = finish(g, b - c - d, channel, at + 1);
        if ((at & 1) == 0) {
            store_two<f32>(g.result + at, left, right);
        } else {
            g.result[at] = left;
            g.result[at + 1] = right;
        }
    }
}

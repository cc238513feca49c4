// Matrix products C = A·B, row-major, sizes multiples of the tiles.
// gemm_simt: f32, tile 64×64×16, 256 threads, 4×4 results a thread.
// gemm_tensor: bf16 with f32 sums, tile 64×64×32, 128 threads, each warp 32×32 by mma.sync m16n8k16; ldmatrix from
// shared memory whose 16-byte chunks are swizzled by row, filled by cp.async in two stages.

extern "C" __global__ void __launch_bounds__(256) gemm_simt(const float *a, const float *b, float *c, int m, int n, int k) {
    __shared__ __align__(16) float as[16][64 + 4], bs[16][64];
    int tx = threadIdx.x % 16, ty = threadIdx.x / 16, row = blockIdx.y * 64, column = blockIdx.x * 64;
    float sum[4][4] = {};
    for (int k0 = 0; k0 < k; k0 += 16) {
        int r = threadIdx.x / 4, q = threadIdx.x % 4 * 4;
        float4 v = *(const float4 *)(a + (size_t)(row + r) * k + k0 + q);
        as[q][r] = v.x; as[q + 1][r] = v.y; as[q + 2][r] = v.z; as[q + 3][r] = v.w;
        int br = threadIdx.x / 16, bq = threadIdx.x % 16 * 4;
        *(float4 *)(bs[br] + bq) = *(const float4 *)(b + (size_t)(k0 + br) * n + column + bq);
        __syncthreads();
#pragma unroll
        for (int kk = 0; kk < 16; kk++) {
            float4 x = *(const float4 *)(as[kk] + ty * 4), y = *(const float4 *)(bs[kk] + tx * 4);
            float xs[4] = {x.x, x.y, x.z, x.w}, ys[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) sum[i][j] = fmaf(xs[i], ys[j], sum[i][j]);
        }
        __syncthreads();
    }
    for (int i = 0; i < 4; i++)
        *(float4 *)(c + (size_t)(row + ty * 4 + i) * n + column + tx * 4) = make_float4(sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
}

__device__ __forceinline__ void copy16(unsigned target, const void *source) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(target), "l"(source));
}

__device__ __forceinline__ void load_matrix4(unsigned address, unsigned r[4]) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

__device__ __forceinline__ void load_matrix4_transposed(unsigned address, unsigned r[4]) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

__device__ __forceinline__ void multiply(float c[4], const unsigned a[4], unsigned b0, unsigned b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

extern "C" __global__ void __launch_bounds__(128) gemm_tensor(const unsigned short *a, const unsigned short *b, float *c, int m, int n, int k) {
    // A: [2][64 rows][4 chunks of 8], B: [2][32 rows][8 chunks of 8].
    __shared__ __align__(128) unsigned short as[2][64 * 32], bs[2][32 * 64];
    int t = threadIdx.x, lane = t % 32, warp = t / 32, row = blockIdx.y * 64, column = blockIdx.x * 64;
    int warpRow = warp / 2 * 32, warpColumn = warp % 2 * 32;
    unsigned sharedA = (unsigned)__cvta_generic_to_shared(as), sharedB = (unsigned)__cvta_generic_to_shared(bs);
    float sum[2][4][4] = {};

    auto fill = [&](int stage, int k0) {
        for (int q = t; q < 256; q += 128) {
            int r = q / 4, chunk = q % 4;
            copy16(sharedA + stage * 4096 + (r * 4 + (chunk ^ (r / 2 % 4))) * 16, a + (size_t)(row + r) * k + k0 + chunk * 8);
        }
        for (int q = t; q < 256; q += 128) {
            int r = q / 8, chunk = q % 8;
            copy16(sharedB + stage * 4096 + (r * 8 + (chunk ^ (r % 8))) * 16, b + (size_t)(k0 + r) * n + column + chunk * 8);
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };

    fill(0, 0);
    int steps = k / 32;
    for (int s = 0; s < steps; s++) {
        if (s + 1 < steps) fill((s + 1) & 1, (s + 1) * 32);
        else asm volatile("cp.async.commit_group;" ::: "memory");
        asm volatile("cp.async.wait_group 1;" ::: "memory");
        __syncthreads();
        unsigned baseA = sharedA + (s & 1) * 4096, baseB = sharedB + (s & 1) * 4096;
#pragma unroll
        for (int kk = 0; kk < 2; kk++) {
            unsigned fa[2][4], fb[2][4];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                int r = warpRow + i * 16 + lane % 16, chunk = kk * 2 + lane / 16;
                load_matrix4(baseA + (r * 4 + (chunk ^ (r / 2 % 4))) * 16, fa[i]);
            }
#pragma unroll
            for (int j = 0; j < 2; j++) {
                int r = kk * 16 + lane % 16, chunk = warpColumn / 8 + j * 2 + lane / 16;
                load_matrix4_transposed(baseB + (r * 8 + (chunk ^ (r % 8))) * 16, fb[j]);
            }
#pragma unroll
            for (int i = 0; i < 2; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) multiply(sum[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
        }
        __syncthreads();
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 4; j++) {
            float *p = c + (size_t)(row + warpRow + i * 16 + lane / 4) * n + column + warpColumn + j * 8 + lane % 4 * 2;
            *(float2 *)p = make_float2(sum[i][j][0], sum[i][j][1]);
            *(float2 *)(p + 8 * n) = make_float2(sum[i][j][2], sum[i][j][3]);
        }
}

// Small kernels, one for each basic ability of the machine: elementwise work, divergence, calls, local arrays, output.

extern "C" __global__ void vector_add(const float *a, const float *b, float *c, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) c[i] = a[i] + b[i];
}

extern "C" __global__ void vector_add4(const float4 *a, const float4 *b, float4 *c, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        float4 x = a[i], y = b[i];
        c[i] = make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w);
    }
}

// Steps of the Collatz sequence: every lane leaves the loop at another time.
extern "C" __global__ void collatz(const unsigned *start, int *steps, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned v = start[i];
    int count = 0;
    while (v != 1) {
        if (v & 1) v = 3 * v + 1;
        else v >>= 1;
        if (++count > 1000) break;
    }
    steps[i] = count;
}

// Nested branches and a switch with holes and fallthrough.
extern "C" __global__ void classify(const int *x, int *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int v = x[i], r = 0;
    if (v < 0) {
        if (v < -100) r = v % 7 == 0 ? -3 : -2;
        else for (int k = v; k < 0; k += 3) r -= k & 3;
    } else {
        switch (v % 11) {
            case 0: r = 10; break;
            case 1: r += 1;
            case 2: r += 20; break;
            case 3: for (int k = 0; k < v; k++) { if (k % 5 == 4) continue; r += k; } break;
            case 5: r = v * v; break;
            case 8: r = v > 50 ? v / 3 : v * 3; break;
            case 9: r = ~v; break;
            default: r = -v; break;
        }
    }
    y[i] = r;
}

__device__ __noinline__ float horner(float x, int degree) {
    float r = 1.0f;
    for (int k = degree; k > 0; k--) r = fmaf(r, x / (float)k, 1.0f);
    return r;
}

struct Pair { float a; double b; int c; };

__device__ __noinline__ Pair combine(Pair p, Pair q) {
    Pair r = {p.a + q.a, p.b * q.b, p.c - q.c};
    return r;
}

// Calls under divergence, and structures as arguments and results.
extern "C" __global__ void calls(const float *x, float *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float r;
    if (i % 3 == 0) r = horner(x[i], 5 + i % 4);
    else if (i % 3 == 1) r = horner(-x[i], 3);
    else {
        Pair p = {x[i], 2.0, i}, q = {1.0f, x[i], 1};
        Pair s = combine(p, combine(q, p));
        r = s.a + (float)s.b + s.c;
    }
    y[i] = r;
}

__device__ __noinline__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

extern "C" __global__ void recursive(const int *x, int *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = fibonacci(x[i]);
}

typedef float (*Operation)(float);
__device__ __noinline__ float twice(float x) { return 2.0f * x; }
__device__ __noinline__ float square(float x) { return x * x; }
__device__ __noinline__ float negate(float x) { return -x; }
__device__ Operation operations[3] = {twice, square, negate};

extern "C" __global__ void indirect(const float *x, float *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = operations[i % 3](x[i]);
}

// An array that lives in local memory because its index is not constant: insertion sort of eight values.
extern "C" __global__ void local_sort(const int *x, int *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int v[8];
    for (int k = 0; k < 8; k++) {
        int value = x[8 * i + k], j = k;
        for (; j > 0 && v[j - 1] > value; j--) v[j] = v[j - 1];
        v[j] = value;
    }
    for (int k = 0; k < 8; k++) y[8 * i + k] = v[k];
}

__constant__ float weights[5] = {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f};

extern "C" __global__ void blur(const float *x, float *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float s = 0;
    for (int k = -2; k <= 2; k++) s += weights[k + 2] * x[min(max(i + k, 0), n - 1)];
    y[i] = s;
}

extern "C" __global__ void say(int n, float f) {
    int i = threadIdx.x;
    if (i < n) printf("thread %d of %u: %6.2f %e|%-5d|%05d|%x|%c|%s|%lld%%\n", i, blockDim.x, f * i, (double)f, i, -i, 255u, 'a' + i, "text", 1234567890123LL);
}

extern "C" __global__ void asserts(const int *x) { assert(x[threadIdx.x] >= 0); }

// Philox 4x32-10, as curand has it: products of full width and key schedule.
extern "C" __global__ void philox(uint4 *out, unsigned seed, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned c0 = i, c1 = 0, c2 = 0, c3 = 0, k0 = seed, k1 = 0;
    for (int r = 0; r < 10; r++) {
        unsigned h0 = __umulhi(0xD2511F53u, c0), l0 = 0xD2511F53u * c0;
        unsigned h1 = __umulhi(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
        c0 = h1 ^ c1 ^ k0; c1 = l1; c2 = h0 ^ c3 ^ k1; c3 = l0;
        k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
    }
    out[i] = make_uint4(c0, c1, c2, c3);
}

// Integer work of many kinds in f64 and 64 bits.
extern "C" __global__ void mixed(const long long *x, const double *d, long long *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long v = x[i];
    double e = d[i];
    long long r = v / 7 + v % 13 + (v >> 3) + (v << 2) + __popcll(v) + __clzll(v) + (long long)(e * 3.5) + (v > 0 ? v * v : -v);
    r ^= (long long)(unsigned long long)(e > 0 ? e : 0) + (unsigned short)v + (signed char)v;
    y[i] = r + (long long)fma(e, e, 1.0) + (long long)sqrt(fabs(e));
}

// What CUDA C needs beyond the language when clang compiles it to PTX without the CUDA headers:
//   clang -x cuda --cuda-device-only --cuda-gpu-arch=sm_80 -nocudainc -nocudalib -fdeclspec -include clang.cuh
//         -O3 -std=c++17 -S -Xclang -target-feature -Xclang +ptx75
// NVRTC declares all of this itself and never sees this file. Names and semantics are CUDA's; limits: no libdevice, so
// only functions that are one instruction are here, and no host side.
// Source of the built-ins: clang's BuiltinsNVPTX.def.
#pragma once

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __align__(n) __attribute__((aligned(n)))
#define __cdn_inline __device__ __forceinline__ static

typedef unsigned long size_t;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long long ulonglong;

// --- Vector types ---------------------------------------------------------------------------------------------------

// Vectors of two and four are clang's own vectors: a copy of one is one access of 8 or 16 bytes, which clang does not
// promise for structures. Their members have no addresses; otherwise they are used like CUDA's structures.
// Write *(float4 *)(row + i), not *(float4 *)&row[i]: clang takes the alignment of a float for the second and splits it.

#define __cdn_pair(T, N)                                                                                                 \
    typedef T N##2 __attribute__((ext_vector_type(2)));                                                                  \
    __cdn_inline N##2 make_##N##2(T x, T y) { return N##2{x, y}; }
#define __cdn_triple(T, N)                                                                                               \
    struct N##3 { T x, y, z; };                                                                                         \
    __cdn_inline N##3 make_##N##3(T x, T y, T z) { return N##3{x, y, z}; }
#define __cdn_vectors(T, N)                                                                                              \
    __cdn_pair(T, N) __cdn_triple(T, N) typedef T N##4 __attribute__((ext_vector_type(4)));                              \
    __cdn_inline N##4 make_##N##4(T x, T y, T z, T w) { return N##4{x, y, z, w}; }
// Four of 8 bytes are aligned to 16 in CUDA, so they are structures.
#define __cdn_wide_vectors(T, N)                                                                                         \
    __cdn_pair(T, N) __cdn_triple(T, N) struct __align__(16) N##4 { T x, y, z, w; };                                     \
    __cdn_inline N##4 make_##N##4(T x, T y, T z, T w) { return N##4{x, y, z, w}; }

__cdn_vectors(signed char, char)
__cdn_vectors(unsigned char, uchar)
__cdn_vectors(short, short)
__cdn_vectors(unsigned short, ushort)
__cdn_vectors(int, int)
__cdn_vectors(unsigned int, uint)
__cdn_vectors(float, float)
__cdn_wide_vectors(long long, longlong)
__cdn_wide_vectors(unsigned long long, ulonglong)
__cdn_wide_vectors(double, double)
#undef __cdn_pair
#undef __cdn_triple
#undef __cdn_vectors
#undef __cdn_wide_vectors

struct dim3 {
    unsigned x, y, z;
    __device__ dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

// --- Position of the thread -----------------------------------------------------------------------------------------

#define __cdn_position(NAME, SREG)                                                                                       \
    struct __cdn_##NAME##_t {                                                                                           \
        __declspec(property(get = __get_x)) unsigned x;                                                                  \
        __declspec(property(get = __get_y)) unsigned y;                                                                  \
        __declspec(property(get = __get_z)) unsigned z;                                                                  \
        __device__ __forceinline__ unsigned __get_x() const { return __nvvm_read_ptx_sreg_##SREG##_x(); }                \
        __device__ __forceinline__ unsigned __get_y() const { return __nvvm_read_ptx_sreg_##SREG##_y(); }                \
        __device__ __forceinline__ unsigned __get_z() const { return __nvvm_read_ptx_sreg_##SREG##_z(); }                \
    };                                                                                                                  \
    extern const __device__ __attribute__((weak)) __cdn_##NAME##_t NAME;

__cdn_position(threadIdx, tid)
__cdn_position(blockIdx, ctaid)
__cdn_position(blockDim, ntid)
__cdn_position(gridDim, nctaid)
#undef __cdn_position

__attribute__((device)) constexpr int warpSize = 32;

// --- Barriers and fences ---------------------------------------------------------------------------------------------
// __syncthreads() itself is built into clang.

__cdn_inline int __syncthreads_count(int p) { return __nvvm_bar0_popc(p); }
__cdn_inline int __syncthreads_and(int p) { return __nvvm_bar0_and(p); }
__cdn_inline int __syncthreads_or(int p) { return __nvvm_bar0_or(p); }
__cdn_inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) { __nvvm_bar_warp_sync(mask); }
__cdn_inline void __threadfence_block() { __nvvm_membar_cta(); }
__cdn_inline void __threadfence() { __nvvm_membar_gl(); }
__cdn_inline void __threadfence_system() { __nvvm_membar_sys(); }

// --- Exchange between lanes ------------------------------------------------------------------------------------------

#define __cdn_shuffle(NAME, OP, CLAMP)                                                                                   \
    __cdn_inline int NAME(unsigned mask, int v, int lane, int width = 32) {                                              \
        return __nvvm_shfl_sync_##OP##_i32(mask, v, lane, ((32 - width) << 8) | CLAMP);                                  \
    }                                                                                                                   \
    __cdn_inline unsigned NAME(unsigned mask, unsigned v, int lane, int width = 32) {                                    \
        return (unsigned)__nvvm_shfl_sync_##OP##_i32(mask, (int)v, lane, ((32 - width) << 8) | CLAMP);                   \
    }                                                                                                                   \
    __cdn_inline float NAME(unsigned mask, float v, int lane, int width = 32) {                                          \
        return __nvvm_shfl_sync_##OP##_f32(mask, v, lane, ((32 - width) << 8) | CLAMP);                                  \
    }                                                                                                                   \
    __cdn_inline unsigned long long NAME(unsigned mask, unsigned long long v, int lane, int width = 32) {                \
        unsigned lo = NAME(mask, (unsigned)v, lane, width), hi = NAME(mask, (unsigned)(v >> 32), lane, width);           \
        return ((unsigned long long)hi << 32) | lo;                                                                     \
    }                                                                                                                   \
    __cdn_inline double NAME(unsigned mask, double v, int lane, int width = 32) {                                        \
        unsigned long long bits = NAME(mask, __builtin_bit_cast(unsigned long long, v), lane, width);                    \
        return __builtin_bit_cast(double, bits);                                                                        \
    }

__cdn_shuffle(__shfl_sync, idx, 0x1F)
__cdn_shuffle(__shfl_up_sync, up, 0)
__cdn_shuffle(__shfl_down_sync, down, 0x1F)
__cdn_shuffle(__shfl_xor_sync, bfly, 0x1F)
#undef __cdn_shuffle

__cdn_inline int __all_sync(unsigned mask, int p) { return __nvvm_vote_all_sync(mask, p); }
__cdn_inline int __any_sync(unsigned mask, int p) { return __nvvm_vote_any_sync(mask, p); }
__cdn_inline int __uni_sync(unsigned mask, int p) { return __nvvm_vote_uni_sync(mask, p); }
__cdn_inline unsigned __ballot_sync(unsigned mask, int p) { return __nvvm_vote_ballot_sync(mask, p); }
__cdn_inline unsigned __match_any_sync(unsigned mask, unsigned v) { return __nvvm_match_any_sync_i32(mask, v); }
__cdn_inline unsigned __activemask() { unsigned m; asm volatile("activemask.b32 %0;" : "=r"(m)); return m; }

#define __cdn_redux(NAME, OP, T)                                                                                         \
    __cdn_inline T NAME(unsigned mask, T v) {                                                                            \
        T r;                                                                                                            \
        asm volatile("redux.sync." OP " %0, %1, %2;" : "=r"(r) : "r"(v), "r"(mask));                                     \
        return r;                                                                                                       \
    }
__cdn_redux(__reduce_add_sync, "add.s32", int)
__cdn_redux(__reduce_add_sync, "add.u32", unsigned)
__cdn_redux(__reduce_min_sync, "min.s32", int)
__cdn_redux(__reduce_min_sync, "min.u32", unsigned)
__cdn_redux(__reduce_max_sync, "max.s32", int)
__cdn_redux(__reduce_max_sync, "max.u32", unsigned)
__cdn_redux(__reduce_and_sync, "and.b32", unsigned)
__cdn_redux(__reduce_or_sync, "or.b32", unsigned)
__cdn_redux(__reduce_xor_sync, "xor.b32", unsigned)
#undef __cdn_redux

// --- Atomic operations -----------------------------------------------------------------------------------------------

__cdn_inline int atomicAdd(int *p, int v) { return __nvvm_atom_add_gen_i(p, v); }
__cdn_inline unsigned atomicAdd(unsigned *p, unsigned v) { return (unsigned)__nvvm_atom_add_gen_i((int *)p, (int)v); }
__cdn_inline unsigned long long atomicAdd(unsigned long long *p, unsigned long long v) {
    return (unsigned long long)__nvvm_atom_add_gen_ll((long long *)p, (long long)v);
}
__cdn_inline float atomicAdd(float *p, float v) { return __nvvm_atom_add_gen_f(p, v); }
__cdn_inline double atomicAdd(double *p, double v) { return __nvvm_atom_add_gen_d(p, v); }
__cdn_inline int atomicSub(int *p, int v) { return __nvvm_atom_add_gen_i(p, -v); }
__cdn_inline unsigned atomicSub(unsigned *p, unsigned v) { return (unsigned)__nvvm_atom_add_gen_i((int *)p, -(int)v); }
__cdn_inline int atomicExch(int *p, int v) { return __nvvm_atom_xchg_gen_i(p, v); }
__cdn_inline unsigned atomicExch(unsigned *p, unsigned v) { return (unsigned)__nvvm_atom_xchg_gen_i((int *)p, (int)v); }
__cdn_inline float atomicExch(float *p, float v) {
    return __builtin_bit_cast(float, __nvvm_atom_xchg_gen_i((int *)p, __builtin_bit_cast(int, v)));
}
__cdn_inline int atomicMin(int *p, int v) { return __nvvm_atom_min_gen_i(p, v); }
__cdn_inline unsigned atomicMin(unsigned *p, unsigned v) { return __nvvm_atom_min_gen_ui(p, v); }
__cdn_inline int atomicMax(int *p, int v) { return __nvvm_atom_max_gen_i(p, v); }
__cdn_inline unsigned atomicMax(unsigned *p, unsigned v) { return __nvvm_atom_max_gen_ui(p, v); }
__cdn_inline int atomicAnd(int *p, int v) { return __nvvm_atom_and_gen_i(p, v); }
__cdn_inline unsigned atomicAnd(unsigned *p, unsigned v) { return (unsigned)__nvvm_atom_and_gen_i((int *)p, (int)v); }
__cdn_inline int atomicOr(int *p, int v) { return __nvvm_atom_or_gen_i(p, v); }
__cdn_inline unsigned atomicOr(unsigned *p, unsigned v) { return (unsigned)__nvvm_atom_or_gen_i((int *)p, (int)v); }
__cdn_inline int atomicXor(int *p, int v) { return __nvvm_atom_xor_gen_i(p, v); }
__cdn_inline unsigned atomicXor(unsigned *p, unsigned v) { return (unsigned)__nvvm_atom_xor_gen_i((int *)p, (int)v); }
__cdn_inline unsigned atomicInc(unsigned *p, unsigned v) { return __nvvm_atom_inc_gen_ui(p, v); }
__cdn_inline unsigned atomicDec(unsigned *p, unsigned v) { return __nvvm_atom_dec_gen_ui(p, v); }
__cdn_inline int atomicCAS(int *p, int compare, int v) { return __nvvm_atom_cas_gen_i(p, compare, v); }
__cdn_inline unsigned atomicCAS(unsigned *p, unsigned compare, unsigned v) {
    return (unsigned)__nvvm_atom_cas_gen_i((int *)p, (int)compare, (int)v);
}
__cdn_inline unsigned long long atomicCAS(unsigned long long *p, unsigned long long compare, unsigned long long v) {
    return (unsigned long long)__nvvm_atom_cas_gen_ll((long long *)p, (long long)compare, (long long)v);
}

// --- Bits and casts --------------------------------------------------------------------------------------------------

__cdn_inline float __uint_as_float(unsigned v) { return __builtin_bit_cast(float, v); }
__cdn_inline float __int_as_float(int v) { return __builtin_bit_cast(float, v); }
__cdn_inline unsigned __float_as_uint(float v) { return __builtin_bit_cast(unsigned, v); }
__cdn_inline int __float_as_int(float v) { return __builtin_bit_cast(int, v); }
__cdn_inline double __longlong_as_double(long long v) { return __builtin_bit_cast(double, v); }
__cdn_inline long long __double_as_longlong(double v) { return __builtin_bit_cast(long long, v); }
__cdn_inline int __popc(unsigned v) { return __builtin_popcount(v); }
__cdn_inline int __popcll(unsigned long long v) { return __builtin_popcountll(v); }
__cdn_inline int __clz(int v) { return v == 0 ? 32 : __builtin_clz((unsigned)v); }
__cdn_inline int __clzll(long long v) { return v == 0 ? 64 : __builtin_clzll((unsigned long long)v); }
__cdn_inline int __ffs(int v) { return __builtin_ffs(v); }
__cdn_inline unsigned __brev(unsigned v) { return __builtin_bitreverse32(v); }
__cdn_inline unsigned __byte_perm(unsigned a, unsigned b, unsigned s) { return (unsigned)__nvvm_prmt((int)a, (int)b, (int)s); }
__cdn_inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)(((unsigned long long)a * b) >> 32); }
__cdn_inline int __mulhi(int a, int b) { return (int)(((long long)a * b) >> 32); }
__cdn_inline unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned n) {
    unsigned r;
    asm("shf.l.wrap.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(lo), "r"(hi), "r"(n));
    return r;
}
__cdn_inline unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned n) {
    unsigned r;
    asm("shf.r.wrap.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(lo), "r"(hi), "r"(n));
    return r;
}
__cdn_inline unsigned long __cvta_generic_to_shared(const void *p) {
    return (unsigned long)(__attribute__((address_space(3))) const void *)p;
}
__cdn_inline unsigned long __cvta_generic_to_global(const void *p) {
    return (unsigned long)(__attribute__((address_space(1))) const void *)p;
}
template <typename T> __cdn_inline T __ldg(const T *p) { return *p; }

// --- Arithmetic of one instruction -----------------------------------------------------------------------------------

__cdn_inline float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
__cdn_inline double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
__cdn_inline float fminf(float a, float b) { return __builtin_fminf(a, b); }
__cdn_inline float fmaxf(float a, float b) { return __builtin_fmaxf(a, b); }
__cdn_inline double fmin(double a, double b) { return __builtin_fmin(a, b); }
__cdn_inline double fmax(double a, double b) { return __builtin_fmax(a, b); }
__cdn_inline float fabsf(float a) { return __builtin_fabsf(a); }
__cdn_inline double fabs(double a) { return __builtin_fabs(a); }
__cdn_inline float copysignf(float a, float b) { return __builtin_copysignf(a, b); }
__cdn_inline float sqrtf(float a) { return __nvvm_sqrt_rn_f(a); }
__cdn_inline double sqrt(double a) { return __nvvm_sqrt_rn_d(a); }
__cdn_inline float rsqrtf(float a) { return __nvvm_rsqrt_approx_f(a); }
__cdn_inline float floorf(float a) { return __nvvm_floor_f(a); }
__cdn_inline float ceilf(float a) { return __nvvm_ceil_f(a); }
__cdn_inline float truncf(float a) { return __nvvm_trunc_f(a); }
__cdn_inline float rintf(float a) { return __builtin_rintf(a); }
__cdn_inline float __frcp_rn(float a) { return __nvvm_rcp_rn_f(a); }
__cdn_inline float __fsqrt_rn(float a) { return __nvvm_sqrt_rn_f(a); }
__cdn_inline float __fdividef(float a, float b) { return __nvvm_div_approx_f(a, b); }
__cdn_inline float __saturatef(float a) { return __nvvm_saturate_f(a); }
__cdn_inline float __sinf(float a) { return __nvvm_sin_approx_f(a); }
__cdn_inline float __cosf(float a) { return __nvvm_cos_approx_f(a); }
__cdn_inline float __log2f(float a) { return __nvvm_lg2_approx_f(a); }
__cdn_inline float __logf(float a) { return __nvvm_lg2_approx_f(a) * 0.6931471805599453f; }
__cdn_inline float __exp2f(float a) { return __nvvm_ex2_approx_f(a); }
__cdn_inline float __expf(float a) { return __nvvm_ex2_approx_f(a * 1.4426950408889634f); }
__cdn_inline int min(int a, int b) { return a < b ? a : b; }
__cdn_inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
__cdn_inline long long min(long long a, long long b) { return a < b ? a : b; }
__cdn_inline float min(float a, float b) { return __builtin_fminf(a, b); }
__cdn_inline int max(int a, int b) { return a > b ? a : b; }
__cdn_inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
__cdn_inline long long max(long long a, long long b) { return a > b ? a : b; }
__cdn_inline float max(float a, float b) { return __builtin_fmaxf(a, b); }
__cdn_inline long long clock64() { return __nvvm_read_ptx_sreg_clock64(); }
__cdn_inline int clock() { return __nvvm_read_ptx_sreg_clock(); }

// --- Output and assertions -------------------------------------------------------------------------------------------

extern "C" __device__ int printf(const char *format, ...);
extern "C" __device__ __attribute__((noreturn)) void __assertfail(const char *message, const char *file, unsigned line, const char *function, size_t charSize);
#ifndef NDEBUG
#define assert(e) ((e) ? (void)0 : __assertfail(#e, __FILE__, __LINE__, __PRETTY_FUNCTION__, sizeof(char)))
#else
#define assert(e) ((void)0)
#endif

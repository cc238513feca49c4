using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>gemm.cu</c> and <c>gemm_simt.cu</c>.</summary>
public static class GemmKernels
{
    /// <summary>Products on tensor cores.</summary>
    public static KernelFamily Family { get; } = new("gemm", "Matrix products on tensor cores, batched, split, of one row, with bias, activation and residual.",
        [.. from type in KernelTypes.Floats from ta in Both from tb in Both from aligned in Both select Spec(type, ta, tb, aligned)],
        [
            Sample("gemm_mma", "bf16", 256, 256, 128),
            Sample("gemm_mma", "f32", 256, 256, 128),
            Sample("gemv", "f32", 1, 512, 1024),
            JoinSample(Spec("f32", false, true, false)),
        ]);

    /// <summary>Products without them.</summary>
    public static KernelFamily SimtFamily { get; } = new("gemm_simt", "Matrix products that are exact in f32, in f64, and of integers.",
        [SimtSpec("f32", large: true), SimtSpec("f32", large: false), SimtSpec("f64", large: true), SimtSpec("i32", large: false), SimtSpec("i64", large: true)],
        [
            Sample("gemm_simt", "f32", 256, 256, 128),
            Sample("gemm_simt", "f64", 128, 128, 64),
            Sample("gemv_simt", "f32", 1, 512, 1024),
            JoinSample(SimtSpec("f32", large: true)),
        ]);

    private static IEnumerable<bool> Both => [false, true];

    /// <summary>The specialisation of tensor cores for a type and orientation. Where A and B lie in whole 16 bytes the tile is
    /// the one of 128 that cards like, otherwise one of 64.</summary>
    public static KernelSpec Spec(string type, bool ta, bool tb, bool aligned) => aligned
        ? KernelSpec.Of("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=1")
        : KernelSpec.Of("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=0", "BM=64", "BN=64");

    /// <summary>The specialisation without tensor cores: f32, f64, i32 or i64; integers wrap, so that the kernel's have no sign.</summary>
    /// <param name="type">The type.</param>
    /// <param name="large">Whether a thread has 64 (4 bytes) or 16 (8 bytes) results; otherwise a quarter of that.</param>
    public static KernelSpec SimtSpec(string type, bool large) => KernelSpec.Of("gemm_simt", $"T={type.Replace('i', 'u')}", $"GROUPS={(large ? 2 : 1)}");

    /// <summary>Rows and columns of a block's tile.</summary>
    public static int Tile(KernelSpec spec)
    {
        if (spec.Source == "gemm") return spec.DefineList.Contains("BM=64") ? 64 : 128;
        int wide = spec.DefineList.Contains("T=f64") || spec.DefineList.Contains("T=u64") ? 2 : 1;
        return (spec.DefineList.Contains("GROUPS=2") ? 128 : 64) / wide;
    }

    /// <summary>A product in the geometry of its kernel.</summary>
    public static KernelLaunch Product(string entry, KernelSpec spec, int m, int n, int batch, int splits)
    {
        int tile = Tile(spec);
        return entry is "gemv" or "gemv_simt"
            ? new(spec, entry, new Dim3((n + 7) / 8, batch), 256)
            : new(spec, entry, new Dim3((int)((m + (long)tile - 1) / tile), (n + tile - 1) / tile, batch * splits), entry == "gemm_mma" ? 128 : 256);
    }

    /// <summary>What adds the parts of a split product.</summary>
    public static KernelLaunch Join(KernelSpec spec, int m, int n, int batch) =>
        new(spec, spec.Source == "gemm" ? "gemm_join" : "gemm_simt_join", new Dim3((int)(((long)m * n + 255) / 256), batch), 256);

    private static KernelSample Sample(string entry, string type, int m, int n, int k)
    {
        SampleBuffer a = new(type, m * k), b = new(type, k * n), c = new(type, m * n, SampleFill.Unwritten);
        var spec = entry.Contains("simt", StringComparison.Ordinal) ? SimtSpec(type, large: true) : Spec(type, false, true, true);
        return new(Product(entry, spec, m, n, 1, 1), [a, b, c], p =>
        [
            KernelArgument.Of(new GemmArguments
            {
                A = p[0],
                B = p[1],
                C = p[2],
                M = m,
                N = n,
                K = k,
                LeadingA = k,
                LeadingB = k,
                LeadingC = n,
                Splits = 1,
                Alpha = 1,
                TransposeB = 1,
            }),
        ])
        { MinimalFlops = 2L * m * n * k };
    }

    private static KernelSample JoinSample(KernelSpec spec)
    {
        const int M = 64, N = 64, Splits = 4;
        return new(Join(spec, M, N, 1), [new("f32", Splits * M * N), new("f32", M * N, SampleFill.Unwritten)], p =>
        [
            KernelArgument.Of(new GemmArguments { C = p[1], Partial = p[0], M = M, N = N, K = 1, LeadingC = N, Splits = Splits, Alpha = 1 }),
        ])
        { MinimalBytes = (Splits + 1) * M * N * 4 };
    }
}

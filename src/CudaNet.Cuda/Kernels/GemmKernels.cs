using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>gemm.cu</c>.</summary>
public static class GemmKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("gemm", "Matrix products on tensor cores and without, batched, split, of one row, with bias, activation and residual.",
        [.. from type in KernelTypes.Floats from ta in Both from tb in Both from aligned in Both select Spec(type, ta, tb, aligned)],
        [
            Sample("gemm_mma", "bf16", aligned: true, 256, 256, 128),
            Sample("gemm_mma", "f32", aligned: true, 256, 256, 128),
            Sample("gemm_simt", "f32", aligned: false, 128, 128, 128),
            Sample("gemv", "f32", aligned: true, 1, 512, 1024),
            Join(),
        ]);

    private static IEnumerable<bool> Both => [false, true];

    /// <summary>The specialisation for a type and orientation. Aligned ones have the tile of 128 that cards like, and no
    /// activation; the others one of 64.</summary>
    public static KernelSpec Spec(string type, bool ta, bool tb, bool aligned) => aligned
        ? KernelSpec.Of("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=1")
        : KernelSpec.Of("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=0", "BM=64", "BN=64", $"ACTIVATION={Activation(type, ta, tb)}");

    /// <summary>The activation of a specialisation that is not aligned: with their number another one each, so that all are tested.</summary>
    public static int Activation(string type, bool ta, bool tb) => ((KernelTypes.Floats.ToList().IndexOf(type) * 4) + (ta ? 2 : 0) + (tb ? 1 : 0)) % 7;

    /// <summary>A product in the geometry of its kernel.</summary>
    public static KernelLaunch Product(string entry, KernelSpec spec, int tile, int m, int n, int batch, int splits) => entry == "gemv"
        ? new(spec, entry, new Dim3((n + 7) / 8, batch), 256)
        : new(spec, entry, new Dim3((n + tile - 1) / tile, (m + tile - 1) / tile, batch * splits), entry == "gemm_mma" ? 128 : 256);

    private static KernelSample Sample(string entry, string type, bool aligned, int m, int n, int k)
    {
        SampleBuffer a = new(type, m * k), b = new(type, k * n), c = new(type, m * n, SampleFill.Unwritten);
        var spec = Spec(type, false, true, aligned);
        return new(Product(entry, spec, entry == "gemm_mma" && aligned ? 128 : 64, m, n, 1, 1), [a, b, c], p =>
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
            }),
        ])
        { MinimalFlops = 2L * m * n * k };
    }

    private static KernelSample Join()
    {
        const int M = 64, N = 64, Splits = 4;
        return new(new(Spec("f32", false, true, false), "gemm_join", M * N / 256, 256), [new("f32", Splits * M * N), new("f32", M * N, SampleFill.Unwritten)], p =>
        [
            KernelArgument.Of(new GemmArguments { C = p[1], Partial = p[0], M = M, N = N, K = 1, LeadingC = N, Splits = Splits, Alpha = 1 }),
        ])
        { MinimalBytes = (Splits + 1) * M * N * 4 };
    }
}

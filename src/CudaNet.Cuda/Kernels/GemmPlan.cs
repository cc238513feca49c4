namespace CudaNet.Cuda.Kernels;

/// <summary>A matrix product, as far as the choice of its kernel depends on it.</summary>
/// <param name="Type">Type of the operands, as kernels name it.</param>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Columns.</param>
/// <param name="K">Terms of each sum.</param>
/// <param name="Batch">Products.</param>
/// <param name="TransposeA">A lies as [K, M].</param>
/// <param name="TransposeB">B lies as [N, K].</param>
/// <param name="IsAligned">A and B, their rows and their matrices begin at multiples of 16 bytes.</param>
public readonly record struct GemmProblem(string Type, int M, int N, int K, int Batch, bool TransposeA, bool TransposeB, bool IsAligned);

/// <summary>Which kernel computes a matrix product, and into how many parts its sums are split.</summary>
/// <param name="Entry">The kernel.</param>
/// <param name="Spec">Its specialisation.</param>
/// <param name="Splits">Parts of each sum; with more than one, <see cref="GemmKernels.Join"/> adds them.</param>
public sealed record GemmPlan(string Entry, KernelSpec Spec, int Splits)
{
    // A part of a sum is worth a block's start and a pass over its result from so many terms on.
    private const int LeastPart = 256;
    private const int MostParts = 32;

    /// <summary>The choice.</summary>
    /// <param name="problem">The product.</param>
    /// <param name="allowTf32">Multiply f32 on tensor cores, with 10 bits; otherwise exactly.</param>
    /// <param name="processors">Multiprocessors of the device.</param>
    public static GemmPlan Of(GemmProblem problem, bool allowTf32, int processors)
    {
        var onTensorCores = problem.Type is "f16" or "bf16" || (problem.Type == "f32" && allowTf32);
        if (problem is { M: 1, TransposeA: false, TransposeB: true })
            return onTensorCores ? new("gemv", GemmKernels.Spec(problem.Type, false, true, problem.IsAligned), 1) : new("gemv_simt", Simt(problem, processors), 1);
        var spec = onTensorCores ? GemmKernels.Spec(problem.Type, problem.TransposeA, problem.TransposeB, problem.IsAligned) : Simt(problem, processors);
        var blocks = Blocks(problem, GemmKernels.Tile(spec));
        var splits = blocks >= processors ? 1 : Math.Min(Math.Min(processors / Math.Max(1, blocks), problem.K / LeastPart), Math.Min(MostParts, 65535 / Math.Max(1, problem.Batch)));
        return new(onTensorCores ? "gemm_mma" : "gemm_simt", spec, (int)Math.Max(1, splits));
    }

    /// <summary>The large tile where it keeps the device busy.</summary>
    private static KernelSpec Simt(GemmProblem problem, int processors) => GemmKernels.SimtSpec(problem.Type, problem.Type switch
    {
        "f32" => Blocks(problem, 128) >= processors,
        "i32" => false,
        _ => true,
    });

    private static long Blocks(GemmProblem problem, int tile) => ((problem.M + (long)tile - 1) / tile) * ((problem.N + (long)tile - 1) / tile) * problem.Batch;
}

using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>reduce.cu</c>.</summary>
public static class ReduceKernels
{
    /// <summary>The operations: Add, Mul, Max, Min.</summary>
    public static IReadOnlyList<string> Operations { get; } = ["Add", "Mul", "Max", "Min"];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("reduce", "Sums, products, extremes and their indices, without atomics.",
        [.. from type in KernelTypes.Floats from operation in Operations select Spec(type, operation)],
        [
            new(Rows("reduce_rows", "f32", "Add", 16, 1024), [new("f32", 16 * 1024), new("f32", 16, SampleFill.Unwritten)], p => [p[0], p[1], 1024, 1f]) { MinimalBytes = 16 * 1024 * 4 },
            new(Axis("f32", "Add", 4, 64, 128), [new("f32", 4 * 64 * 128), new("f32", 4 * 128, SampleFill.Unwritten)], p => [p[0], p[1], 64, 128, 1f]) { MinimalBytes = 4 * 64 * 128 * 4 },
            new(Rows("argmax_rows", "f32", "Max", 16, 1024), [new("f32", 16 * 1024), new("i64", 16, SampleFill.Unwritten)], p => [p[0], p[1], 1024]) { MinimalBytes = 16 * 1024 * 4 },
        ]);

    /// <summary>The specialisation for a type and an operation.</summary>
    public static KernelSpec Spec(string type, string operation) => KernelSpec.Of("reduce", $"T={type}", $"OP={operation}");

    /// <summary><c>reduce_rows</c> or <c>argmax_rows</c>: one block a row.</summary>
    public static KernelLaunch Rows(string entry, string type, string operation, int rows, int n) => new(Spec(type, operation), entry, rows, SoftmaxKernels.RowThreads(n));

    /// <summary><c>reduce_axis</c> of [outer, n, inner]: a warp has 32 neighbours of the inner axis.</summary>
    public static KernelLaunch Axis(string type, string operation, int outer, int n, int inner) => new(Spec(type, operation), "reduce_axis", new Dim3((inner + 31) / 32, outer), new Dim3(32, 8));
}

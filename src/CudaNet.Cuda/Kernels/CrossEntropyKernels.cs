using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>cross_entropy.cu</c>.</summary>
public static class CrossEntropyKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("cross_entropy", "Cross entropy of rows from class numbers, with weights, smoothing and an ignored class, and its gradient.",
        [.. from type in KernelTypes.Floats select Spec(type)],
        [Sample("cross_entropy_forward"), Sample("cross_entropy_backward")]);

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("cross_entropy", $"T={type}");

    /// <summary>One block a row.</summary>
    public static KernelLaunch Rows(string entry, string type, int rows, int n) => new(Spec(type), entry, rows, SoftmaxKernels.RowThreads(n));

    private static KernelSample Sample(string entry)
    {
        const int R = 16, N = 1024;
        SampleBuffer matrix = new("f32", R * N), targets = new("i64", R, SampleFill.Indices, N), row = new("f32", R);
        var result = (entry == "cross_entropy_forward" ? row : matrix) with { Fill = SampleFill.Unwritten };
        return new(Rows(entry, "f32", R, N), [matrix, targets, row, result], p =>
        [
            KernelArgument.Of(new CrossEntropyArguments { Logits = p[0], Targets = p[1], Upstream = p[2], Result = p[3], N = N, TargetBytes = 8, TargetStride = 1, UpstreamStride = 1 }),
        ])
        { MinimalBytes = matrix.Bytes + result.Bytes };
    }
}

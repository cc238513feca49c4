using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>What <c>random.cu</c> draws.</summary>
public enum RandomKind
{
    /// <summary>Words.</summary>
    Bits,

    /// <summary>In [0, 1).</summary>
    Uniform,

    /// <summary>Of mean 0 and deviation 1.</summary>
    Normal,

    /// <summary>In a range of integers.</summary>
    Integer,
}

/// <summary>Launches of <c>random.cu</c> and <c>dropout.cu</c>.</summary>
public static class RandomKernels
{
    private static readonly (RandomKind Kind, string[] Types)[] Kinds =
    [
        (RandomKind.Bits, ["i32", "i64"]),
        (RandomKind.Uniform, ["f32", "f16", "bf16", "f64"]),
        (RandomKind.Normal, ["f32", "f16", "bf16", "f64"]),
        (RandomKind.Integer, ["i64", "i32", "u8"]),
    ];

    /// <summary>The family of draws.</summary>
    public static KernelFamily Family { get; } = new("random", "Random bits, uniform and normal numbers and integers by counter.",
        [.. from kind in Kinds from type in kind.Types select Spec(kind.Kind, type)],
        [
            new(Fill(RandomKind.Uniform, "f32", 4096).Launch, [State, new("f32", 4096, SampleFill.Unwritten)], p => [p[0], p[1], .. Fill(RandomKind.Uniform, "f32", 4096).Arguments]) { MinimalBytes = 4096 * 4 },
        ]);

    /// <summary>The family of dropout.</summary>
    public static KernelFamily DropoutFamily { get; } = new("dropout", "Dropout, whose mask is drawn again in the backward pass.",
        [.. from type in KernelTypes.Floats select DropoutSpec(type)],
        [
            new(Dropout("f32", 4096), [State, new("f32", 4096), new("f32", 4096, SampleFill.Unwritten)], p => [p[0], p[1], p[2], 4096L, 0.5f, 2f]) { MinimalBytes = 2 * 4096 * 4 },
        ]);

    private static SampleBuffer State => new("i64", 2, SampleFill.Indices, 2);

    /// <summary>The specialisation for a kind and a type.</summary>
    public static KernelSpec Spec(RandomKind kind, string type) => KernelSpec.Of("random", $"KIND={kind.ToString().ToUpperInvariant()}", $"T={type}");

    /// <summary>The specialisation of dropout for a type.</summary>
    public static KernelSpec DropoutSpec(string type) => KernelSpec.Of("dropout", $"T={type}");

    /// <summary><c>random_fill</c>: the stream's state, y.</summary>
    /// <param name="kind">What to draw.</param>
    /// <param name="type">Element type.</param>
    /// <param name="count">Elements.</param>
    /// <param name="low">The least integer.</param>
    /// <param name="range">How many integers there are.</param>
    public static PreparedLaunch Fill(RandomKind kind, string type, long count, long low = 0, ulong range = 0)
    {
        var each = kind == RandomKind.Integer || KernelTypes.SizeOf(type) == 8 ? 2 : 4;
        return new(new(Spec(kind, type), "random_fill", ViewKernels.Blocks((count + each - 1) / each), ViewKernels.Threads), [count, low, range]);
    }

    /// <summary><c>dropout</c>: state, x, y, count, probability, scale.</summary>
    public static KernelLaunch Dropout(string type, long count) => new(DropoutSpec(type), "dropout", ViewKernels.Blocks((count + 3) / 4), ViewKernels.Threads);
}

using System.Numerics;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>sampling.cu</c>.</summary>
public static class SamplingKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("sampling", "The next token from logits, by temperature, top k and top p.",
        [.. from type in KernelTypes.Floats select Spec(type)],
        [
            new(Sample("f32", 4, 4096).Launch, [new("f32", 4 * 4096), new("i64", 2, SampleFill.Indices, 2), new("i64", 4, SampleFill.Unwritten)], p => [p[0], p[1], p[2], .. Sample("f32", 4, 4096, 0.8f, 50, 0.9f).Arguments]),
        ]);

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("sampling", $"T={type}");

    /// <summary><c>sample</c>: logits, the stream's state, tokens of 64 bits.</summary>
    /// <param name="type">Element type of the logits.</param>
    /// <param name="rows">How many tokens are drawn.</param>
    /// <param name="n">Logits of a row.</param>
    /// <param name="temperature">What logits are divided by; 0 takes the greatest.</param>
    /// <param name="topK">Draws among so many of the most probable.</param>
    /// <param name="topP">Draws among those that make up this share; 1 for all.</param>
    public static PreparedLaunch Sample(string type, int rows, int n, float temperature = 1, int topK = int.MaxValue, float topP = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(topP);
        var isGreedy = temperature == 0;
        var threads = (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)n), 32, 1024);
        return new(new(Spec(type), "sample", rows, threads), [n, isGreedy ? 1 : 1 / temperature, isGreedy ? 1 : topK, topP]);
    }
}

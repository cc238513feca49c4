using CudaNet.Ops;

namespace CudaNet.Tests.Catalogue;

/// <summary>Where torch is no oracle, and why. Everything else must agree.</summary>
internal static class Differences
{
    /// <summary>Why a sample is not compared; null for those that are.</summary>
    internal static string? Reason(OpDefinition definition, Sample sample) => (definition.Name, RandomShapes.Origin(sample)) switch
    {
        ("Cast", "extremes") => "torch leaves it undefined what NaN, infinities and values out of range become as integers; ours saturate",
        ("Softmax" or "LogSoftmax", "a row of minus infinity") => "torch gives NaN where everything is masked; ours gives no weight and no gradient, by design",
        ("AffineSample", "nowhere") => "torch takes a place that is no number for the first pixel; ours is outside",
        _ => null,
    };
}

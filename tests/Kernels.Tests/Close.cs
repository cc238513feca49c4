using CudaNet.Verification;

namespace CudaNet.Tests;

/// <summary>Assertions on tensors.</summary>
internal static class Close
{
    /// <summary>Fails with the worst element unless all are within a tolerance, relative for large and absolute for small ones.</summary>
    public static void Assert(Tensor actual, Tensor expected, double tolerance)
    {
        NUnit.Framework.Assert.That(actual.Shape, Is.EqualTo(expected.Shape));
        var comparison = Comparison.Of(actual.ToDoubles(), expected.ToDoubles(), new(tolerance, tolerance), actual.Shape);
        NUnit.Framework.Assert.That(comparison.Passed, comparison.ToString());
    }

    /// <summary>As above, against the float64 reference of the same graph.</summary>
    public static void AssertReference(Tensor actual, double tolerance) =>
        Assert(actual, Tensor.From(CudaNet.Cpu.Reference.ReferenceInterpreter.Evaluate(actual).Values, actual.Shape), tolerance);
}

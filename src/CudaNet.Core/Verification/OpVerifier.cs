using System.Text.RegularExpressions;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Verification;

/// <summary>
/// Checks an op from its record in the catalogue: values of all samples in all element types against a float64
/// reference, gradients and second derivatives against differences, and the calls that must be refused. Tests and
/// <c>cudanet verify</c> run the same checks.
/// </summary>
/// <param name="reference">What values are held against.</param>
/// <param name="device">The device under test.</param>
public sealed class OpVerifier(IReference reference, Device device)
{
    /// <summary>Step of central differences.</summary>
    private const double Step = 1e-6;

    /// <summary>Elements of an input whose partial derivative is checked one by one.</summary>
    private const int MostDifferences = 24;

    /// <summary>All checks of an op.</summary>
    public IEnumerable<VerificationResult> Verify(OpDefinition op)
    {
        foreach (var type in op.DTypes)
            foreach (var result in Verify(op, type, VerificationKind.Value)) yield return result;
        foreach (var kind in (VerificationKind[])[VerificationKind.Gradient, VerificationKind.SecondOrder, VerificationKind.Refusal])
            foreach (var result in Verify(op, DType.Float64, kind)) yield return result;
    }

    /// <summary>The checks of one kind. Derivatives are checked in Float64 only.</summary>
    public IEnumerable<VerificationResult> Verify(OpDefinition op, DType type, VerificationKind kind)
    {
        if (kind == VerificationKind.Refusal)
        {
            foreach (var refusal in op.Refusals) yield return Refused(op, refusal);
            yield break;
        }
        if (!Applies(op, kind)) yield break;
        foreach (var sample in op.Samples)
        {
            if (kind != VerificationKind.Value && !sample.Differentiable || !SampleInputs.Suits(sample, type)) continue;
            VerificationResult? result;
            try
            {
                result = kind switch
                {
                    VerificationKind.Value => Value(op, sample, type),
                    VerificationKind.Gradient => Gradient(op, sample),
                    _ => SecondOrder(op, sample),
                };
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                result = new(op.Name, sample.Name, device, type, kind, double.NaN, double.NaN, default, false, $"{error.GetType().Name}: {error.Message}");
            }
            if (result is not null) yield return result;
        }
    }

    /// <summary>True if an op has checks of a kind.</summary>
    public static bool Applies(OpDefinition op, VerificationKind kind) => kind switch
    {
        VerificationKind.Gradient => op.GradientOrder >= 1 && op.DTypes.Contains(DType.Float64),
        VerificationKind.SecondOrder => op.GradientOrder >= 2 && op.DTypes.Contains(DType.Float64),
        VerificationKind.Refusal => op.Refusals.Count > 0,
        _ => true,
    };

    private VerificationResult Value(OpDefinition op, Sample sample, DType type)
    {
        var y = sample.Apply(SampleInputs.Draw(op, sample, type, device).Views);
        var tolerance = Tolerance.Of(y.DType).Times(op.ToleranceScale * Math.Sqrt(sample.SumLength));
        var expected = Array.ConvertAll(reference.Evaluate(y), v => Rounded(v, y.DType));
        // Summands that cancel leave their own rounding behind, which in half types is large.
        if (y.DType.IsHalf() && sample.SumLength > 1) tolerance = tolerance with { Absolute = Math.Max(tolerance.Absolute, tolerance.Relative * Largest(expected)) };
        var comparison = Comparison.Of(y.ToDoubles(), expected, tolerance, y.Shape);
        return Result(op, sample, type, VerificationKind.Value, tolerance, comparison);
    }

    private VerificationResult? Gradient(OpDefinition op, Sample sample)
    {
        if (Differentiate(op, sample) is not { } problem) return null;
        var gradients = Grad.Of(problem.Loss, problem.Leaves);
        var worst = default(VerificationResult);
        for (var k = 0; k < gradients.Length; k++)
        {
            var expected = reference.Evaluate(gradients[k]);
            // The rule against differences of the value …
            var (indices, differences) = Differences(problem, k);
            var atIndices = Array.ConvertAll(indices, i => expected[i]);
            worst = Worse(worst, Result(op, sample, DType.Float64, VerificationKind.Gradient, Tolerance.Differences,
                Comparison.Of(atIndices, differences, Tolerance.Differences, [indices.Length]), $"input {k} against differences: "));
            // … and the device against the rule.
            var tolerance = Tolerance.Of(DType.Float64).Times(op.ToleranceScale * Math.Sqrt(sample.SumLength));
            worst = Worse(worst, Result(op, sample, DType.Float64, VerificationKind.Gradient, tolerance,
                Comparison.Of(gradients[k].ToDoubles(), expected, tolerance, gradients[k].Shape), $"input {k} on {device}: "));
        }
        return worst;
    }

    private VerificationResult? SecondOrder(OpDefinition op, Sample sample)
    {
        if (Differentiate(op, sample) is not { } problem) return null;
        var random = new Random(SampleInputs.Seed(sample.Name));
        var leaves = problem.Leaves;
        var directions = Array.ConvertAll(leaves, leaf => Uniform(random, leaf.ElementCount));
        var gradients = Grad.Of(problem.Loss, leaves);
        Tensor? slope = null;
        for (var k = 0; k < leaves.Length; k++)
        {
            var part = (gradients[k] * Tensor.From(directions[k], leaves[k].Shape, device)).Sum();
            slope = slope is null ? part : slope + part;
        }
        var products = Grad.Of(slope!, leaves);

        double[][] GradientsAt(double step)
        {
            var moved = new Dictionary<Node, double[]>();
            for (var k = 0; k < leaves.Length; k++)
                moved[leaves[k].Node] = [.. leaves[k].ToDoubles().Zip(directions[k], (x, v) => x + step * v)];
            return Array.ConvertAll(gradients, gradient => reference.Evaluate(gradient, moved));
        }

        var (above, below) = (GradientsAt(Step), GradientsAt(-Step));
        var worst = default(VerificationResult);
        for (var k = 0; k < leaves.Length; k++)
        {
            var expected = reference.Evaluate(products[k]);
            var differences = above[k].Zip(below[k], (a, b) => (a - b) / (2 * Step)).ToArray();
            worst = Worse(worst, Result(op, sample, DType.Float64, VerificationKind.SecondOrder, Tolerance.Differences,
                Comparison.Of(expected, differences, Tolerance.Differences, products[k].Shape), $"input {k} against differences: "));
            var tolerance = Tolerance.Of(DType.Float64).Times(op.ToleranceScale * Math.Sqrt(sample.SumLength));
            worst = Worse(worst, Result(op, sample, DType.Float64, VerificationKind.SecondOrder, tolerance,
                Comparison.Of(products[k].ToDoubles(), expected, tolerance, products[k].Shape), $"input {k} on {device}: "));
        }
        return worst;
    }

    private VerificationResult Refused(OpDefinition op, Refusal refusal)
    {
        var message = "was not refused";
        try
        {
            refusal.Call().Realize();
        }
        catch (Exception error) when (error is CudaNetException or ArithmeticException or ArgumentException or InvalidOperationException or OutOfMemoryException)
        {
            message = Regex.IsMatch(error.Message, refusal.Message, RegexOptions.Singleline) ? ""
                : $"was refused by {error.GetType().Name} with \"{error.Message}\", which does not match /{refusal.Message}/";
        }
        return new(op.Name, refusal.Name, device, null, VerificationKind.Refusal, 0, 0, default, message.Length == 0, message);
    }

    /// <summary>A scalar to differentiate: a random linear functional of the result. Null if nothing can be differentiated.</summary>
    private Problem? Differentiate(OpDefinition op, Sample sample)
    {
        var inputs = SampleInputs.Draw(op, sample, DType.Float64, device);
        var leaves = inputs.Differentiable;
        var y = sample.Apply(inputs.Views);
        if (leaves.Length == 0 || !y.DType.IsFloating()) return null;
        var weights = Uniform(new Random(SampleInputs.Seed(sample.Name)), y.ElementCount);
        return new(y, weights, (y.To(DType.Float64) * Tensor.From(weights, y.Shape, device)).Sum(), leaves);
    }

    /// <summary>Central differences of the loss by some elements of a leaf.</summary>
    private (int[] Indices, double[] Differences) Differences(Problem problem, int k)
    {
        var leaf = problem.Leaves[k];
        var values = leaf.ToDoubles();
        var indices = Enumerable.Range(0, values.Length).ToArray();
        if (indices.Length > MostDifferences)
        {
            new Random(k).Shuffle(indices);
            indices = indices[..MostDifferences];
        }
        var differences = new double[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            double[] At(double step)
            {
                var moved = (double[])values.Clone();
                moved[indices[i]] += step;
                return reference.Evaluate(problem.Y, new Dictionary<Node, double[]> { [leaf.Node] = moved });
            }
            // Differences are taken before they are summed: those of a long sum would drown in its rounding.
            var (above, below) = (At(Step), At(-Step));
            for (var j = 0; j < above.Length; j++) differences[i] += problem.Weights[j] * ((above[j] - below[j]) / (2 * Step));
        }
        return (indices, differences);
    }

    private VerificationResult Result(OpDefinition op, Sample sample, DType type, VerificationKind kind, Tolerance tolerance, Comparison comparison, string prefix = "") =>
        new(op.Name, sample.Name, device, type, kind, comparison.MaxAbsolute, comparison.MaxRelative, tolerance, comparison.Passed,
            comparison.Passed ? "" : prefix + comparison.Message);

    private static VerificationResult Worse(VerificationResult? a, VerificationResult b) =>
        a is null || (a.Passed && (!b.Passed || b.MaxAbsolute > a.MaxAbsolute)) ? b : a;

    private static double[] Uniform(Random random, long count)
    {
        var values = new double[count];
        for (long i = 0; i < count; i++) values[i] = 0.5 + random.NextDouble();
        return values;
    }

    private static double Largest(double[] values)
    {
        var largest = 0.0;
        foreach (var value in values)
            if (double.IsFinite(value)) largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    private static double Rounded(double value, DType type) => type switch
    {
        DType.Float32 => (float)value,
        DType.Float16 => (double)(Half)value,
        DType.BFloat16 => (float)(BFloat16)value,
        _ => value,
    };

    private sealed record Problem(Tensor Y, double[] Weights, Tensor Loss, Tensor[] Leaves);
}

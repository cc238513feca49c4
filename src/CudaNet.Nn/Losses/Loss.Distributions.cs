namespace CudaNet.Nn;

public static partial class Loss
{
    /// <summary>Squared maximum mean discrepancy E k(x, x′) + E k(y, y′) − 2 E k(x, y) of two samples, with the kernel
    /// k(a, b) = Σ over the widths σ of exp(−‖a − b‖²/2σ²). It is 0 for equal distributions only.</summary>
    /// <remarks>Gretton and others 2012.</remarks>
    /// <param name="first">x, [n, features].</param>
    /// <param name="second">y, [m, features].</param>
    /// <param name="widths">σ, each above 0; wide ones see far, narrow ones see fine.</param>
    /// <param name="unbiased">True leaves a sample's kernel with itself out, which can give a number slightly below 0; false is never negative.</param>
    /// <exception cref="ShapeException">The samples are no matrices of equal width, or there are fewer than two of a kind.</exception>
    public static Tensor MaximumMeanDiscrepancy(Tensor first, Tensor second, IReadOnlyList<double> widths, bool unbiased = true)
    {
        CheckSamples(nameof(MaximumMeanDiscrepancy), first, second);
        if (widths.Count == 0 || widths.Any(width => !(width > 0)))
            throw new ArgumentException($"MaximumMeanDiscrepancy: the widths are [{string.Join(", ", widths)}]. Give one at least, and numbers above 0.", nameof(widths));
        // Of a sample with itself the distance is 0, and the kernel 1 for each width.
        Tensor Within(Tensor x) => MeanOfPairs(Kernel(x, x), unbiased ? widths.Count : null);
        Tensor Kernel(Tensor x, Tensor y)
        {
            var squares = SquaredDistances(x, y);
            return widths.Select(width => (squares * (-0.5 / (width * width))).Exp()).Aggregate((sum, kernel) => sum + kernel);
        }
        return Within(first) + Within(second) - Kernel(first, second).Mean() * 2;
    }

    /// <summary>Energy distance 2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ of two samples. It is 0 for equal distributions only, and has no width
    /// to choose.</summary>
    /// <remarks>Székely, Rizzo 2013.</remarks>
    /// <param name="first">x, [n, features].</param>
    /// <param name="second">y, [m, features].</param>
    /// <param name="unbiased">True leaves a sample's distance from itself out, which can give a number slightly below 0; false is never negative.</param>
    /// <exception cref="ShapeException">The samples are no matrices of equal width, or there are fewer than two of a kind.</exception>
    public static Tensor EnergyDistance(Tensor first, Tensor second, bool unbiased = true)
    {
        CheckSamples(nameof(EnergyDistance), first, second);
        // The root has no slope at 0, which is where a sample stands to itself.
        static Tensor Distances(Tensor x, Tensor y) => (SquaredDistances(x, y) + 1e-12).Sqrt();
        Tensor Within(Tensor x) => MeanOfPairs(Distances(x, x), unbiased ? 1e-6 : null);
        return Distances(first, second).Mean() * 2 - Within(first) - Within(second);
    }

    /// <summary>‖xᵢ − yⱼ‖², [n, m].</summary>
    private static Tensor SquaredDistances(Tensor x, Tensor y) => (x.Unsqueeze(1) - y.Unsqueeze(0)).Square().Sum(-1);

    /// <summary>The mean over all pairs, or over those of different samples where the value of a sample with itself is given.</summary>
    private static Tensor MeanOfPairs(Tensor pairs, double? self)
    {
        if (self is not { } value) return pairs.Mean();
        double n = pairs.Shape[0];
        return (pairs.Sum() - n * value) / (n * (n - 1));
    }

    private static void CheckSamples(string name, Tensor first, Tensor second)
    {
        if (first.Rank != 2 || second.Rank != 2 || first.Shape[1] != second.Shape[1])
            throw new ShapeException($"{name}: the samples are {first.Shape} and {second.Shape}. Give [n, features] and [m, features], flattened if they are images.");
        if (first.Shape[0] < 2 || second.Shape[0] < 2)
            throw new ShapeException($"{name}: there are {first.Shape[0]} and {second.Shape[0]} samples. Give two of each at least.");
    }
}

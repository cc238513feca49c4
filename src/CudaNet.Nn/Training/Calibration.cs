namespace CudaNet.Nn.Training;

/// <summary>Whether a model is right as often as it says.</summary>
public static class Calibration
{
    /// <summary>The expected calibration error: Σ over bins of confidence (share of samples) · |share right − mean confidence|.</summary>
    /// <remarks>Naeini, Cooper, Hauskrecht 2015. A bin holds confidences above its lower and up to its upper end.</remarks>
    /// <param name="confidences">Probability of each answer, 0 to 1.</param>
    /// <param name="right">Whether it was right.</param>
    /// <param name="bins">Bins of equal width.</param>
    /// <exception cref="ArgumentException">There are no answers, or not as many of both, or a confidence is no probability.</exception>
    public static double ExpectedError(IReadOnlyList<double> confidences, IReadOnlyList<bool> right, int bins = 10)
    {
        ArgumentNullException.ThrowIfNull(confidences);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (confidences.Count == 0 || confidences.Count != right.Count)
            throw new ArgumentException($"Calibration: there are {confidences.Count} confidences and {right.Count} answers. Give as many of both, one at least.", nameof(right));
        foreach (var p in confidences)
            if (!(p >= 0 && p <= 1)) throw new ArgumentException($"Calibration: {p} is no probability. Give numbers from 0 to 1.", nameof(confidences));
        return Enumerable.Range(0, confidences.Count)
            // Rounding must not lift a confidence of 0.6 into the bin above 0.6.
            .GroupBy(i => Math.Clamp((int)Math.Ceiling(confidences[i] * bins - 1e-9) - 1, 0, bins - 1))
            .Sum(bin => bin.Count() / (double)confidences.Count * Math.Abs(bin.Average(i => right[i] ? 1.0 : 0) - bin.Average(i => confidences[i])));
    }
}

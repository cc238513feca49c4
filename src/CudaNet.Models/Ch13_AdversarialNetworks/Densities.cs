using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Distributions over a line, for figures and pictures.</summary>
internal static class Densities
{
    /// <summary>The density of a normal variable.</summary>
    public static Tensor Normal(Tensor x, double mean, double deviation) => (((x - mean) / deviation).Square() * -0.5).Exp() / (deviation * Math.Sqrt(2 * Math.PI));

    /// <summary>Share of the samples in each of 80 parts of an interval, over its width.</summary>
    public static CurveSeries Histogram(string name, Tensor samples, double left, double right)
    {
        const int parts = 80;
        var width = (right - left) / parts;
        var counts = new double[parts];
        double[] all = samples.ToDoubles();
        foreach (var sample in all)
            if (sample >= left && sample < right) counts[Math.Min(parts - 1, (int)((sample - left) / width))]++;
        return new(name, [.. Enumerable.Range(0, parts).Select(k => left + (k + 0.5) * width)], [.. counts.Select(count => count / all.Length / width)]);
    }

    /// <summary>Mean and standard deviation.</summary>
    public static (double Mean, double Deviation) Moments(Tensor samples)
    {
        var wide = samples.To(DType.Float64);
        return (wide.Mean().Item(), Math.Sqrt(wide.Var(correction: 0).Item()));
    }
}

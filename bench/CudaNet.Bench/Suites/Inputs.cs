using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>Inputs for both sides from one seeded source, and values out of torch.</summary>
internal static class Inputs
{
    // A prime: rows of repeated values are not the same row.
    private const int Period = 1048573;

    /// <summary>Standard normal values; many of them repeat, since making them would take longer than what is measured.</summary>
    internal static float[] Normal(long count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        var fresh = values.AsSpan(0, Math.Min(values.Length, Period));
        for (var i = 0; i < fresh.Length; i++)
            fresh[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        for (var i = fresh.Length; i < values.Length; i += Period)
            fresh[..Math.Min(Period, values.Length - i)].CopyTo(values.AsSpan(i));
        return values;
    }

    /// <summary>Normal values scaled as PyTorch's default for a layer with that many inputs.</summary>
    internal static float[] Weights(long count, int inputs, int seed)
    {
        var values = Normal(count, seed);
        var scale = 1 / MathF.Sqrt(inputs);
        for (var i = 0; i < values.Length; i++)
            values[i] *= scale;
        return values;
    }

    internal static long[] Labels(int count, int classes, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(classes))];
    }

    internal static torch.Tensor ToTorch(float[] values, params long[] shape) => torch.tensor(values, shape);

    internal static float[] FromTorch(torch.Tensor tensor)
    {
        using var flat = tensor.detach().contiguous();
        return flat.data<float>().ToArray();
    }
}

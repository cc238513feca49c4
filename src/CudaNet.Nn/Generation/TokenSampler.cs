using CudaNet.Nn.Data;

namespace CudaNet.Nn.Generation;

/// <summary>Chooses a token from logits: the same for the same seed and place on every device.</summary>
public static class TokenSampler
{
    /// <summary>The probabilities that tokens are drawn with: penalty, temperature, top-k and top-p, in this order.</summary>
    /// <param name="logits">Of all tokens.</param>
    /// <param name="options">How.</param>
    /// <param name="seen">Tokens that were there already, for the penalty.</param>
    public static double[] Probabilities(ReadOnlySpan<float> logits, GenerationOptions options, IEnumerable<long>? seen = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var values = new double[logits.Length];
        for (var k = 0; k < values.Length; k++) values[k] = logits[k];
        if (options.RepetitionPenalty != 1)
            foreach (var token in (seen ?? []).Distinct())
                values[token] = values[token] > 0 ? values[token] / options.RepetitionPenalty : values[token] * options.RepetitionPenalty;
        var best = Best(values);
        if (options.Temperature == 0)
        {
            Array.Clear(values);
            values[best] = 1;
            return values;
        }
        var greatest = values[best];
        for (var k = 0; k < values.Length; k++) values[k] = Math.Exp((values[k] - greatest) / options.Temperature);
        if (options.TopK is { } count && count < values.Length) Keep(values, Sorted(values).AsSpan(0, count));
        if (options.TopP is { } share and < 1)
        {
            var order = Sorted(values);
            double total = values.Sum(), sum = 0;
            var kept = 0;
            // The smallest set whose probability reaches the share; rounding of the sum must not let one more in.
            while (kept < order.Length && sum < share * total * (1 - 1e-12)) sum += values[order[kept++]];
            Keep(values, order.AsSpan(0, Math.Max(1, kept)));
        }
        var all = values.Sum();
        for (var k = 0; k < values.Length; k++) values[k] /= all;
        return values;
    }

    /// <summary>Draws a token.</summary>
    /// <param name="probabilities">Of all tokens; they add up to 1.</param>
    /// <param name="seed">Which stream.</param>
    /// <param name="place">Which draw of it.</param>
    public static int Draw(ReadOnlySpan<double> probabilities, long seed, long place)
    {
        var at = new SampleRandom(seed, place).NextDouble();
        var last = 0;
        for (var k = 0; k < probabilities.Length; k++)
        {
            if (probabilities[k] == 0) continue;
            last = k;
            if ((at -= probabilities[k]) < 0) break;
        }
        return last;
    }

    /// <summary>The greatest value's number, the first of equal ones.</summary>
    internal static int Best(ReadOnlySpan<double> values)
    {
        var best = 0;
        for (var k = 1; k < values.Length; k++)
            if (values[k] > values[best]) best = k;
        return best;
    }

    /// <summary>Logarithms of the softmax.</summary>
    internal static double[] LogProbabilities(ReadOnlySpan<float> logits)
    {
        var greatest = double.NegativeInfinity;
        foreach (var x in logits) greatest = Math.Max(greatest, x);
        double sum = 0;
        foreach (var x in logits) sum += Math.Exp(x - greatest);
        var shift = greatest + Math.Log(sum);
        var result = new double[logits.Length];
        for (var k = 0; k < result.Length; k++) result[k] = logits[k] - shift;
        return result;
    }

    private static int[] Sorted(double[] values)
    {
        var order = new int[values.Length];
        for (var k = 0; k < order.Length; k++) order[k] = k;
        Array.Sort(order, (a, b) => values[a] == values[b] ? a.CompareTo(b) : values[b].CompareTo(values[a]));
        return order;
    }

    private static void Keep(double[] values, ReadOnlySpan<int> kept)
    {
        var old = (double[])values.Clone();
        Array.Clear(values);
        foreach (var k in kept) values[k] = old[k];
    }
}

namespace CudaNet.Models.Language;

/// <summary>An n-gram model with interpolated Kneser–Ney smoothing: what an n-gram is not sure of it leaves to shorter ones, whose counts are in how
/// many different contexts a token was seen.</summary>
/// <remarks>Kneser, Ney 1995; Chen, Goodman 1999. One discount an order, n₁/(n₁ + 2·n₂). N-grams are kept under 64 bits of a hash.</remarks>
public sealed class KneserNey
{
    private readonly Dictionary<ulong, int>[] _counts;
    private readonly Dictionary<ulong, (int Total, int Kinds)>[] _contexts;
    private readonly double[] _discounts;
    private readonly int _vocabulary;

    /// <summary>Counts a text.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="order">Tokens of the longest n-grams.</param>
    /// <param name="vocabulary">Number of tokens that there are.</param>
    public KneserNey(ReadOnlySpan<int> tokens, int order, int vocabulary)
    {
        if (order < 1 || vocabulary < 1) throw new ArgumentOutOfRangeException(nameof(order), order, $"KneserNey: order {order} for {vocabulary} tokens. Both must be 1 or more.");
        (Order, _vocabulary) = (order, vocabulary);
        _counts = [.. Enumerable.Range(0, order).Select(_ => new Dictionary<ulong, int>())];
        _contexts = [.. Enumerable.Range(0, order).Select(_ => new Dictionary<ulong, (int, int)>())];
        for (var end = 1; end <= tokens.Length; end++) Count(tokens[Math.Max(0, end - order)..end], order - 1);
        _discounts = [.. _counts.Select(Discount)];
    }

    /// <summary>Tokens of the longest n-grams.</summary>
    public int Order { get; }

    /// <summary>Probability of a token behind others.</summary>
    /// <param name="context">What stands before it; only the last order − 1 tokens count.</param>
    /// <param name="token">The token.</param>
    public double Probability(ReadOnlySpan<int> context, int token)
    {
        var p = 1.0 / _vocabulary;
        for (var n = 0; n < Math.Min(Order, context.Length + 1); n++)
        {
            var before = Hash(context[^n..]);
            if (!_contexts[n].TryGetValue(before, out var known)) break;
            var count = _counts[n].GetValueOrDefault(Extend(before, token));
            p = (Math.Max(0, count - _discounts[n]) + _discounts[n] * known.Kinds * p) / known.Total;
        }
        return p;
    }

    /// <summary>Bits that a text costs, all its tokens together.</summary>
    public double Bits(ReadOnlySpan<int> tokens)
    {
        double bits = 0;
        for (var k = 0; k < tokens.Length; k++) bits -= Math.Log2(Probability(tokens[Math.Max(0, k - Order + 1)..k], tokens[k]));
        return bits;
    }

    /// <summary>Counts an n-gram of its length; a new one counts once for the n-gram without its first token.</summary>
    private void Count(ReadOnlySpan<int> gram, int longest)
    {
        var n = Math.Min(longest, gram.Length - 1);
        while (true)
        {
            var before = Hash(gram[..^1]);
            var key = Extend(before, gram[^1]);
            var count = _counts[n].GetValueOrDefault(key) + 1;
            _counts[n][key] = count;
            var known = _contexts[n].GetValueOrDefault(before);
            _contexts[n][before] = (known.Total + 1, known.Kinds + (count == 1 ? 1 : 0));
            if (count > 1 || n == 0) return;
            gram = gram[1..];
            n--;
        }
    }

    private static double Discount(Dictionary<ulong, int> counts)
    {
        double once = counts.Values.Count(c => c == 1), twice = counts.Values.Count(c => c == 2);
        return once + twice == 0 ? 0.5 : Math.Clamp(once / (once + 2 * twice), 0.1, 0.95);
    }

    private static ulong Hash(ReadOnlySpan<int> tokens)
    {
        ulong hash = 0x9E3779B97F4A7C15;
        foreach (var token in tokens) hash = Extend(hash, token);
        return hash;
    }

    private static ulong Extend(ulong hash, int token)
    {
        hash = (hash ^ (uint)token) * 0xBF58476D1CE4E5B9;
        return (hash ^ (hash >> 29)) * 0x94D049BB133111EB;
    }
}

namespace CudaNet.Nn.Data;

/// <summary>Windows of a long row of tokens: at places that are drawn anew in each epoch, or one behind the other.</summary>
/// <remarks>A batch is Int64 [samples, length + 1] as inputs and, for who wants a target, as targets.</remarks>
public sealed class TokenWindows : Dataset
{
    private readonly int[] _tokens;
    private readonly int? _stride;

    /// <summary>Windows at drawn places.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="length">Tokens that are inputs; the window has one more.</param>
    /// <param name="count">Windows of an epoch.</param>
    public static TokenWindows Drawn(int[] tokens, int length, int count) => new(tokens, length, count, null);

    /// <summary>Windows one behind the other.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="length">Tokens that are inputs; the window has one more.</param>
    /// <param name="stride">Distance of their beginnings.</param>
    public static TokenWindows Along(int[] tokens, int length, int stride)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return new(tokens, length, tokens.Length <= length ? 0 : (tokens.Length - length - 1) / stride + 1, stride);
    }

    private TokenWindows(int[] tokens, int length, int count, int? stride)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (length < 1 || stride < 1 || tokens.Length <= length || count < 1)
            throw new ArgumentException($"TokenWindows: {count} windows of {length} + 1 tokens out of {tokens.Length}. Give more text, or shorter windows.", nameof(length));
        (_tokens, Length, Count, _stride) = (tokens, length, count, stride);
    }

    /// <summary>Tokens that are inputs.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context)
    {
        var values = new long[indices.Length * (Length + 1)];
        for (var k = 0; k < indices.Length; k++)
        {
            var start = _stride is { } stride ? indices[k] * stride : context.Random(indices[k]).Next(_tokens.Length - Length);
            for (var i = 0; i <= Length; i++) values[k * (Length + 1) + i] = _tokens[start + i];
        }
        var tokens = Tensor.From(values, [indices.Length, Length + 1]);
        return new([tokens, tokens], indices.ToArray());
    }
}

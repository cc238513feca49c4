namespace CudaNet.Nn.Generation;

/// <summary>A text that a <see cref="GenerationServer"/> continues.</summary>
public sealed class GenerationRequest
{
    private readonly List<long> _tokens = [];

    internal GenerationRequest(long[] prompt, GenerationOptions options, Action<long>? onToken) => (Prompt, Options, OnToken) = (prompt, options, onToken);

    /// <summary>Its tokens at the beginning.</summary>
    public IReadOnlyList<long> Prompt { get; }

    /// <summary>How it is continued.</summary>
    public GenerationOptions Options { get; }

    /// <summary>New tokens so far.</summary>
    public IReadOnlyList<long> Tokens => _tokens;

    /// <summary>True when it has ended.</summary>
    public bool IsDone { get; internal set; }

    internal Action<long>? OnToken { get; }

    /// <summary>The token that goes into the model next.</summary>
    internal long At(long position) => position < Prompt.Count ? Prompt[(int)position] : _tokens[(int)(position - Prompt.Count)];

    internal void Add(long token)
    {
        _tokens.Add(token);
        OnToken?.Invoke(token);
    }
}

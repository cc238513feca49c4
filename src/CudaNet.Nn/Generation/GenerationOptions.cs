namespace CudaNet.Nn.Generation;

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens behind the prompt.</summary>
    public int MaxTokens { get; init; } = 100;

    /// <summary>Logits are divided by it: 1 as they are, towards 0 the best token alone, which 0 gives.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only so many of the likeliest tokens are drawn from; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the likeliest tokens are drawn from, as few as have this probability together; null for all.</summary>
    public double? TopP { get; init; }

    /// <summary>Logits of tokens that were there already are divided by it where they are above 0 and multiplied below; 1 for no change.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<long> EndTokens { get; init; } = [];

    /// <summary>Decides what is drawn.</summary>
    public long Seed { get; init; }

    /// <summary>Texts that a beam search keeps; 1 for none.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>Beams are compared by log-probability / length^this.</summary>
    public double LengthPenalty { get; init; }

    /// <summary>The best token each time.</summary>
    public static GenerationOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Refuses what makes no sense.</summary>
    internal void Check(int vocabulary)
    {
        void Require(bool holds, string what, object? value, string fix)
        {
            if (!holds) throw new ArgumentException($"Generation: {what} is {value}. Give {fix}.");
        }
        Require(MaxTokens >= 0, nameof(MaxTokens), MaxTokens, "0 or more");
        Require(Temperature >= 0, nameof(Temperature), Temperature, "0 (the best token) or more");
        Require(TopK is null or > 0, nameof(TopK), TopK, "1 or more");
        Require(TopP is null or (> 0 and <= 1), nameof(TopP), TopP, "a probability above 0");
        Require(RepetitionPenalty > 0, nameof(RepetitionPenalty), RepetitionPenalty, "a number above 0");
        Require(Beams >= 1, nameof(Beams), Beams, "1 or more");
        Require(Beams == 1 || Beams <= Math.Pow(vocabulary, MaxTokens), nameof(Beams), Beams, $"at most as many as there are texts of {MaxTokens} tokens out of {vocabulary}");
        Require(EndTokens.All(token => token >= 0 && token < vocabulary), nameof(EndTokens), string.Join(", ", EndTokens), $"tokens below {vocabulary}");
    }
}

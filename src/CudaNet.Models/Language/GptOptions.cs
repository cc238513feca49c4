namespace CudaNet.Models.Language;

/// <summary>How a small GPT is trained on a text.</summary>
public sealed record GptOptions
{
    /// <summary>A text file, "kjv" for Debian's bible-kjv, or null for the text that is shipped.</summary>
    public string? Data { get; init; }

    /// <summary>Tokens of the byte-level BPE that is learnt from the text; 256 for bytes alone.</summary>
    public int Vocabulary { get; init; } = 2048;

    /// <summary>Layers.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Size of a row.</summary>
    public int Size { get; init; } = 384;

    /// <summary>Heads of attention.</summary>
    public int Heads { get; init; } = 6;

    /// <summary>Tokens of a window.</summary>
    public int Context { get; init; } = 128;

    /// <summary>Windows of a batch.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Parts that a batch is computed in.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Steps of the optimiser in all.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Steps between validations.</summary>
    public int Every { get; init; } = 100;

    /// <summary>What moves the weights.</summary>
    public GptOptimizer Optimizer { get; init; }

    /// <summary>Greatest learning rate: it rises linearly over the first twentieth of the steps, and falls along a cosine.</summary>
    public double LearningRate { get; init; } = 6e-3;

    /// <summary>Share that is dropped.</summary>
    public double Dropout { get; init; }

    /// <summary>True for matrix products in bfloat16.</summary>
    public bool Mixed { get; init; }

    /// <summary>Decides first weights and windows.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Refuses what makes no sense.</summary>
    internal GptOptions Checked()
    {
        void Require(bool holds, string what, object value, string fix)
        {
            if (!holds) throw new ArgumentException($"train gpt: {what} is {value}. Give {fix}.");
        }
        Require(Vocabulary is >= 256 and <= 65536, "the vocabulary", Vocabulary, "256 (bytes) to 65536");
        Require(Layers > 0 && Size > 0 && Heads > 0 && Size % Heads == 0, "the model", $"{Layers} layers of {Size} with {Heads} heads", "positive numbers, and heads that divide the size");
        Require(Context >= 2, "the context", Context, "2 tokens or more");
        Require(Batch > 0 && Accumulate > 0 && Batch % Accumulate == 0, "the batch", $"{Batch} in {Accumulate} parts", "a batch that is a multiple of its parts");
        Require(Steps > 0 && Every > 0, "the number of steps", $"{Steps}, validated every {Every}", "1 or more");
        Require(LearningRate > 0, "the learning rate", LearningRate, "a number above 0");
        return this;
    }
}

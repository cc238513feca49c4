namespace CudaNet.Models.Transformers;

/// <summary>Sizes of a GPT-2.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Positions">Most tokens of a text.</param>
/// <param name="Dropout">Share that is dropped in training.</param>
public sealed record Gpt2Config(int Layers = 12, long Size = 768, long Heads = 12, int Vocabulary = 50257, long Positions = 1024, double Dropout = 0.1)
{
    /// <summary>124,439,808 parameters.</summary>
    public static Gpt2Config Small { get; } = new();

    /// <summary>354,823,168 parameters.</summary>
    public static Gpt2Config Medium { get; } = new(24, 1024, 16);

    /// <summary>774,030,080 parameters.</summary>
    public static Gpt2Config Large { get; } = new(36, 1280, 20);

    /// <summary>1,557,611,200 parameters.</summary>
    public static Gpt2Config Xl { get; } = new(48, 1600, 25);
}

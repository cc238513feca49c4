namespace CudaNet.Models.Transformers;

/// <summary>Sizes of an encoder of BERT's family.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="Hidden">Size within the feed-forward nets.</param>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Positions">Rows of the table of positions.</param>
/// <param name="Segments">Rows of the table of segments; 0 for none.</param>
/// <param name="Dropout">Share that is dropped in training.</param>
public sealed record BertConfig(int Layers = 12, long Size = 768, long Heads = 12, long Hidden = 3072, int Vocabulary = 30522, long Positions = 512, int Segments = 2, double Dropout = 0.1)
{
    /// <summary>Added to the variance in normalisations.</summary>
    public double Epsilon { get; init; } = 1e-12;

    /// <summary>Size of the tables where it is not that of a row (ELECTRA); null where it is.</summary>
    public long? TableSize { get; init; }

    /// <summary>Number of the first position: 2 for RoBERTa, whose table begins with the padding.</summary>
    public int FirstPosition { get; init; }

    /// <summary>True for a pooler on the first token.</summary>
    public bool Pooler { get; init; } = true;

    /// <summary>109,482,240 parameters.</summary>
    public static BertConfig Base { get; } = new();

    /// <summary>335,141,888 parameters.</summary>
    public static BertConfig Large { get; } = new(24, 1024, 16, 4096);

    /// <summary>124,645,632 parameters.</summary>
    public static BertConfig RobertaBase { get; } = new(Vocabulary: 50265, Positions: 514, Segments: 1) { FirstPosition = 2, Epsilon = 1e-5 };

    /// <summary>The small discriminator of ELECTRA, 13,483,008 parameters.</summary>
    public static BertConfig ElectraSmall { get; } = new(12, 256, 4, 1024) { TableSize = 128, Pooler = false };

    /// <summary>66,362,880 parameters: half of the layers, without segments and pooler.</summary>
    public static BertConfig DistilBert { get; } = new(6, Segments: 0) { Pooler = false };

    /// <summary>22,713,216 parameters; the encoder of all-MiniLM-L6-v2.</summary>
    public static BertConfig MiniLm { get; } = new(6, 384, 12, 1536);
}

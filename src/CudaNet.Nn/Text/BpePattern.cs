namespace CudaNet.Nn.Text;

/// <summary>How byte-level encodings cut text into words before they merge.</summary>
public enum BpePattern
{
    /// <summary>GPT-2's: contractions, letters, digits and other signs, each with one space before it.</summary>
    Gpt2,

    /// <summary>That of cl100k_base: digits in threes, line breaks by themselves.</summary>
    Cl100k,

    /// <summary>That of o200k_base: besides, words are cut where capitals begin.</summary>
    O200k,
}

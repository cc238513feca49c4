namespace CudaNet.Nn.Text;

/// <summary>Cuts text into the words within which a byte-pair encoding merges.</summary>
internal abstract class WordSplitter
{
    /// <summary>Appends the end of each word, in bytes from the beginning of the text. The words cover the text without holes.</summary>
    /// <param name="text">UTF-8; bytes that are none are kept as they are.</param>
    /// <param name="ends">Gets the ends in rising order.</param>
    public abstract void Split(ReadOnlySpan<byte> text, List<int> ends);

    public static WordSplitter Of(BpePattern pattern) => pattern switch
    {
        BpePattern.Gpt2 => Gpt2Splitter.Instance,
        BpePattern.Cl100k => RegexSplitter.Cl100k,
        BpePattern.O200k => RegexSplitter.O200k,
        _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "There is no such pattern."),
    };
}

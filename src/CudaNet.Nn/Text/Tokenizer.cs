using System.Buffers;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>Cuts text into tokens of a fixed vocabulary and joins them again. Safe for use from several threads.</summary>
public abstract class Tokenizer
{
    /// <summary>Number of token ids: 0 … this − 1.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Tokens that no text is cut into, such as <c>&lt;|endoftext|&gt;</c>, with their ids.</summary>
    public abstract IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>The token ids of a text. Nothing is put around it.</summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="parseSpecial">Whether special tokens written out in the text become their ids; false reads them as text.</param>
    public abstract int[] Encode(string text, bool parseSpecial = true);

    /// <summary>The id of a token as the vocabulary writes it; null when there is none.</summary>
    public abstract int? IdOf(string token);

    /// <summary>A token as the vocabulary writes it.</summary>
    /// <exception cref="TokenizerException">The id is outside of the vocabulary.</exception>
    public abstract string TokenOf(int id);

    /// <summary>Appends what a token means as text.</summary>
    /// <param name="id">The token, already checked.</param>
    /// <param name="first">Whether nothing stands before it: then a vocabulary of words puts no space before it.</param>
    /// <param name="destination">Gets bytes of UTF-8; a character may go on in the next token.</param>
    protected internal abstract void AppendBytes(int id, bool first, IBufferWriter<byte> destination);

    /// <summary>The bytes that tokens stand for; of a byte-level vocabulary exactly those that were encoded.</summary>
    /// <exception cref="TokenizerException">An id is outside of the vocabulary.</exception>
    public byte[] DecodeBytes(ReadOnlySpan<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>();
        bool first = true;
        foreach (int id in ids)
        {
            CheckId(id);
            AppendBytes(id, first, bytes);
            first = false;
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The text that tokens stand for. Bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="TokenizerException">An id is outside of the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids) => Encoding.UTF8.GetString(DecodeBytes(ids));

    /// <summary>A decoder that takes tokens one by one, for output while a model generates.</summary>
    public StreamingDecoder Stream() => new(this);

    internal void CheckId(int id)
    {
        if ((uint)id >= (uint)VocabularySize)
            throw new TokenizerException($"{GetType().Name}: token id {id} is outside of the vocabulary 0 … {VocabularySize - 1}. Was it made by another tokenizer?");
    }
}

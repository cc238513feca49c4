using System.Buffers;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>Decodes tokens as they come. A character whose bytes are spread over several tokens is given out with the last
/// of them, never in pieces; all pieces together are what <see cref="Tokenizer.Decode"/> gives.</summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private bool _first = true;

    internal StreamingDecoder(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
    }

    /// <summary>The text that is complete with this token; may be empty.</summary>
    /// <exception cref="TokenizerException">The id is outside of the vocabulary.</exception>
    public string Push(int id)
    {
        _tokenizer.CheckId(id);
        _bytes.ResetWrittenCount();
        _tokenizer.AppendBytes(id, _first, _bytes);
        _first = false;
        return Convert(flush: false);
    }

    /// <summary>What is left at the end: U+FFFD for a character that was begun and not finished. Afterwards a new text may begin.</summary>
    public string Flush()
    {
        _bytes.ResetWrittenCount();
        _first = true;
        return Convert(flush: true);
    }

    private string Convert(bool flush)
    {
        char[] chars = ArrayPool<char>.Shared.Rent(_bytes.WrittenCount + 4);
        int count = _utf8.GetChars(_bytes.WrittenSpan, chars, flush);
        var text = new string(chars, 0, count);
        ArrayPool<char>.Shared.Return(chars);
        return text;
    }
}

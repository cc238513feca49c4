using System.ComponentModel;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace CudaNet.Models.Language;

/// <summary>A text to learn from, cut into a part to train on and its end, which is held out.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Train">The part to train on.</param>
/// <param name="Test">The part that is held out.</param>
public sealed partial record TextCorpus(string Name, string Train, string Test)
{
    private const int Least = 10_000;

    /// <summary>Reads a text.</summary>
    /// <param name="source">A text file; "kjv" for the whole King James text as Debian's package bible-kjv has it; null for the part of it that is shipped.</param>
    /// <param name="heldOut">Share that is held out, at the end.</param>
    /// <exception cref="IOException">It is not there, or too short.</exception>
    public static TextCorpus Load(string? source = null, double heldOut = 0.1)
    {
        var (name, text) = source switch
        {
            null => ("King James text (Genesis, Exodus, Mark)", Shipped()),
            "kjv" => ("King James text", Debian()),
            _ => (Path.GetFileName(source), ReadFile(source)),
        };
        if (text.Length < Least) throw new IOException($"{source ?? name}: the text has {text.Length} characters, too few to learn from. Give {Least} or more.");
        // The cut lies at the end of a line, so that no sentence is in both.
        var cut = text.IndexOf('\n', (int)(text.Length * (1 - heldOut))) + 1;
        if (cut == 0) cut = (int)(text.Length * (1 - heldOut));
        return new(name, text[..cut], text[cut..]);
    }

    /// <summary>Bytes of the held-out part in UTF-8.</summary>
    public int TestBytes => Encoding.UTF8.GetByteCount(Test);

    private static string Shipped()
    {
        using var stream = typeof(TextCorpus).Assembly.GetManifestResourceStream("kjv.txt.gz")!;
        using var zip = new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new StreamReader(zip, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string ReadFile(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such text. Give a file, kjv for Debian's bible-kjv, or nothing for the text that is shipped.", path);
        return File.ReadAllText(path, Encoding.UTF8);
    }

    /// <summary>A verse a line without its number, an empty line behind each chapter.</summary>
    private static string Debian()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bible", ["-f", "gen1:1-rev22:21"]) { RedirectStandardOutput = true })!;
            var text = new StringBuilder();
            var chapter = "";
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (Verse().Match(line) is not { Success: true } match) continue;
                if (chapter.Length > 0 && match.Groups[1].Value != chapter) text.Append('\n');
                chapter = match.Groups[1].Value;
                text.Append(match.Groups[2].Value.Trim()).Append('\n');
            }
            process.WaitForExit();
            return text.ToString();
        }
        catch (Win32Exception error)
        {
            throw new IOException("The program bible is not here. Install Debian's package bible-kjv, give a text file, or leave the text out for the part that is shipped.", error);
        }
    }

    [GeneratedRegex(@"^(\d?[A-Za-z]+\d+):\d+ (.*)$")]
    private static partial Regex Verse();
}

using System.Diagnostics;
using System.Text;
using CudaNet.Models.Language;
using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Nn.Text;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.15.2. Text becomes UTF-8 first, and GPT-2 does have a special token: the end of a text.</summary>
internal sealed class Bpe() : CourseSystem("14.bpe", "Byte-pair encoding", "The most frequent pair of neighbours becomes a token, again and again; over bytes any text comes back as it was.")
{
    public override void Run(SystemContext context)
    {
        var tokenizer = ByteLevelBpe.Train([TextCorpus.Load().Train], 2048);
        foreach (var text in new[] { "In the beginning God created the heaven and the earth.", "unbelievingly", "naïve 🙂" })
            context.Out.WriteLine($"{text}  →  {string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenOf))}");
        ToyText.Show(context, Check(context));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = new SampleRandom(context.Seed);
        var differing = 0;
        for (var corpus = 0; corpus < 5; corpus++)
        {
            var words = Enumerable.Range(0, 60).Select(_ => new string([.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => (char)('a' + random.Next(5)))])).ToArray();
            var text = string.Concat(Enumerable.Range(0, 500).Select(_ => " " + words[random.Next(words.Length)]));
            var learnt = ByteLevelBpe.Train([text], 256 + 60).Merges.ToList();
            if (!learnt.SequenceEqual(Naive(text, 60))) differing++;
        }
        yield return Figure.Equal("random corpora whose merges are not those of a naive trainer", differing, 0);
        var parts = ByteLevelBpe.Train([string.Join(' ', Enumerable.Repeat("low lowest slower slowing reading er ing low er ing", 50))], 256 + 12);
        yield return Figure.Holds("lowering is low, er, ing", parts.Encode("lowering").Select(parts.TokenOf).SequenceEqual(["low", "er", "ing"]));
        var whole = TextCorpus.Load();
        var megabyte = string.Concat(Enumerable.Repeat(whole.Train + whole.Test, 3));
        var (tokenizer, training) = Timed(() => ByteLevelBpe.Train([megabyte], 256 + 5000));
        yield return Figure.AtMost("processor seconds to learn 5,000 merges from 1.3 MB", training, 10);
        // Once to warm up: the figure is that of steady work.
        tokenizer.Encode(whole.Test);
        var (tokens, encoding) = Timed(() => tokenizer.Encode(megabyte));
        yield return Figure.AtLeast("MB that a processor encodes a second", Encoding.UTF8.GetByteCount(megabyte) / 1e6 / encoding, 5);
        yield return Figure.Report("bytes a token", Encoding.UTF8.GetByteCount(megabyte) / (double)tokens.Length);
        var changed = 0;
        for (var k = 0; k < context.Pick(100_000, 10_000); k++)
        {
            var bytes = new byte[random.Next(24)];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.Next(256);
            if (!tokenizer.DecodeBytes(tokenizer.Encode(bytes)).AsSpan().SequenceEqual(bytes)) changed++;
        }
        yield return Figure.Equal("random byte strings that come back changed", changed, 0);
        var stream = tokenizer.Stream();
        var pieces = tokenizer.Encode("a 🙂 naïve 日本語").Select(stream.Push).ToList();
        yield return Figure.Holds("decoded token by token no character is split", string.Concat(pieces) + stream.Flush() == "a 🙂 naïve 日本語" && !pieces.Any(piece => piece.Contains('\uFFFD')));
        yield return Figure.Equal("256 bytes, 50,000 merges, one end of text", 256 + 50_000 + 1, Transformers.Gpt2Config.Small.Vocabulary);
    }

    /// <summary>Counts all pairs anew for each merge. Of equally frequent pairs the one of smaller ids wins.</summary>
    private static List<(string Left, string Right)> Naive(string text, int merges)
    {
        var bytes = ByteLevelBpe.Train(["ab"], 256);
        var ids = new Dictionary<string, int>();
        for (var b = 0; b < 128; b++)
        {
            var id = bytes.Encode([(byte)b])[0];
            ids[bytes.TokenOf(id)] = id;
        }
        var space = bytes.TokenOf(bytes.Encode(" ")[0]);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => new List<string> { space }.Concat(word.Select(c => c.ToString())).ToList()).ToList();
        var learnt = new List<(string, string)>();
        while (learnt.Count < merges)
        {
            var counts = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Select(group => (Pair: group.Key, Count: group.Count())).Where(p => p.Count >= 2).ToList();
            if (counts.Count == 0) break;
            var ((left, right), _) = counts.OrderByDescending(p => p.Count).ThenBy(p => ids[p.Pair.First]).ThenBy(p => ids[p.Pair.Second]).First();
            ids.TryAdd(left + right, 256 + learnt.Count);
            learnt.Add((left, right));
            foreach (var word in words)
                for (var k = 0; k + 1 < word.Count; k++)
                    if (word[k] == left && word[k + 1] == right)
                    {
                        word[k] = left + right;
                        word.RemoveAt(k + 1);
                    }
        }
        return learnt;
    }

    /// <summary>Processor time of this process: other programs may run beside it.</summary>
    private static (T Result, double Seconds) Timed<T>(Func<T> act)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var result = act();
        process.Refresh();
        return (result, Math.Max(1e-3, (process.TotalProcessorTime - before).TotalSeconds));
    }
}

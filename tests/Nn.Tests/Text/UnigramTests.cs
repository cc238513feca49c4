using CsCheck;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Text;

namespace CudaNet.Tests.Text;

public sealed class UnigramTests
{
    private static readonly string[] Corpus =
    [
        .. Enumerable.Repeat("the cat sat on the mat and the dog ran after the cat", 20), .. Enumerable.Repeat("running walking talking jumping singing ringing", 15),
        .. Enumerable.Repeat("un able un do able unable undoable readable", 10), "Zürich 北京 😀",
    ];

    private static (double Score, int[] Ids) BruteForce(string text, IReadOnlyList<(string Piece, double Score)> pieces)
    {
        var best = (double.NegativeInfinity, Array.Empty<int>());
        void Cut(int at, double score, int[] ids)
        {
            if (at == text.Length && score > best.Item1)
                best = (score, ids);
            for (int id = 0; id < pieces.Count; id++)
                if (text.AsSpan(at).StartsWith(pieces[id].Piece))
                    Cut(at + pieces[id].Piece.Length, score + pieces[id].Score, [.. ids, id]);
        }
        Cut(0, 0, []);
        return best;
    }

    [Test]
    public void The_likeliest_cut_is_found()
    {
        (string, double)[] pieces = [("a", -2), ("b", -2.1), ("c", -2.3), ("ab", -3), ("bc", -3.2), ("abc", -5.4), ("ca", -3.9), ("aa", -3.5)];
        var model = new UnigramModel(pieces);
        Gen.Char["abc"].Array[1, 9].Select(chars => new string(chars)).Sample(text =>
        {
            var cut = new List<TokenSpan>();
            double score = model.Encode(text, cut);
            var expected = BruteForce(text, pieces);
            return Math.Abs(score - expected.Score) < 1e-9 && string.Concat(cut.Select(piece => pieces[piece.Id].Item1)) == text
                && Math.Abs(cut.Sum(piece => pieces[piece.Id].Item2) - score) < 1e-9;
        }, iter: 2_000, threads: 1);
    }

    [Test]
    public void Expected_counts_are_those_over_all_cuts()
    {
        (string, double)[] pieces = [("a", Math.Log(0.5)), ("b", Math.Log(0.3)), ("ab", Math.Log(0.2))];
        double[] expected = new double[3];
        double likelihood = new UnigramModel(pieces).Expect("ab", 2, expected);
        // a·b has 0.15, ab 0.2.
        Assert.Multiple(() =>
        {
            Assert.That(likelihood, Is.EqualTo(Math.Log(0.35)).Within(1e-12));
            Assert.That(expected, Is.EqualTo(new[] { 2 * 0.15 / 0.35, 2 * 0.15 / 0.35, 2 * 0.2 / 0.35 }).Within(1e-12));
        });
    }

    [Test]
    public void A_trained_vocabulary_has_the_corpus_words_and_brings_any_text_back()
    {
        var tokenizer = Unigram.Train(Corpus, 256 + 2 + 60, ["<s>", "</s>"]);
        Assert.Multiple(() =>
        {
            Assert.That(tokenizer.VocabularySize, Is.LessThanOrEqualTo(318));
            Assert.That(tokenizer.Pieces.Select(piece => piece.Piece), Does.Contain("▁the").And.Contain("▁cat"));
            Assert.That(tokenizer.Pieces.Sum(piece => Math.Exp(piece.Score)), Is.EqualTo(1).Within(0.3), "pruning takes little");
            Assert.That(tokenizer.Encode("the cat").Select(tokenizer.TokenOf), Is.EqualTo(new[] { "▁the", "▁cat" }));
            Assert.That(tokenizer.Encode("<s>the</s>")[0], Is.EqualTo(tokenizer.SpecialTokens["<s>"]));
        });
        Gen.String[Gen.OneOf(Gen.Char["the cat ing"], Gen.Char[' ', '~'], Gen.Char['\u00C0', '\u02FF'], Gen.Char['\u4E00', '\u4E80']), 0, 30].Sample(text =>
        {
            text = text.Replace("▁", "", StringComparison.Ordinal);
            var stream = tokenizer.Stream();
            int[] ids = tokenizer.Encode(text + "👩‍🚀", parseSpecial: false);
            return tokenizer.Decode(ids) == text + "👩‍🚀" && string.Concat(ids.Select(stream.Push)) + stream.Flush() == text + "👩‍🚀";
        }, iter: 5_000, threads: 1);
    }

    [Test]
    public void A_saved_vocabulary_is_the_same_when_it_is_loaded()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Unigram.Train(Corpus, 256 + 60, ["<s>"]);
        tokenizer.Save(folder["u.vocab"]);
        var loaded = Unigram.Load(folder["u.vocab"]);
        Assert.Multiple(() =>
        {
            Assert.That(loaded.Pieces, Is.EqualTo(tokenizer.Pieces));
            Assert.That(loaded.SpecialTokens, Is.EqualTo(tokenizer.SpecialTokens));
            Assert.That(loaded.Encode(Corpus[0]), Is.EqualTo(tokenizer.Encode(Corpus[0])));
        });
        File.WriteAllText(folder["bad"], "a\t-1\na\t-2\n");
        Assert.That(() => Unigram.Load(folder["bad"]), Throws.TypeOf<DataFormatException>().With.Message.Contains("line 2"));
        File.WriteAllText(folder["bad"], "a -1\n");
        Assert.That(() => Unigram.Load(folder["bad"]), Throws.TypeOf<DataFormatException>().With.Message.Contains("a tab"));
        Assert.That(() => Unigram.Train(["a"], 256), Throws.TypeOf<TokenizerException>().With.Message.Contains("at least 257"));
    }
}

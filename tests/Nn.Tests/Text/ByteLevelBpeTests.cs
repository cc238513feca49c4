using System.Diagnostics;
using System.Text;
using CsCheck;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Text;

namespace CudaNet.Tests.Text;

public sealed class ByteLevelBpeTests
{
    /// <summary>Words of few letters, so that pairs repeat and tie.</summary>
    private static string Corpus(Random random, int words, string letters)
    {
        var text = new StringBuilder();
        for (int w = 0; w < words; w++)
        {
            for (int length = random.Next(1, 9); length > 0; length--)
                text.Append(letters[random.Next(letters.Length)]);
            text.Append(" \n"[random.Next(8) == 0 ? 1 : 0]);
        }
        return text.ToString();
    }

    /// <summary>The definition: count all pairs of all words, merge the most frequent, begin again.</summary>
    private static List<(string, string)> NaiveMerges(string corpus, int tokens, int minFrequency)
    {
        var bytes = Encoding.UTF8.GetBytes(corpus);
        var ends = new List<int>();
        WordSplitter.Of(BpePattern.Gpt2).Split(bytes, ends);
        var words = new List<List<int>>();
        var texts = ByteAlphabet.Order.Select(b => ByteAlphabet.Write([b])).ToList();
        for (int i = 0, begin = 0; i < ends.Count; begin = ends[i++])
            words.Add([.. bytes[begin..ends[i]].Select(b => texts.IndexOf(ByteAlphabet.Write([b])))]);
        var merges = new List<(string, string)>();
        while (texts.Count < tokens)
        {
            var counts = new SortedDictionary<(int, int), int>();
            foreach (var word in words)
                for (int i = 0; i + 1 < word.Count; i++)
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
            if (counts.Count == 0 || counts.Values.Max() < minFrequency)
                break;
            var (left, right) = counts.First(pair => pair.Value == counts.Values.Max()).Key;
            if (!texts.Contains(texts[left] + texts[right]))
                texts.Add(texts[left] + texts[right]);
            foreach (var word in words)
                for (int i = 0; i + 1 < word.Count; i++)
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = texts.IndexOf(texts[left] + texts[right]);
                        word.RemoveAt(i + 1);
                    }
            merges.Add((texts[left], texts[right]));
        }
        return merges;
    }

    [Test]
    public void Training_learns_the_merges_of_the_definition([Values(1, 2, 3, 4, 5, 6)] int seed, [Values("ab", "abcdef", "aé😀 ")] string letters)
    {
        string corpus = Corpus(new Random(seed), 300, letters);
        int minFrequency = 1 + seed % 3;
        var bpe = ByteLevelBpe.Train([corpus], 256 + 120, minFrequency);
        Assert.That(bpe.Merges, Is.EqualTo(NaiveMerges(corpus, 256 + 120, minFrequency)));
    }

    [Test]
    public void The_textbook_example_is_cut_into_low_er_ing()
    {
        var bpe = ByteLevelBpe.Train(["lower lowest lower low low low newer wider sing ring king thing"], 300, specialTokens: ["<eos>"]);
        Assert.Multiple(() =>
        {
            Assert.That(bpe.Encode("lowering").Select(bpe.TokenOf), Is.EqualTo(new[] { "low", "er", "ing" }));
            Assert.That(bpe.Encode("low<eos>"), Is.EqualTo(new[] { bpe.IdOf("low")!.Value, bpe.SpecialTokens["<eos>"] }));
            Assert.That(bpe.Encode("low<eos>", parseSpecial: false), Does.Not.Contain(bpe.SpecialTokens["<eos>"]));
            Assert.That(bpe.TokenOf(bpe.VocabularySize - 1), Is.EqualTo("<eos>"));
            Assert.That(bpe.Decode([bpe.VocabularySize - 1]), Is.EqualTo("<eos>"));
        });
    }

    [Test]
    public void Any_bytes_come_back()
    {
        var trained = ByteLevelBpe.Train([Corpus(new Random(7), 2_000, "abcé😀")], 600);
        Gen.Byte.Array[0, 60].Sample(bytes =>
            trained.DecodeBytes(trained.Encode(bytes)).AsSpan().SequenceEqual(bytes) && Gpt2Vocabulary.Ours.DecodeBytes(Gpt2Vocabulary.Ours.Encode(bytes)).AsSpan().SequenceEqual(bytes),
            iter: 100_000, threads: 1);
    }

    [Test]
    public void Any_text_comes_back_whole_and_streamed()
    {
        var bpe = Gpt2Vocabulary.Ours;
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['\u0400', '\u04FF'], Gen.Char['\u4E00', '\u4EFF'], Gen.Char["\n\t\r'"]), 0, 40].Select(Gen.Bool, (text, emoji) => emoji ? text + "👩‍🚀🏽" + text : text).Sample(text =>
        {
            int[] ids = bpe.Encode(text);
            var stream = bpe.Stream();
            string[] pieces = [.. ids.Select(stream.Push), stream.Flush()];
            return bpe.Decode(ids) == text && string.Concat(pieces) == text && pieces.All(piece => !piece.Contains('\uFFFD', StringComparison.Ordinal));
        }, iter: 20_000, threads: 1);
    }

    [Test]
    public void A_long_word_is_merged_as_a_short_one_would_be()
    {
        // Beyond some length a heap takes the place of scanning; both must find the same.
        var bpe = ByteLevelBpe.Train([Corpus(new Random(3), 3_000, "abcd")], 500);
        var random = new Random(5);
        for (int round = 0; round < 50; round++)
        {
            string word = string.Concat(Enumerable.Range(0, random.Next(90, 140)).Select(_ => "abcd"[random.Next(4)]));
            var tokens = word.Select(c => bpe.IdOf(c.ToString())!.Value).ToList();
            var ranks = bpe.Merges.Select((pair, rank) => (pair, rank)).ToDictionary(entry => entry.pair, entry => entry.rank);
            while (true)
            {
                var best = Enumerable.Range(0, tokens.Count - 1).MinBy(i => ranks.GetValueOrDefault((bpe.TokenOf(tokens[i]), bpe.TokenOf(tokens[i + 1])), int.MaxValue));
                var pair = (bpe.TokenOf(tokens[best]), bpe.TokenOf(tokens[best + 1]));
                if (!ranks.ContainsKey(pair))
                    break;
                tokens[best] = bpe.IdOf(pair.Item1 + pair.Item2)!.Value;
                tokens.RemoveAt(best + 1);
            }
            Assert.That(bpe.Encode(word), Is.EqualTo(tokens), word);
        }
    }

    [TestCase("Hello, world!")]
    [TestCase("I'll say they've don't 's 'S it''s")]
    [TestCase("  two  spaces\n\n\nlines\t\ttabs \u00A0 nbsp  ")]
    [TestCase("Grüße, мир, 世界, مرحبا, 12345 ½ ²")]
    [TestCase("𝒜𝓁𝓅𝒽𝒶 emoji 👩‍🚀 flags 🇩🇪")]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("code: for(int i=0;i<n;++i){x[i]+=1;}")]
    public void GPT2_tokens_are_those_of_the_other_implementation(string text)
    {
        Assert.That(Gpt2Vocabulary.Ours.Encode(text), Is.EqualTo(Gpt2Vocabulary.Theirs().EncodeToIds(text)));
    }

    [Test]
    public void GPT2_tokens_of_random_texts_are_those_of_the_other_implementation()
    {
        var theirs = Gpt2Vocabulary.Theirs();
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['a', 'e'], Gen.Char["   \n\t'"], Gen.Char['\u00A0', '\u02FF'], Gen.Char['\u3040', '\u30FF']), 0, 60].Sample(text =>
            Gpt2Vocabulary.Ours.Encode(text).SequenceEqual(theirs.EncodeToIds(text)), iter: 20_000, threads: 1);
    }

    [Test]
    public void GPT2_has_its_published_size_and_tokens()
    {
        var bpe = Gpt2Vocabulary.Ours;
        Assert.Multiple(() =>
        {
            Assert.That(bpe.VocabularySize, Is.EqualTo(50_257));
            Assert.That(bpe.Merges.Count(), Is.EqualTo(50_000));
            Assert.That(bpe.Encode("Hello world"), Is.EqualTo(new[] { 15496, 995 }));
            Assert.That(bpe.Encode("a<|endoftext|>b"), Is.EqualTo(new[] { 64, 50256, 65 }));
            Assert.That(bpe.TokenOf(995), Is.EqualTo("Ġworld"));
            Assert.That(bpe.IdOf("Ġworld"), Is.EqualTo(995));
            Assert.That(bpe.IdOf("no such token"), Is.Null);
        });
    }

    [Test]
    public void A_saved_vocabulary_is_the_same_when_it_is_loaded()
    {
        using var folder = new TemporaryFolder();
        Gpt2Vocabulary.Ours.Save(folder["vocab.json"], folder["merges.txt"]);
        var loaded = ByteLevelBpe.Load(folder["vocab.json"], folder["merges.txt"]);
        string text = Corpus(new Random(1), 2_000, "etaoinshrdlu'é世 ");
        Assert.Multiple(() =>
        {
            Assert.That(loaded.VocabularySize, Is.EqualTo(50_257));
            Assert.That(loaded.SpecialTokens, Is.EqualTo(new Dictionary<string, int> { [Gpt2Vocabulary.EndOfText] = 50_256 }));
            Assert.That(loaded.Merges, Is.EqualTo(Gpt2Vocabulary.Ours.Merges));
            Assert.That(loaded.Encode(text), Is.EqualTo(Gpt2Vocabulary.Ours.Encode(text)));
        });
    }

    [TestCase(BpePattern.Cl100k, "I'LL pay 12345.67€\r\n  now  please", "I|'LL| pay| |123|45|.|67|€\r\n| | now| | please")]
    [TestCase(BpePattern.O200k, "camelCase HTTPServer don't", "camel|Case| HTTPServer| don't")]
    [TestCase(BpePattern.Gpt2, "don't 𝒜𝓁 12 x\u00A0 y", "don|'t| 𝒜𝓁| 12| x|\u00A0| y")]
    public void Patterns_cut_words_as_published(BpePattern pattern, string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var ends = new List<int>();
        WordSplitter.Of(pattern).Split(bytes, ends);
        var words = ends.Select((end, i) => Encoding.UTF8.GetString(bytes.AsSpan((i == 0 ? 0 : ends[i - 1])..end)));
        Assert.That(string.Join('|', words), Is.EqualTo(expected));
    }

    [Test]
    public void What_cannot_be_is_refused_with_its_reason()
    {
        var bpe = ByteLevelBpe.Train(["abab"], 257);
        Assert.Multiple(() =>
        {
            Assert.That(() => bpe.Decode([257]), Throws.TypeOf<TokenizerException>().With.Message.Contains("257").And.Message.Contains("0 … 256"));
            Assert.That(() => bpe.Stream().Push(-1), Throws.TypeOf<TokenizerException>().With.Message.Contains("-1"));
            Assert.That(() => ByteLevelBpe.Train(["a"], 256, specialTokens: ["<s>"]), Throws.TypeOf<TokenizerException>().With.Message.Contains("at least 257"));
            Assert.That(() => ByteLevelBpe.Train(["a"], 300, specialTokens: ["<s>", "<s>"]), Throws.TypeOf<TokenizerException>().With.Message.Contains("<s>"));
        });
    }

    private static string Refusal(string vocabulary, string merges) => Assert.Throws<DataFormatException>(() =>
        ByteLevelBpe.Parse(Encoding.UTF8.GetBytes(vocabulary), Encoding.UTF8.GetBytes(merges)))!.Message;

    [Test]
    public void Broken_files_are_refused_with_the_place()
    {
        string bytes = string.Join(",", ByteAlphabet.Order.Select((b, id) => $"{System.Text.Json.JsonSerializer.Serialize(ByteAlphabet.Write([b]))}:{id}"));
        Assert.Multiple(() =>
        {
            Assert.That(Refusal("{\"a\":0", ""), Does.StartWith("vocab.json").And.Contain("JSON"));
            Assert.That(Refusal("[]", ""), Does.Contain("Array"));
            Assert.That(Refusal("{\"a\":-1}", ""), Does.Contain("no id"));
            Assert.That(Refusal("{\"a\":2000000000}", ""), Does.Contain("2000000000"));
            Assert.That(Refusal("{\"a\":0}", ""), Does.Contain("no token for byte 0x00"));
            Assert.That(Refusal($"{{{bytes}}}", "#version: 0.2\na b c"), Does.StartWith("merges.txt").And.Contain("line 2"));
            Assert.That(Refusal($"{{{bytes}}}", "a b"), Does.Contain("\"ab\"").And.Contain("vocab.json"));
            Assert.That(Refusal($"{{{bytes},\"ab\":256}}", "a b\na b"), Does.Contain("occurs twice"));
            Assert.That(() => ByteLevelBpe.ParseTiktoken("IQ== 1\n"u8, BpePattern.Gpt2), Throws.TypeOf<DataFormatException>().With.Message.Contains("expected is 0"));
            Assert.That(() => ByteLevelBpe.ParseTiktoken("IQ=x 0\n"u8, BpePattern.Gpt2), Throws.TypeOf<DataFormatException>().With.Message.Contains("line 1"));
            Assert.That(() => ByteLevelBpe.ParseTiktoken("IQ== 0\nIQ== 1\n"u8, BpePattern.Gpt2), Throws.TypeOf<DataFormatException>().With.Message.Contains("already"));
        });
    }

    [Test]
    public void Damaged_files_are_accepted_or_refused_and_cost_little([Values("vocab.json", "merges.txt", "tiktoken")] string which)
    {
        var bpe = ByteLevelBpe.Train([Corpus(new Random(2), 200, "abc")], 300, specialTokens: ["<s>"]);
        using var folder = new TemporaryFolder();
        bpe.Save(folder["vocab.json"], folder["merges.txt"]);
        byte[] vocabulary = File.ReadAllBytes(folder["vocab.json"]), merges = File.ReadAllBytes(folder["merges.txt"]);
        byte[] tiktoken = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, bpe.VocabularySize - 1).Select(id => $"{Convert.ToBase64String(bpe.DecodeBytes([id]))} {id}\n")));
        byte[] content = which switch { "vocab.json" => vocabulary, "merges.txt" => merges, _ => tiktoken };
        // What a vocabulary's tables need goes with its tokens, not with its bytes.
        Mutations.Run(Mutations.Files(100_000), random => Mutations.Damage(content, random), file =>
        {
            _ = which switch
            {
                "vocab.json" => ByteLevelBpe.Parse(file, merges),
                "merges.txt" => ByteLevelBpe.Parse(vocabulary, file),
                _ => ByteLevelBpe.ParseTiktoken(file, BpePattern.Gpt2),
            };
        }, extraBytes: 2_000_000);
    }

    [Test, Explicit("measures time: 1 MB to 5,000 tokens, then the speed of encoding")]
    public void Speed()
    {
        var random = new Random(1);
        // Zipf's law: the n-th word occurs 1/n as often as the first.
        string[] words = [.. Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 11)).Select(_ => "etaoinshrdlucmfwypvbgk"[(int)(22 * random.NextDouble() * random.NextDouble())])))];
        var text = new StringBuilder();
        while (text.Length < 1_000_000)
            text.Append(words[(int)Math.Pow(words.Length, random.NextDouble()) - 1]).Append(' ');
        string corpus = text.ToString();
        long start = Stopwatch.GetTimestamp();
        var bpe = ByteLevelBpe.Train([corpus], 256 + 5_000);
        TestContext.Out.WriteLine($"trained {bpe.Merges.Count()} merges in {Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s");
        foreach (var tokenizer in new[] { bpe, Gpt2Vocabulary.Ours })
            for (int round = 0; round < 3; round++)
            {
                start = Stopwatch.GetTimestamp();
                int count = tokenizer.Encode(corpus).Length;
                TestContext.Out.WriteLine($"{corpus.Length / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds:F1} MB/s, {(double)corpus.Length / count:F2} bytes a token");
            }
    }
}

using System.Text;
using CsCheck;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Text;
using Microsoft.ML.Tokenizers;

namespace CudaNet.Tests.Text;

public sealed class WordPieceTests
{
    private const string Corpus = "The unaffable lowest newer wider cafés; naïve résumés of 2024, 北京 and мир: un-able, affable! don't stop running runner runs";

    private static byte[] Vocabulary(params string[] tokens) =>
        Encoding.UTF8.GetBytes(string.Join('\n', new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" }.Concat(tokens)) + "\n");

    private static WordPiece Small() => WordPiece.Parse(Vocabulary("un", "##aff", "##able", "he", "##llo", ",", "cafe"));

    [Test]
    public void The_longest_pieces_are_taken_from_the_left()
    {
        var tokenizer = Small();
        Assert.Multiple(() =>
        {
            Assert.That(tokenizer.Encode("unaffable").Select(tokenizer.TokenOf), Is.EqualTo(new[] { "un", "##aff", "##able" }));
            Assert.That(tokenizer.Encode("Hello, xyz").Select(tokenizer.TokenOf), Is.EqualTo(new[] { "he", "##llo", ",", "[UNK]" }));
            Assert.That(tokenizer.Encode("Café").Select(tokenizer.TokenOf), Is.EqualTo(new[] { "cafe" }));
            Assert.That(tokenizer.Encode("un[MASK]un").Select(tokenizer.TokenOf), Is.EqualTo(new[] { "un", "[MASK]", "un" }));
            Assert.That(tokenizer.Encode(new string('u', 101)).Select(tokenizer.TokenOf), Is.EqualTo(new[] { "[UNK]" }));
            Assert.That(tokenizer.Decode(tokenizer.Encode("unaffable hello")), Is.EqualTo("unaffable hello"));
            Assert.That(tokenizer.Encode(""), Is.Empty);
        });
    }

    [Test]
    public void Offsets_lead_back_to_the_text()
    {
        const string Text = "  UNAFFABLE 😀 Cafe\u0301,hello[SEP]";
        string[] parts = [.. Small().EncodeWithOffsets(Text).Select(token => Text[token.Begin..token.End])];
        Assert.That(parts, Is.EqualTo(new[] { "UN", "AFF", "ABLE", "😀", "Cafe", ",", "he", "llo", "[SEP]" }));
    }

    [Test]
    public void Pairs_get_their_special_tokens_and_types()
    {
        var tokenizer = Small();
        var one = tokenizer.EncodePair("hello");
        var two = tokenizer.EncodePair("hello", "un , un");
        var cut = tokenizer.EncodePair("un un un un", "un un", maxLength: 7);
        Assert.Multiple(() =>
        {
            Assert.That(one.Ids, Is.EqualTo(new[] { 2, 8, 9, 3 }));
            Assert.That(one.TypeIds, Is.EqualTo(new[] { 0, 0, 0, 0 }));
            Assert.That(two.Ids, Is.EqualTo(new[] { 2, 8, 9, 3, 5, 10, 5, 3 }));
            Assert.That(two.TypeIds, Is.EqualTo(new[] { 0, 0, 0, 0, 1, 1, 1, 1 }));
            Assert.That(cut.Ids, Is.EqualTo(new[] { 2, 5, 5, 3, 5, 5, 3 }));
        });
    }

    [Test]
    public void A_trained_vocabulary_knows_its_corpus_and_is_the_same_when_loaded()
    {
        var tokenizer = WordPiece.Train([Corpus], 120);
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder["vocab.txt"]);
        var loaded = WordPiece.Load(folder["vocab.txt"]);
        Assert.Multiple(() =>
        {
            Assert.That(tokenizer.Encode(Corpus), Does.Not.Contain(tokenizer.SpecialTokens["[UNK]"]));
            Assert.That(loaded.Encode(Corpus), Is.EqualTo(tokenizer.Encode(Corpus)));
            Assert.That(tokenizer.TokenOf(0), Is.EqualTo("[PAD]"));
            Assert.That(tokenizer.VocabularySize, Is.LessThanOrEqualTo(120));
            Assert.That(tokenizer.IdOf("##able"), Is.Not.Null, "it occurs three times");
        });
    }

    [Test]
    public void Tokens_are_those_of_the_other_implementation()
    {
        byte[] vocabulary = Vocabulary([.. "abcdefghijklmnopqrstuvwxyz0123456789.,;!?'-北京мир".EnumerateRunes().SelectMany(rune => new[] { rune.ToString(), "##" + rune }), "the", "##ing", "run", "##ner", "caf"]);
        var ours = WordPiece.Parse(vocabulary);
        // It takes line feeds for control characters, and strips accents by .NET's own normalisation, which does nothing here: both stay out of this comparison.
        var theirs = BertTokenizer.Create(new MemoryStream(vocabulary), new BertOptions { LowerCaseBeforeTokenization = true });
        Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['A', 'Z'], Gen.Char[" .,;!?'-§"], Gen.Char["the running"], Gen.Char["北京東мирЖ"]), 0, 40].Sample(text =>
            ours.Encode(text, parseSpecial: false).SequenceEqual(theirs.EncodeToIds(text, addSpecialTokens: false)), iter: 5_000, threads: 1);
    }

    [Test]
    public void What_cannot_be_is_refused_with_its_reason()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => WordPiece.Parse("a\nb\n"u8), Throws.TypeOf<DataFormatException>().With.Message.Contains("[UNK]"));
            Assert.That(() => WordPiece.Parse("[UNK]\na\na\n"u8), Throws.TypeOf<DataFormatException>().With.Message.Contains("line 3").And.Message.Contains("line 2"));
            Assert.That(() => WordPiece.Parse("[UNK]\na\n"u8).EncodePair("a"), Throws.TypeOf<TokenizerException>().With.Message.Contains("[CLS]"));
            Assert.That(() => WordPiece.Train([Corpus], 20), Throws.TypeOf<TokenizerException>().With.Message.Contains("at least"));
            Assert.That(() => Small().EncodePair("a", maxLength: 1), Throws.TypeOf<TokenizerException>().With.Message.Contains("1"));
            Assert.That(() => Small().TokenOf(99), Throws.TypeOf<TokenizerException>().With.Message.Contains("99"));
        });
    }
}

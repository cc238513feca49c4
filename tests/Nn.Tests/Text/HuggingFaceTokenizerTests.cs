using System.Text;
using System.Text.Json;
using CsCheck;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Text;

namespace CudaNet.Tests.Text;

public sealed class HuggingFaceTokenizerTests
{
    private static HuggingFaceTokenizer Parse(string json) => HuggingFaceTokenizer.Parse(Encoding.UTF8.GetBytes(json));

    private static string Json(object value) => JsonSerializer.Serialize(value);

    private static string[] Tokens(HuggingFaceTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(tokenizer.TokenOf)];

    /// <summary>A file around a model that knows whole words only, so that all is decided before it.</summary>
    private static HuggingFaceTokenizer Words(string parts, params string[] words) =>
        Parse($$$"""{"model": {"type": "WordLevel", "unk_token": "?", "vocab": {{{Json(words.Prepend("?").Select((word, id) => (word, id)).ToDictionary(entry => entry.word, entry => entry.id))}}} } {{{parts}}} }""");

    [Test]
    public void GPT2_as_a_file_gives_the_tokens_of_its_own_files()
    {
        var gpt2 = Gpt2Vocabulary.Ours;
        var vocabulary = Enumerable.Range(0, 50_256).ToDictionary(gpt2.TokenOf);
        string file = $$$"""
            {"added_tokens": [{"id": 50256, "content": "<|endoftext|>", "special": true, "normalized": false}],
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true}, "decoder": {"type": "ByteLevel"}, "post_processor": {"type": "ByteLevel"},
             "model": {"type": "BPE", "vocab": {{{Json(vocabulary)}}}, "merges": {{{Json(gpt2.Merges.Select(pair => $"{pair.Left} {pair.Right}"))}}} }}
            """;
        var tokenizer = Parse(file);
        Assert.That(tokenizer.SpecialTokens, Is.EqualTo(gpt2.SpecialTokens));
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char["   \n\t'"], Gen.Char['\u00A0', '\u02FF']), 0, 60].Sample(text =>
            tokenizer.Encode(text + "<|endoftext|>" + text).SequenceEqual(gpt2.Encode(text + "<|endoftext|>" + text)) && tokenizer.Decode(tokenizer.Encode(text)) == text, iter: 3_000, threads: 1);
    }

    [Test]
    public void BERT_as_a_file_gives_the_tokens_of_its_vocabulary()
    {
        var bert = WordPiece.Train(["The unaffable lowest newer wider cafés naïve 2024 running, don't!"], 110);
        string file = $$$"""
            {"added_tokens": [{"id": 2, "content": "[CLS]", "special": true, "normalized": false}, {"id": 4, "content": "[MASK]", "special": true, "normalized": false}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]} } },
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {{{Json(Enumerable.Range(0, bert.VocabularySize).ToDictionary(bert.TokenOf))}}} }}
            """;
        var tokenizer = Parse(file);
        Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char["the running wider"], Gen.Char[" .,!'\n\té北\u0301ZÜ"]), 0, 40].Sample(text =>
            tokenizer.Encode(text).SequenceEqual(bert.Encode(text)), iter: 3_000, threads: 1);
        var (ours, theirs) = (bert.EncodePair("running, wider", "don't"), tokenizer.EncodePair("running, wider", "don't"));
        Assert.Multiple(() =>
        {
            Assert.That(theirs.Ids, Is.EqualTo(ours.Ids));
            Assert.That(theirs.TypeIds, Is.EqualTo(ours.TypeIds));
            Assert.That(tokenizer.Decode(tokenizer.Encode("unaffable newer")), Is.EqualTo("unaffable newer"));
            Assert.That(tokenizer.Encode("a [MASK]")[^1], Is.EqualTo(4));
        });
    }

    [Test]
    public void Llama_as_a_file_falls_back_to_bytes_and_brings_texts_back()
    {
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), "▁", "h", "e", "l", "o", "▁h", "ll", "ello", "el", "▁hello", "llo", "he"];
        string file = $$$"""
            {"added_tokens": [{"id": 1, "content": "<s>", "special": true, "normalized": false}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": null,
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]} } },
             "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
             "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab": {{{Json(tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id))}}},
               "merges": [["▁", "h"], ["l", "l"], ["e", "ll"], "ell o"]}}
            """.Replace("\"ell o\"", "[\"ll\", \"o\"]", StringComparison.Ordinal).Replace("[\"e\", \"ll\"]", "[\"e\", \"l\"]", StringComparison.Ordinal);
        var tokenizer = Parse(file);
        Assert.Multiple(() =>
        {
            Assert.That(Tokens(tokenizer, "hello é"), Is.EqualTo(new[] { "▁h", "e", "llo", "▁", "<0xC3>", "<0xA9>" }));
            Assert.That(tokenizer.EncodePair("h").Ids[0], Is.EqualTo(1));
            foreach (string text in new[] { "hello", "  two spaces", "é 北京 😀\n", "" })
            {
                var stream = tokenizer.Stream();
                Assert.That(string.Concat(tokenizer.Encode(text).Select(stream.Push)) + stream.Flush(), Is.EqualTo(text));
            }
        });
    }

    [Test]
    public void Unigram_as_a_file_takes_the_likeliest_cut()
    {
        var tokenizer = Parse("""
            {"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}, "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
             "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁", -2.0], ["a", -2.5], ["b", -2.6], ["ab", -3.0], ["▁ab", -4.5], ["▁a", -3.5]]}}
            """);
        Assert.Multiple(() =>
        {
            Assert.That(Tokens(tokenizer, "ab a"), Is.EqualTo(new[] { "▁ab", "▁a" }));
            Assert.That(Tokens(tokenizer, "abab xyz"), Is.EqualTo(new[] { "▁ab", "ab", "▁", "<unk>" }));
            Assert.That(tokenizer.Decode(tokenizer.Encode("ab a")), Is.EqualTo("ab a"));
        });
    }

    [TestCase(""" "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}, "pre_tokenizer": {"type": "WhitespaceSplit"}""", "Crème  BRÛLÉE", "creme|brulee")]
    [TestCase(""" "normalizer": {"type": "NFKC"}, "pre_tokenizer": {"type": "Whitespace"}""", "ﬁne①, x", "fine1|,|x")]
    [TestCase(""" "normalizer": {"type": "Strip"}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Removed"}""", "  a  b ", "a|b")]
    [TestCase(""" "normalizer": {"type": "Replace", "pattern": {"Regex": "[0-9]"}, "content": "#"}, "pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "-"}""", "a1-b22", "a#|b##")]
    [TestCase(""" "pre_tokenizer": {"type": "Split", "pattern": {"String": "-"}, "behavior": "MergedWithPrevious"}""", "a-b-c", "a-|b-|c")]
    [TestCase(""" "pre_tokenizer": {"type": "Split", "pattern": {"String": "-"}, "behavior": "MergedWithNext"}""", "a-b-c", "a|-b|-c")]
    [TestCase(""" "pre_tokenizer": {"type": "Split", "pattern": {"String": "-"}, "behavior": "Isolated"}""", "a--b", "a|-|-|b")]
    [TestCase(""" "pre_tokenizer": {"type": "Split", "pattern": {"String": "-"}, "behavior": "Contiguous"}""", "a--b", "a|--|b")]
    [TestCase(""" "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\p{L}+"}, "behavior": "Removed", "invert": true}""", "ab 𝒜 1", "ab|𝒜")]
    [TestCase(""" "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation"}, {"type": "Digits", "individual_digits": true}]}""", "a,b 12", "a|,|b|1|2")]
    [TestCase(""" "pre_tokenizer": {"type": "Digits"}""", "a12b", "a|12|b")]
    [TestCase(""" "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true}""", "a é", "Ġa|ĠÃ©")]
    [TestCase(""" "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "add_prefix_space": false}""", "a b", "a|_b")]
    public void Parts_prepare_a_text(string parts, string text, string expected)
    {
        string[] words = expected.Split('|');
        Assert.That(Tokens(Words(", " + parts, [.. words.Distinct()]), text), Is.EqualTo(words));
    }

    [Test]
    public void Added_tokens_strip_and_keep_to_words()
    {
        var tokenizer = Words("""
            , "pre_tokenizer": {"type": "WhitespaceSplit"}, "normalizer": {"type": "Lowercase"}, "added_tokens": [
              {"id": 5, "content": "<m>", "lstrip": true, "rstrip": true, "normalized": false}, {"id": 6, "content": "Foo", "single_word": true, "normalized": true}, {"id": 7, "content": "<m>x", "normalized": false}]
            """, "a", "b", "foot", "afoo");
        Assert.That(Tokens(tokenizer, "a <m> b<m>x FOO foot aFoo"), Is.EqualTo(new[] { "a", "<m>", "b", "<m>x", "Foo", "foot", "afoo" }));
    }

    [TestCase("{", "JSON")]
    [TestCase("[]", "kind Array")]
    [TestCase("{}", "no \"model\"")]
    [TestCase("""{"model": {"type": "Magic"}}""", "model is the model \"Magic\"")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}""", "model.merges[0]")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "x"}}""", "\"x\"")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}}""", "dropout")]
    [TestCase("""{"model": {"type": "WordPiece", "vocab": {"a": 0}}}""", "[UNK]")]
    [TestCase("""{"model": {"type": "Unigram", "unk_id": 9, "vocab": [["a", -1]]}}""", "unk_id 9")]
    [TestCase("""{"model": {"type": "Unigram", "vocab": [["a"]]}}""", "model.vocab[0]")]
    [TestCase("""{"normalizer": {"type": "Precompiled"}, "model": {"type": "WordLevel", "vocab": {}}}""", "normalizer is the normalizer \"Precompiled\"")]
    [TestCase("""{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Chop"}]}, "model": {"type": "WordLevel", "vocab": {}}}""", "pre_tokenizer.pretokenizers[0] is the pre-tokenizer \"Chop\"")]
    [TestCase("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Removed"}, "model": {"type": "WordLevel", "vocab": {}}}""", "cannot be read")]
    [TestCase("""{"decoder": {"type": "CTC"}, "model": {"type": "WordLevel", "vocab": {}}}""", "decoder \"CTC\"")]
    [TestCase("""{"added_tokens": [{"id": 1999999999, "content": "x"}], "model": {"type": "WordLevel", "vocab": {}}}""", "1999999999")]
    public void Broken_files_are_refused_with_the_place(string json, string expected) =>
        Assert.That(() => Parse(json), Throws.TypeOf<DataFormatException>().With.Message.StartsWith("tokenizer.json").And.Message.Contains(expected));

    [Test]
    public void Damaged_files_are_accepted_or_refused_and_cost_little()
    {
        byte[] content = Encoding.UTF8.GetBytes("""
            {"added_tokens":[{"id":6,"content":"<s>","special":true,"normalized":false}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"String":" "},"content":"_"}]},
            "pre_tokenizer":{"type":"Split","pattern":{"Regex":"[ab]+"},"behavior":"Isolated","invert":false},"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]},
            "post_processor":{"type":"BertProcessing","cls":["a",0],"sep":["b",1]},"model":{"type":"BPE","unk_token":"?","vocab":{"a":0,"b":1,"ab":2,"_":3,"?":4,"c":5},"merges":["a b"]}}
            """);
        // Expressions and JSON in memory take many times their text.
        Mutations.Run(Mutations.Files(100_000), random => Mutations.Damage(content, random), file =>
        {
            try
            {
                var tokenizer = HuggingFaceTokenizer.Parse(file);
                tokenizer.Decode(tokenizer.EncodePair("ab c<s>", "a").Ids);
            }
            catch (TokenizerException e)
            {
                throw new DataFormatException("damaged", null, e.Message, "", e);
            }
        }, extraBytes: 2_000_000);
    }
}

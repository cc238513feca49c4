using System.Text.Json;
using CudaNet.Models.Language;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Text;
using CudaNet.Nn.Training;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class LanguageTests
{
    private static readonly GptOptions Tiny = new() { Vocabulary = 300, Layers = 1, Size = 16, Heads = 2, Context = 16, Batch = 4, Steps = 6, Every = 2, Dropout = 0.1, Accumulate = 2 };

    [Test]
    public void A_run_that_is_resumed_gives_the_same_weights_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var whole = new GptTraining(Tiny);
        whole.Run();
        using var stop = new CancellationTokenSource();
        var steps = 0;
        var cut = new GptTraining(Tiny, folder["run"], _ =>
        {
            if (++steps == 3) stop.Cancel();
        });
        Assert.That(cut.Run(stop.Token).Result.End, Is.EqualTo(TrainingEnd.Interrupted));
        var resumed = new GptTraining(GptTraining.OptionsOf(folder["run"]), folder["run"]);
        resumed.Resume();
        Assert.That(resumed.Trainer.State.Step, Is.EqualTo(3));
        var report = resumed.Run();
        foreach (var (name, value) in whole.Model.StateDict())
            Assert.That(resumed.Model.StateDict()[name].ToBytes(), Is.EqualTo(value.ToBytes()), name);
        Assert.That(report.Files.Select(Path.GetFileName), Is.EquivalentTo(["checkpoint.safetensors", "vocab.json", "merges.txt", "learning-curve.png"]));
        Assert.That(report.ByteGramBits, Is.InRange(1.5, 2.5));
        var loaded = LanguageModel.Load(folder["run"]);
        var pieces = new List<string>();
        var text = loaded.Continue("In the beginning", new() { MaxTokens = 10, Seed = 2 }, pieces.Add);
        Assert.That(string.Concat(pieces), Is.EqualTo(text));
        Assert.That(text, Is.EqualTo(LanguageModel.Load(folder["run"]).Continue("In the beginning", new() { MaxTokens = 10, Seed = 2 })));
        Assert.That(loaded.Continue(new string('a', 500), new() { MaxTokens = 3 }), Is.Not.Empty, "a prompt that is too long loses its beginning");
    }

    [Test]
    public void Options_that_make_no_sense_are_refused()
    {
        foreach (var options in new[] { Tiny with { Heads = 3 }, Tiny with { Batch = 5 }, Tiny with { Vocabulary = 200 }, Tiny with { Steps = 0 }, Tiny with { LearningRate = 0 }, Tiny with { Context = 1 } })
            Assert.Throws<ArgumentException>(() => new GptTraining(options));
        Assert.Throws<FileNotFoundException>(() => new GptTraining(Tiny with { Data = "/no/such/file" }));
        Assert.Throws<FileNotFoundException>(() => GptTraining.OptionsOf("/no/such/folder"));
        Assert.Throws<FileNotFoundException>(() => LanguageModel.Load("/no/such/folder"));
    }

    [Test]
    public void The_text_is_cut_between_lines()
    {
        var corpus = TextCorpus.Load();
        Assert.That(corpus.Train, Does.StartWith("In the beginning God created").And.EndWith("\n"));
        Assert.That(corpus.TestBytes / (double)(corpus.Train.Length + corpus.Test.Length), Is.EqualTo(0.1).Within(0.01));
    }

    [Test]
    public void Probabilities_of_an_n_gram_model_add_up_to_one_and_follow_the_text()
    {
        var tokens = Enumerable.Range(0, 3000).Select(k => k * k % 7).ToArray();
        foreach (var order in new[] { 1, 2, 3, 5 })
        {
            var model = new KneserNey(tokens, order, 10);
            foreach (var context in new int[][] { [], [1], [1, 4], [9, 9, 9], [0, 1, 4, 2, 2, 4] })
                Assert.That(Enumerable.Range(0, 10).Sum(token => model.Probability(context, token)), Is.EqualTo(1).Within(1e-9));
            // k² modulo 7 is 0, 1, 4, 2, 2, 4, 1: behind 2, 2 comes 4.
            if (order >= 3) Assert.That(model.Probability([.. new[] { 1, 4, 2, 2 }.TakeLast(order - 1)], 4), Is.GreaterThan(0.99));
            if (order == 1) Assert.That(model.Probability([], 4), Is.EqualTo(2 / 7.0).Within(0.01));
        }
        Assert.That(new KneserNey(tokens, 5, 10).Bits(tokens) / tokens.Length, Is.LessThan(0.02));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KneserNey(tokens, 0, 10));
    }

    [Test]
    public void Weights_as_Hugging_Face_publishes_them_are_read_from_one_file_or_several()
    {
        using var folder = new TemporaryFolder();
        var text = TextCorpus.Load().Test;
        var tokenizer = ByteLevelBpe.Train([text], 280);
        var model = new Gpt2(new(2, 16, 2, tokenizer.VocabularySize, 32), new(5));
        Directory.CreateDirectory(folder["gpt2"]);
        tokenizer.Save(Path.Combine(folder["gpt2"], "vocab.json"), Path.Combine(folder["gpt2"], "merges.txt"));
        File.WriteAllText(Path.Combine(folder["gpt2"], "config.json"), """{"model_type":"gpt2","n_layer":2,"n_embd":16,"n_head":2,"vocab_size":280,"n_positions":32}""".Replace("280", $"{tokenizer.VocabularySize}", StringComparison.Ordinal));
        // Without the prefix, with the buffer of the mask and the head that is the table.
        var writer = new SafeTensorsWriter();
        writer.AddAll("", model.StateDict().ToDictionary(entry => entry.Key["transformer.".Length..], entry => entry.Value));
        writer.AddAll("", new Dictionary<string, Tensor> { ["h.0.attn.bias"] = Tensor.Ones([1, 1, 32, 32]), ["lm_head.weight"] = model.TokenTable.Value });
        writer.Save(Path.Combine(folder["gpt2"], "model.safetensors"));
        var loaded = LanguageModel.Load(folder["gpt2"]);
        var tokens = Tensor.From([1L, 5, 9], [1, 3]);
        Assert.That(loaded.Model.Forward(tokens).ToArray<float>(), Is.EqualTo(model.Eval().Forward(tokens).ToArray<float>()));

        var llama = new Llama(new(1, 16, 32, 4, 2, 50), new(6));
        Directory.CreateDirectory(folder["llama"]);
        File.WriteAllText(Path.Combine(folder["llama"], "config.json"), """{"model_type":"llama","num_hidden_layers":1,"hidden_size":16,"intermediate_size":32,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":50,"max_position_embeddings":4096}""");
        var names = llama.StateDict().Keys.ToList();
        foreach (var part in new[] { 0, 1 })
        {
            writer = new SafeTensorsWriter();
            writer.AddAll("", llama.StateDict().Where(entry => names.IndexOf(entry.Key) % 2 == part).ToDictionary());
            writer.Save(Path.Combine(folder["llama"], $"part-{part}.safetensors"));
        }
        File.WriteAllText(Path.Combine(folder["llama"], "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = names.ToDictionary(name => name, name => $"part-{names.IndexOf(name) % 2}.safetensors") }));
        Assert.That(Pretrained.Decoder(folder["llama"]).Forward(tokens).ToArray<float>(), Is.EqualTo(llama.Forward(tokens).ToArray<float>()));

        File.WriteAllText(Path.Combine(folder["llama"], "config.json"), """{"model_type":"mamba"}""");
        Assert.That(Assert.Throws<Nn.Formats.DataFormatException>(() => Pretrained.Decoder(folder["llama"]))!.Message, Does.Contain("mamba"));
        File.WriteAllText(Path.Combine(folder["llama"], "config.json"), "{");
        Assert.Throws<Nn.Formats.DataFormatException>(() => Pretrained.Decoder(folder["llama"]));
        File.Delete(Path.Combine(folder["llama"], "part-1.safetensors"));
        Assert.That(Assert.Throws<Nn.Formats.DataFormatException>(() => Pretrained.Weights(folder["llama"]))!.Message, Does.Contain("part-1.safetensors"));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cudanet-test-");

        public string this[string name] => Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}

using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Generation;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class GeneratorTests
{
    private static readonly Gpt2 Model = Sharp(new Gpt2(new(2, 32, 4, 20, 64), new(1)));

    [Test]
    public void Greedy_continuation_is_that_of_whole_passes()
    {
        long[] text = [3, 1, 4];
        var expected = new List<long>(text);
        for (var k = 0; k < 30; k++)
            expected.Add((long)Model.Eval().Forward(Tensor.From(expected.ToArray(), [1, expected.Count])).Narrow(1, expected.Count - 1, 1).ArgMax(-1).Item());
        var streamed = new List<long>();
        var tokens = new Generator(Model).Generate(text, GenerationOptions.Greedy with { MaxTokens = 30 }, streamed.Add);
        Assert.That(tokens, Is.EqualTo(expected.Skip(3)));
        Assert.That(streamed, Is.EqualTo(tokens));
        Assert.That(new Generator(Model).Generate(text, new() { TopK = 1, MaxTokens = 30, Seed = 5 }), Is.EqualTo(tokens));
        Assert.That(new Generator(Model).Generate(text, new() { TopP = 1e-9, MaxTokens = 30, Seed = 5 }), Is.EqualTo(tokens));
    }

    [Test]
    public void Texts_together_are_what_each_is_alone()
    {
        long[][] prompts = [[1], [2, 7, 9, 4, 4, 11, 0, 3, 2, 1, 1, 5, 6, 7, 8, 9, 10, 11], [5, 5]];
        var options = new GenerationOptions { MaxTokens = 20, Seed = 3, EndTokens = [13], RepetitionPenalty = 1.1, TopK = 10 };
        var generator = new Generator(Model);
        var together = generator.Batch(prompts, options);
        for (var k = 0; k < prompts.Length; k++) Assert.That(together[k], Is.EqualTo(generator.Generate(prompts[k], options)), $"text {k}");
        Assert.That(together.SelectMany(t => t.SkipLast(1)), Does.Not.Contain(13));
    }

    [Test]
    public void A_window_is_generated_over_a_ring()
    {
        var model = Sharp(new Llama(new(2, 32, 64, 4, 2, 20, null) { SlidingWindow = 5 }, new(2)));
        var ring = new Generator(model).Generate([1, 2, 3, 4, 5, 6, 7], GenerationOptions.Greedy with { MaxTokens = 40 });
        var whole = new Generator(model, batch => new StaticKvCache(model.CacheShape, batch, 16, grows: true)).Generate([1, 2, 3, 4, 5, 6, 7], GenerationOptions.Greedy with { MaxTokens = 40 });
        Assert.That(ring, Is.EqualTo(whole));
    }

    [Test]
    public void A_beam_of_all_texts_finds_the_best_of_them()
    {
        var model = Sharp(new Gpt2(new(1, 16, 2, 3, 8), new(3)));
        var best = new Generator(model).Beams([1], new() { Beams = 81, MaxTokens = 4 })[0];
        double Sum(long[] text) => Tensor.From(text.Prepend(1).ToArray(), [1, 5]) is var all
            ? model.Forward(all.Narrow(1, 0, 4)).LogSoftmax(-1).Gather(all.Narrow(1, 1, 4).Unsqueeze(2), 2).Sum().Item() : 0;
        var texts = Enumerable.Range(0, 81).Select(n => (long[])[n / 27, n / 9 % 3, n / 3 % 3, n % 3]).ToList();
        Assert.That(best.LogProbability, Is.EqualTo(texts.Max(Sum)).Within(1e-5));
        Assert.That(best.Tokens, Is.EqualTo(texts.MaxBy(Sum)));
        Assert.That(Assert.Throws<ArgumentException>(() => new Generator(model).Beams([1], new() { Beams = 82, MaxTokens = 4 }))!.Message, Does.Contain("Beams is 82"));
    }

    [Test]
    public void A_beam_of_one_is_greedy_and_ends_where_it_should()
    {
        var greedy = new Generator(Model).Generate([3, 1, 4], GenerationOptions.Greedy with { MaxTokens = 12 });
        var beams = new Generator(Model).Beams([3, 1, 4], new() { MaxTokens = 12 });
        Assert.That(beams[0].Tokens, Is.EqualTo(greedy));
        var ended = new Generator(Model).Beams([3, 1, 4], new() { MaxTokens = 12, Beams = 4, EndTokens = [greedy[1]] });
        Assert.That(ended.Select(beam => beam.Score), Is.Ordered.Descending);
        Assert.That(ended.SelectMany(beam => beam.Tokens.SkipLast(1)), Does.Not.Contain(greedy[1]));
    }

    [Test]
    public void Served_texts_are_what_each_is_alone_and_no_page_is_lost()
    {
        var server = new GenerationServer(Model, rows: 3, pages: 24, pageSize: 4);
        var generator = new Generator(Model);
        long[] beginning = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        var requests = Enumerable.Range(0, 8).Select(k => server.Submit([.. beginning.Take(3 + k), k], new() { MaxTokens = 5 + k, Seed = k, EndTokens = [0] })).ToList();
        server.Run();
        foreach (var request in requests)
        {
            Assert.That(request.IsDone, Is.True);
            Assert.That(request.Tokens, Is.EqualTo(generator.Generate([.. request.Prompt], request.Options)));
        }
        Assert.That((server.ActiveCount, server.WaitingCount), Is.EqualTo((0, 0)));
        Assert.That(server.SharedTokens, Is.GreaterThan(0));
        server.Cache.Clear();
        Assert.That(server.Cache.FreePages, Is.EqualTo(24));
        Assert.Throws<CacheException>(() => server.Submit([1], new() { MaxTokens = 100 }));
        Assert.Throws<ArgumentException>(() => server.Submit([], new()));
    }

    [Test]
    public void Probabilities_are_cut_as_they_should()
    {
        float[] logits = [.. new[] { 0.4, 0.3, 0.2, 0.1 }.Select(p => (float)Math.Log(p))];
        double[] Of(GenerationOptions options, params long[] seen) => TokenSampler.Probabilities(logits, options, seen);
        Assert.That(Of(new()), Is.EqualTo(new[] { 0.4, 0.3, 0.2, 0.1 }).Within(1e-6));
        Assert.That(Of(new() { TopK = 2 }), Is.EqualTo(new[] { 0.57142857, 0.42857143, 0, 0 }).Within(1e-6));
        Assert.That(Of(new() { TopP = 0.6 }), Is.EqualTo(new[] { 0.57142857, 0.42857143, 0, 0 }).Within(1e-6));
        Assert.That(Of(new() { TopP = 0.75 }), Is.EqualTo(new[] { 0.44444444, 0.33333333, 0.22222222, 0 }).Within(1e-6));
        Assert.That(Of(new() { Temperature = 0 }), Is.EqualTo(new double[] { 1, 0, 0, 0 }));
        Assert.That(Of(new() { RepetitionPenalty = 2 }, 0, 0)[0], Is.EqualTo(0.16 / (0.16 + 0.6)).Within(1e-6));
    }

    [Test]
    public void What_makes_no_sense_is_refused()
    {
        var generator = new Generator(Model);
        Assert.Throws<ArgumentException>(() => generator.Generate([]));
        Assert.That(Assert.Throws<ArgumentException>(() => generator.Generate([20]))!.Message, Does.Contain("token 20"));
        Assert.Throws<ShapeException>(() => generator.Generate(new long[65]));
        Assert.Throws<ArgumentException>(() => generator.Generate([1], new() { TopP = 0 }));
        Assert.Throws<ArgumentException>(() => generator.Generate([1], new() { Temperature = -1 }));
        Assert.Throws<ArgumentException>(() => generator.Generate([1], new() { EndTokens = [20] }));
        Assert.That(generator.Generate(new long[64]), Has.Length.EqualTo(1));
    }

    /// <summary>Larger weights: fresh ones give almost the same probability to all tokens.</summary>
    private static T Sharp<T>(T model) where T : CausalModel
    {
        foreach (var parameter in model.Parameters())
            if (parameter.Shape.Rank > 1) parameter.Assign((parameter.Value * 6).Realize());
        return model.Eval();
    }
}

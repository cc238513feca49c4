using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class ModelTests
{
    private static readonly LlamaConfig SmallLlama = new(2, 32, 64, 4, 2, 50, 64);
    private static readonly DeepSeekConfig SmallDeepSeek = new(2, 32, 4, 64, 24, 4, 2, 1, 50) { Latent = 16, QueryLatent = 12, Depth = 8, RotaryDepth = 4 };

    private static IEnumerable<TestCaseData> Published()
    {
        static TestCaseData Of(string name, Func<Module> build, long count) => new TestCaseData(build, count).SetArgDisplayNames(name);
        yield return Of("GPT-2", () => new Gpt2(Gpt2Config.Small), 124_439_808);
        yield return Of("GPT-2 medium", () => new Gpt2(Gpt2Config.Medium), 354_823_168);
        yield return Of("GPT-2 large", () => new Gpt2(Gpt2Config.Large), 774_030_080);
        yield return Of("GPT-2 XL", () => new Gpt2(Gpt2Config.Xl), 1_557_611_200);
        yield return Of("BERT base", () => new Bert(BertConfig.Base), 109_482_240);
        yield return Of("BERT large", () => new Bert(BertConfig.Large), 335_141_888);
        yield return Of("RoBERTa base", () => new Bert(BertConfig.RobertaBase), 124_645_632);
        yield return Of("ELECTRA small", () => new Bert(BertConfig.ElectraSmall), 13_483_008);
        yield return Of("DistilBERT", () => new Bert(BertConfig.DistilBert), 66_362_880);
        yield return Of("MiniLM", () => new Bert(BertConfig.MiniLm), 22_713_216);
        yield return Of("ALBERT base", () => new Albert(AlbertConfig.Base), 11_683_584);
        yield return Of("ViT-B/16", () => new Vit(VitConfig.B16), 86_567_656);
        yield return Of("ViT-L/16", () => new Vit(VitConfig.L16), 304_326_632);
        yield return Of("T5 small", () => new T5(T5Config.Small), 60_506_624);
        yield return Of("T5 base", () => new T5(T5Config.Base), 222_903_552);
        yield return Of("T5 large", () => new T5(T5Config.Large), 737_668_096);
        yield return Of("Llama 2 7B", () => new Llama(LlamaConfig.Llama2), 6_738_415_616);
        yield return Of("Mistral 7B", () => new Llama(LlamaConfig.Mistral), 7_241_732_096);
        yield return Of("DeepSeek V2 Lite", () => new DeepSeek(DeepSeekConfig.V2Lite), 15_706_484_224);
        yield return Of("DeepSeek V2", () => new DeepSeek(DeepSeekConfig.V2), 235_741_434_880);
    }

    [TestCaseSource(nameof(Published))]
    public void A_published_size_has_its_count_and_takes_no_memory(Func<Module> build, long count)
    {
        var before = GC.GetTotalAllocatedBytes();
        Assert.That(Model.FromShapes(build).ParameterCount, Is.EqualTo(count));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(300_000_000));
    }

    [Test]
    public void Names_are_those_of_Hugging_Face()
    {
        string[] Names(Module model) => [.. model.StateDict().Keys];
        Assert.That(Names(new Gpt2(new(1, 8, 2, 10, 4))), Is.EquivalentTo(["transformer.wte.weight", "transformer.wpe.weight", "transformer.h.0.ln_1.weight", "transformer.h.0.ln_1.bias",
            "transformer.h.0.attn.c_attn.weight", "transformer.h.0.attn.c_attn.bias", "transformer.h.0.attn.c_proj.weight", "transformer.h.0.attn.c_proj.bias", "transformer.h.0.ln_2.weight", "transformer.h.0.ln_2.bias",
            "transformer.h.0.mlp.c_fc.weight", "transformer.h.0.mlp.c_fc.bias", "transformer.h.0.mlp.c_proj.weight", "transformer.h.0.mlp.c_proj.bias", "transformer.ln_f.weight", "transformer.ln_f.bias"]));
        Assert.That(Names(new Bert(new(1, 8, 2, 16, 20, 6))), Does.Contain("encoder.layer.0.attention.self.query.weight").And.Contain("embeddings.LayerNorm.bias").And.Contain("pooler.dense.weight").And.Contain("encoder.layer.0.attention.output.LayerNorm.weight"));
        Assert.That(Names(new Llama(SmallLlama)), Does.Contain("model.layers.1.self_attn.k_proj.weight").And.Contain("model.layers.0.mlp.gate_proj.weight").And.Contain("model.embed_tokens.weight").And.Contain("lm_head.weight").And.Contain("model.norm.weight"));
        Assert.That(Names(new DeepSeek(SmallDeepSeek)), Does.Contain("model.layers.0.self_attn.kv_a_proj_with_mqa.weight").And.Contain("model.layers.1.mlp.experts.3.down_proj.weight").And.Contain("model.layers.1.mlp.shared_experts.up_proj.weight").And.Contain("model.layers.1.mlp.gate.weight").And.Contain("model.layers.0.self_attn.q_a_layernorm.weight"));
        Assert.That(Names(new T5(new(1, 8, 2, 4, 16, 10))), Does.Contain("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight").And.Contain("decoder.block.0.layer.1.EncDecAttention.q.weight").And.Contain("decoder.block.0.layer.2.DenseReluDense.wo.weight").And.Contain("shared.weight").And.Contain("encoder.final_layer_norm.weight"));
        Assert.That(Names(new Vit(new(8, 4, 1, 3, 1, 8, 2, 16))), Does.Contain("vit.embeddings.cls_token").And.Contain("vit.encoder.layer.0.attention.attention.query.weight").And.Contain("vit.embeddings.patch_embeddings.projection.weight"));
        Assert.That(Names(new Albert(new(3, 8, 2, 16, 4, 20, 6))), Does.Contain("encoder.albert_layer_groups.0.albert_layers.0.full_layer_layer_norm.weight").And.Contain("pooler.weight"));
        Assert.That(Names(new BertPretraining(new(1, 8, 2, 16, 20, 6))), Does.Contain("bert.encoder.layer.0.output.dense.weight").And.Contain("cls.predictions.bias").And.Contain("cls.seq_relationship.weight"));
    }

    private static IEnumerable<TestCaseData> Decoders()
    {
        static TestCaseData Of(string name, Func<CausalModel> build) => new TestCaseData(build).SetArgDisplayNames(name);
        yield return Of("GPT-2", () => new Gpt2(new(2, 32, 4, 50, 64), new(1)));
        yield return Of("Llama", () => new Llama(SmallLlama, new(1)));
        yield return Of("Mistral", () => new Llama(SmallLlama with { SlidingWindow = 5 }, new(1)));
        yield return Of("DeepSeek", () => new DeepSeek(SmallDeepSeek, new(1)));
    }

    [TestCaseSource(nameof(Decoders))]
    public void A_cache_gives_the_logits_of_a_whole_pass(Func<CausalModel> build)
    {
        var model = build().Eval();
        // Weights that are large enough for differences to show.
        foreach (var parameter in model.Parameters())
            if (parameter.Shape.Rank > 1) parameter.Assign((parameter.Value * 4).Realize());
        var tokens = new RandomStream(2).Integers([2, 24], 0, 50).Realize();
        var whole = model.Forward(tokens);
        var cache = new StaticKvCache(model.CacheShape, 2, 64);
        for (long at = 0; at < 24; at += at == 0 ? 7 : 1)
        {
            var count = at == 0 ? 7 : 1;
            var logits = model.Head(model.Hidden(tokens.Narrow(1, at, count), cache));
            Assert.That(logits.ToArray<float>(), Is.EqualTo(whole.Narrow(1, at, count).ToArray<float>()).Within(1e-5), $"token {at}");
            cache.Advance(count);
        }
    }

    [TestCaseSource(nameof(Decoders))]
    public void A_decoder_learns_a_text_by_heart(Func<CausalModel> build)
    {
        var model = build();
        var tokens = new RandomStream(3).Integers([4, 17], 0, 50).Realize();
        var optimizer = new AdamW(model.Parameters(), 1e-2);
        double first = 0, last = 0;
        var step = Compiled.Of(x =>
        {
            var loss = model.LossOf(x);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            return loss;
        });
        for (var k = 0; k < 60; k++)
        {
            last = step(tokens).Item();
            if (k == 0) first = last;
        }
        Assert.That(first, Is.EqualTo(Math.Log(50)).Within(0.3));
        Assert.That(last, Is.LessThan(first / 3));
    }

    [Test]
    public void Padding_changes_no_row_of_an_encoder()
    {
        var bert = new Bert(new(2, 32, 4, 64, 50, 20), new(4)).Eval();
        var tokens = new RandomStream(5).Integers([1, 6], 0, 50).Realize();
        var padded = Tensor.Concat([tokens, Tensor.Zeros([1, 3], DType.Int64)], 1);
        var padding = Tensor.From([false, false, false, false, false, false, true, true, true], [1, 9]);
        Assert.That(bert.Forward(padded, padding).Narrow(1, 0, 6).ToArray<float>(), Is.EqualTo(bert.Forward(tokens).ToArray<float>()).Within(1e-5));
        Assert.That(Bert.MeanPooled(bert.Forward(padded, padding), padding).ToArray<float>(), Is.EqualTo(Bert.MeanPooled(bert.Forward(tokens)).ToArray<float>()).Within(1e-5));
        Assert.That(bert.HiddenStates(tokens), Has.Count.EqualTo(3));
        Assert.Throws<ShapeException>(() => bert.Forward(Tensor.Zeros([1, 21], DType.Int64)));
    }

    [Test]
    public void T5_decodes_over_a_cache_what_it_decodes_at_once()
    {
        foreach (var gated in new[] { false, true })
        {
            var model = new T5(new(2, 32, 4, 8, 64, 40, Gated: gated), new(6)).Eval();
            var random = new RandomStream(7);
            Tensor source = random.Integers([2, 9], 0, 40).Realize(), target = random.Integers([2, 7], 0, 40).Realize();
            var whole = model.Forward(source, target);
            var memory = model.Encode(source).Realize();
            var cache = new StaticKvCache(model.CacheShape, 2, 16);
            for (var at = 0; at < 7; at++)
            {
                Assert.That(model.Decode(target.Narrow(1, at, 1), memory, null, cache).ToArray<float>(), Is.EqualTo(whole.Narrow(1, at, 1).ToArray<float>()).Within(2e-5));
                cache.Advance(1);
            }
        }
        Assert.Throws<NotSupportedException>(() => new T5(new(1, 8, 2, 4, 16, 10)).Forward(Tensor.Zeros([1, 2], DType.Int64)));
    }

    [Test]
    public void A_vision_transformer_takes_other_sizes_than_that_of_its_table()
    {
        var model = new Vit(new(8, 4, 1, 3, 1, 16, 2, 32), new(8)).Eval();
        Assert.That(model.Forward(Tensor.Zeros([2, 1, 8, 8])).Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(model.Forward(Tensor.Zeros([2, 1, 12, 16])).Shape, Is.EqualTo(new Shape(2, 3)));
        // A plane stays a plane: rows 0 and 1 of the table at their centres, then between and beyond them.
        Assert.That(model.Positions(4, 2).Narrow(1, 1, 1).ToArray<float>(), Is.EqualTo(model.Positions(2, 2).Narrow(1, 1, 1).ToArray<float>()).Within(1e-6));
        Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([2, 1, 9, 8])));
        Assert.Throws<ShapeException>(() => new Vit(new(9, 4)));
    }

    [Test]
    public void Sparse_experts_with_all_chosen_are_the_dense_mixture()
    {
        var random = new RandomStream(9);
        var layer = new SparseExperts(8, 12, 4, 4, random: random);
        var x = random.Normal([3, 5, 8]).Realize();
        var gates = layer.Gate.Forward(x).Softmax();
        Tensor? dense = null;
        for (var e = 0; e < 4; e++)
        {
            var part = layer.Experts[e].Forward(x) * gates.Narrow(2, e, 1);
            dense = dense is null ? part : dense + part;
        }
        var (y, routing) = layer.Route(x);
        Assert.That(y.ToArray<float>(), Is.EqualTo(dense!.ToArray<float>()).Within(1e-6));
        Assert.That((routing.Dropped.Item(), routing.Usage.Sum().Item()), Is.EqualTo((0.0, 1.0)).Within(1e-6));
        var parameters = layer.Parameters().Select(p => p.Value).ToArray();
        foreach (var (a, b) in Grad.Of(y.Square().Sum(), parameters).Zip(Grad.Of(dense.Square().Sum(), parameters)))
            Assert.That(a.ToArray<float>(), Is.EqualTo(b.ToArray<float>()).Within(1e-4));
        var narrow = new SparseExperts(8, 12, 4, 2, capacityFactor: 0.5, random: random);
        Assert.That(narrow.Route(x).Routing.Dropped.Item(), Is.GreaterThanOrEqualTo(14));
        Assert.Throws<ArgumentException>(() => new SparseExperts(8, 12, 2, 3));
    }

    [Test]
    public void A_cache_or_text_of_another_model_is_refused()
    {
        var model = new Gpt2(new(1, 16, 2, 20, 8));
        Assert.Throws<CacheException>(() => model.Hidden(Tensor.Zeros([1, 2], DType.Int64), new StaticKvCache(new(2, 2, 8, 8), 1, 8)));
        Assert.That(Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([1, 9], DType.Int64)))!.Message, Does.Contain("positions end at 8"));
        Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([1, 4])));
        Assert.Throws<IndexValueException>(() => model.Forward(Tensor.Full([1, 4], 20, DType.Int64)).Realize());
    }

    [Test]
    public void Hidden_tokens_have_the_shares_of_the_paper()
    {
        var tokens = new RandomStream(10).Integers([1000, 1000], 0, 1000).Realize();
        var (inputs, targets) = MaskedTokens.Hide(tokens, new(11), 3, 1000, 5);
        double Share(Tensor mask) => mask.To(DType.Float64).Mean().Item();
        var asked = targets.Ne(MaskedTokens.Ignored);
        var all = Share(asked);
        Assert.That(all, Is.EqualTo(0.15 * 0.995).Within(0.002));
        Assert.That(Share(asked & inputs.Eq(3)) / all, Is.EqualTo(0.8).Within(0.005));
        Assert.That(Share(asked & inputs.Eq(tokens)) / all, Is.EqualTo(0.1).Within(0.005));
        Assert.That(Share(asked & (tokens < 5)), Is.Zero);
        Assert.That(Share(~asked & inputs.Ne(tokens)), Is.Zero);
    }
}

using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

/// <summary>Recurrent networks against their formulas, golden values, and what they refuse.</summary>
public sealed class RecurrentTests
{
    private static Tensor Half(params long[] shape) => Tensor.Full(shape, 0.5, DType.Float64);

    private static T WithHalves<T>(T module) where T : Module
    {
        module.LoadStateDict(module.StateDict().ToDictionary(entry => entry.Key, entry => entry.Key.StartsWith("bias", StringComparison.Ordinal) ? entry.Value * 0 : Half([.. entry.Value.Shape])));
        return module;
    }

    [Test]
    public void Scalar_cells_with_weights_of_one_half_have_the_golden_values()
    {
        var x = Tensor.Ones([2, 1, 1], DType.Float64);
        var rnn = WithHalves(new RNN(1, 1, type: DType.Float64)).Forward(x).ToDoubles();
        Assert.That(rnn, Is.EqualTo(new[] { 0.4621172, 0.6237125 }).Within(1e-7));
        var lstm = WithHalves(new LSTM(1, 1, type: DType.Float64));
        Assert.That(lstm.Forward(x).ToDoubles(), Is.EqualTo(new[] { 0.1742697, 0.3090589 }).Within(1e-7));
        Assert.That(lstm.Forward(x, null).State.Cell.Item(), Is.EqualTo(0.5241157).Within(1e-7));
        var gru = WithHalves(new GRU(1, 1, resetAfter: false, type: DType.Float64)).Forward(x).ToDoubles();
        Assert.That(gru, Is.EqualTo(new[] { 0.1744680, 0.2925765 }).Within(1e-7));
    }

    [Test]
    public void A_long_unrolled_chain_is_planned_without_recursion()
    {
        var gru = new GRU(1, 2, resetAfter: false, random: new(1));
        var y = gru.Forward(new RandomStream(2).Normal([1500, 1, 1]));
        Assert.That(double.IsFinite(y.Sum().Item()));
    }

    [Test]
    public void Half_types_compute_in_single_precision()
    {
        var x = new RandomStream(1).Normal([70, 2, 3]).Realize();
        var full = new LSTM(3, 4, random: new(2));
        var half = new LSTM(3, 4, random: new(3), type: DType.BFloat16);
        half.LoadStateDict(full.StateDict());
        full.LoadStateDict(half.StateDict().ToDictionary(entry => entry.Key, entry => entry.Value.To(DType.Float32)));
        var xHalf = x.To(DType.BFloat16);
        Assert.That(half.Forward(xHalf).ToDoubles(), Is.EqualTo(full.Forward(xHalf.To(DType.Float32)).ToDoubles()).Within(0.03));
    }

    [Test]
    public void The_forget_bias_is_set_once()
    {
        var lstm = new LSTM(2, 3, bidirectional: true, forgetBias: 1);
        foreach (var suffix in new[] { "_l0", "_l0_reverse" })
        {
            Assert.That(lstm.StateDict()["bias_ih" + suffix].Narrow(0, 3, 3).ToArray<float>(), Is.All.EqualTo(1f));
            Assert.That(lstm.StateDict()["bias_hh" + suffix].Narrow(0, 3, 3).ToArray<float>(), Is.All.EqualTo(0f));
        }
    }

    [Test]
    public void Dropout_lies_between_layers_in_training_only()
    {
        var lstm = new LSTM(2, 8, layers: 2, dropout: 0.5, random: new(1));
        var x = new RandomStream(2).Normal([4, 3, 2]).Realize();
        float[] first = lstm.Forward(x).ToArray<float>(), second = lstm.Forward(x).ToArray<float>();
        Assert.That(second, Is.Not.EqualTo(first));
        lstm.Eval();
        (first, second) = (lstm.Forward(x).ToArray<float>(), lstm.Forward(x).ToArray<float>());
        Assert.That(second, Is.EqualTo(first));
        Assert.That(lstm.NamedRandomStreams().Select(entry => entry.Name), Is.EqualTo(new[] { "random" }));
    }

    [Test]
    public void Cells_in_a_loop_give_what_the_network_gives()
    {
        var (lstm, cell) = (new LSTM(3, 5, random: new(1)), new LSTMCell(3, 5));
        cell.LoadStateDict(lstm.StateDict().ToDictionary(entry => entry.Key[..^3], entry => entry.Value));
        var x = new RandomStream(2).Normal([6, 2, 3]).Realize();
        LSTMState? state = null;
        var outputs = new List<Tensor>();
        for (var t = 0; t < 6; t++)
        {
            state = cell.Forward(x.Select(0, t), state);
            outputs.Add(state.Value.Hidden);
        }
        Assert.That(Tensor.Stack([.. outputs]).ToArray<float>(), Is.EqualTo(lstm.Forward(x).ToArray<float>()).Within(1e-6f));
        var step = cell.Step(x.Select(0, 0));
        Assert.That((step.Output * (step.Input * step.Candidate).Tanh()).ToArray<float>(), Is.EqualTo(step.State.Hidden.ToArray<float>()).Within(1e-6f));
        Assert.That(cell.Forward(x.Select(0, 0).Select(0, 0), null).Hidden.Shape, Is.EqualTo(new Shape(5)));
    }

    [Test]
    public void Gates_have_a_gradient_of_their_own()
    {
        var cell = new LSTMCell(2, 3, random: new(1), type: DType.Float64);
        var x = new RandomStream(2).Normal([2, 2], type: DType.Float64).Realize();
        var exact = Grad.Of(cell.Step(x).Forget.Sum(), x).ToDoubles();
        // ∂ Σ f/∂x = Σ f(1 − f)·W_f.
        var f = cell.Step(x).Forget;
        Assert.That(exact, Is.EqualTo((f * (1 - f)).MatMul(cell.WeightIh.Value.Narrow(0, 3, 3)).ToDoubles()).Within(1e-12));
    }

    [Test]
    public void Packing_and_padding_is_the_identity_on_what_is_within()
    {
        var x = new RandomStream(1).Normal([2, 4, 3]).Realize();
        var packed = PackedSequence.Pack(x, [2, 4], batchFirst: true);
        var padded = packed.Pad(batchFirst: true, value: -1, length: 5);
        Assert.That(padded.Shape, Is.EqualTo(new Shape(2, 5, 3)));
        Assert.That(padded.Narrow(1, 0, 2).ToArray<float>(), Is.EqualTo(x.Narrow(1, 0, 2).ToArray<float>()));
        Assert.That(padded.Select(0, 0).Narrow(0, 2, 3).ToArray<float>(), Is.All.EqualTo(-1f));
        var sequences = PackedSequence.Of([x.Select(0, 0).Narrow(0, 0, 2), x.Select(0, 1)]);
        Assert.That(sequences.Data.ToArray<float>(), Is.EqualTo(packed.Data.ToArray<float>()));
    }

    [Test]
    public void Padding_that_is_not_a_number_stays_outside()
    {
        var gru = new GRU(1, 4, bidirectional: true, random: new(1));
        var padded = Tensor.From(new float[,,] { { { 1 } }, { { 2 } }, { { float.NaN } } });
        var (output, hidden) = gru.Forward(PackedSequence.Pack(padded, [2]));
        var (alone, hiddenAlone) = gru.Forward(padded.Narrow(0, 0, 2), null);
        Assert.That(output.Pad().ToArray<float>(), Is.EqualTo(alone.ToArray<float>()));
        Assert.That(hidden.ToArray<float>(), Is.EqualTo(hiddenAlone.ToArray<float>()));
        foreach (var gradient in Grad.Of(gru.Forward(PackedSequence.Pack(padded, [2])).Output.Pad().Sum(), [.. gru.Parameters().Select(p => p.Value)]))
            Assert.That(gradient.ToArray<float>(), Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Networks_and_cells_run_where_their_weights_are()
    {
        var random = new RandomStream(1);
        Tensor x = random.Normal([6, 2, 3]).Realize(), lengths = Tensor.From(6L, 4L);
        (Module Module, Func<Device, Tensor> Run)[] cases =
        [
            Of(new LSTM(3, 4, bidirectional: true, random: random), (net, to) => net.Forward(x.To(to), null, lengths.To(to)).Output),
            Of(new GRU(3, 4, bias: false, random: random), (net, to) => net.Forward(x.To(to))),
            Of(new RNN(3, 4, 2, random: random), (net, to) => net.Forward(PackedSequence.Pack(x.To(to), [6, 4])).Output.Pad()),
            Of(new LSTMCell(3, 4, random: random), (cell, to) => cell.Forward(x.To(to).Select(0, 0))),
            Of(new GRUCell(3, 4, bias: false, random: random), (cell, to) => cell.Forward(x.To(to).Select(0, 0))),
            Of(new EmbeddingBag(5, 3, random: random), (bag, to) => bag.Forward(Tensor.From([1L, 2, 4, 4], [2, 2]).To(to))),
        ];
        foreach (var (module, run) in cases)
        {
            var here = run(Device.Cpu).ToArray<float>();
            module.To(Device.Virtual);
            Assert.That(run(Device.Virtual).ToArray<float>(), Is.EqualTo(here).Within(1e-5f), module.ToString());
        }

        static (Module, Func<Device, Tensor>) Of<T>(T module, Func<T, Device, Tensor> run) where T : Module => (module, device => run(module, device));
    }

    [Test]
    public void Attention_weighs_what_the_mask_lets_through()
    {
        var attention = new BahdanauAttention(3, 4, 5, random: new(1));
        var random = new RandomStream(2);
        Tensor query = random.Normal([2, 3]).Realize(), keys = random.Normal([2, 6, 4]).Realize();
        var mask = Tensor.From(new[] { true, true, false, false, false, false, false, false, false, false, false, false }, [2, 6]);
        var (context, weights) = attention.Forward(query, keys, mask);
        // The formula, for the two steps that are seen.
        var e = attention.Score.Forward((attention.Query.Forward(query).Narrow(0, 0, 1) + attention.Key.Forward(keys.Select(0, 0).Narrow(0, 0, 2))).Tanh()).Flatten().Softmax();
        Assert.That(weights.Select(0, 0).Narrow(0, 0, 2).ToArray<float>(), Is.EqualTo(e.ToArray<float>()).Within(1e-6f));
        Assert.That(weights.Select(0, 0).Narrow(0, 2, 4).ToArray<float>(), Is.All.EqualTo(0f));
        Assert.That(context.Select(0, 0).ToArray<float>(), Is.EqualTo(e.Unsqueeze(0).MatMul(keys.Select(0, 0).Narrow(0, 0, 2)).Flatten().ToArray<float>()).Within(1e-6f));
        Assert.That(context.Select(0, 1).ToArray<float>(), Is.All.EqualTo(0f), "nothing may be seen");
        var projected = attention.Project(keys);
        Assert.That(attention.Forward(query, keys, mask, projected).Context.ToArray<float>(), Is.EqualTo(context.ToArray<float>()));
    }

    [Test]
    public void Pretrained_embeddings_are_frozen_unless_told_otherwise()
    {
        var table = new RandomStream(1).Normal([4, 2]).Realize();
        Assert.That(Embedding.FromPretrained(table).Weight.RequiresGrad, Is.False);
        Assert.That(Embedding.FromPretrained(table, freeze: false).Weight.RequiresGrad, Is.True);
        Assert.That(Embedding.FromPretrained(table).Forward(Tensor.From(2L, 0L)).ToArray<float>(), Is.EqualTo(table.Take(Tensor.From(2L, 0L), 0).ToArray<float>()));
    }

    private static IEnumerable<TestCaseData> Refusals()
    {
        static TestCaseData Of(string name, Action call, string message) => new TestCaseData(call, message).SetArgDisplayNames(name);
        var x = Tensor.Zeros([5, 2, 3]);
        yield return Of("length 0", () => new LSTM(3, 4).Forward(Tensor.Zeros([0, 2, 3])), @"LSTM\(3, 4\).*\[0, 2, 3\].*length 0");
        yield return Of("length 0, batch first", () => new GRU(3, 4, batchFirst: true).Forward(Tensor.Zeros([2, 0, 3])), "length 0");
        yield return Of("another input size", () => new RNN(4, 4).Forward(x), @"\[5, 2, 3\].*\[time, batch, 4\]");
        yield return Of("a vector", () => new RNN(3, 4).Forward(Tensor.Zeros([3])), @"\[3\]");
        yield return Of("a state of another batch", () => new GRU(3, 4).Forward(x, Tensor.Zeros([1, 5, 4])), @"hidden state is \[1, 5, 4\], but must be \[1, 2, 4\]");
        yield return Of("a state for fewer layers", () => new GRU(3, 4, layers: 2).Forward(x, Tensor.Zeros([1, 2, 4])), @"must be \[2, 2, 4\]");
        yield return Of("a cell state of another size", () => new LSTM(3, 4).Forward(x, new LSTMState(Tensor.Zeros([1, 2, 4]), Tensor.Zeros([1, 2, 5]))), @"cell state is \[1, 2, 5\]");
        yield return Of("a cell's state of another size", () => new LSTMCell(3, 4).Forward(x.Select(0, 0), new LSTMState(Tensor.Zeros([2, 5]), Tensor.Zeros([2, 4]))), @"hidden state is \[2, 5\].*\[2, 4\]");
        yield return Of("a cell's input of another size", () => new GRUCell(2, 4).Forward(x.Select(0, 0), null), @"GRUCell\(2, 4\).*\[2, 3\]");
        yield return Of("lengths for another batch", () => new LSTM(3, 4).Forward(x, null, Tensor.From(1L, 2L, 3L)), @"lengths are i64\[3\].*\[2\]");
        yield return Of("lengths that are no integers", () => new LSTM(3, 4).Forward(x, null, Tensor.Zeros([2])), "lengths are f32");
        yield return Of("a length beyond the padded one", () => PackedSequence.Pack(x, [3, 6]), "length of sequence 1 is 6.*padded to 5");
        yield return Of("an empty sequence", () => PackedSequence.Pack(x, [0, 5]), "length of sequence 0 is 0");
        yield return Of("too few lengths", () => PackedSequence.Pack(x, [5]), "1 lengths for 2 sequences");
        yield return Of("padding to less", () => PackedSequence.Pack(x, [5, 5]).Pad(length: 4), "5 steps and cannot be padded to 4");
        yield return Of("steps of other shapes", () => PackedSequence.Of([Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])]), @"sequence 1 is \[2, 4\]");
        yield return Of("no layers", () => _ = new RNN(3, 4, layers: 0), "layers is 0");
        yield return Of("a projection as large as the state", () => _ = new LSTM(3, 4, projectionSize: 4), "projectionSize is 4.*less than");
        yield return Of("a mask of another shape", () => new BahdanauAttention(3, 3, 4).Forward(null, Tensor.Zeros([2, 5, 3]), Tensor.Zeros([2, 4], DType.Bool)), @"mask is bool\[2, 4\].*bool\[2, 5\]");
        yield return Of("keys of another size", () => new BahdanauAttention(3, 3, 4).Forward(Tensor.Zeros([2, 5, 2])), @"keys are \[2, 5, 2\]");
        yield return Of("a query for another batch", () => new BahdanauAttention(3, 3, 4).Forward(Tensor.Zeros([1, 3]), Tensor.Zeros([2, 5, 3])), @"query is \[1, 3\]");
        yield return Of("bags of vectors", () => new EmbeddingBag(5, 3).Forward(Tensor.From(1L, 2L)), @"\[bags, numbers\]");
        yield return Of("weights for a mean", () => new EmbeddingBag(5, 3).Forward(Tensor.From(1L), Tensor.From(0L), Tensor.Ones([1])), "must be summed");
        yield return Of("a given part of another size", () => GRUCell.ResetBefore(Tensor.Zeros([2, 8]), Tensor.Zeros([2, 3]), Tensor.Zeros([9, 3])), @"\[2, 8\]");
    }

    [TestCaseSource(nameof(Refusals))]
    public void Bad_input_is_refused_with_what_is_wrong(Action call, string message) => Assert.That(call, Throws.TypeOf<ShapeException>().With.Message.Matches(message));

    [Test]
    public void Numbers_that_are_not_there_are_refused()
    {
        Assert.That(() => new Embedding(5, 3, paddingIndex: 7), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("paddingIndex is 7"));
        Assert.That(() => new EmbeddingBag(5, 3).Forward(Tensor.Zeros([2, 2])), Throws.TypeOf<DTypeException>().With.Message.Contains("integers"));
        Assert.That(() => new EmbeddingBag(5, 3).Forward(Tensor.From(new long[] { 1, 9 }, [1, 2])).ToArray<float>(), Throws.TypeOf<IndexValueException>());
    }
}

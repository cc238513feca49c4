using CudaNet.Nn;
using TorchSharp;
using EmbeddingBagMode = CudaNet.Nn.EmbeddingBagMode;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Tests;

/// <summary>Recurrent networks, their cells and bags of embeddings give torch's results and gradients, under torch's names.</summary>
public sealed class RecurrentTests
{
    private const int Time = 5, Batch = 3, In = 4, Hidden = 6;

    private static readonly long[] Lengths = [3, 5, 1];

    /// <summary>Both sides as functions from input and initial states to output and last states.</summary>
    private sealed record Pair(
        Module Ours,
        Func<Tensor, Tensor[], bool, Tensor[]> Run,
        Torch.Module Theirs,
        Func<torch.Tensor, torch.Tensor[], torch.Tensor[]> TheirRun,
        int States = 1,
        int Rows = 1);

    private static Pair Network(string kind, int layers, bool bidirectional, bool bias = true, bool batchFirst = false, bool relu = false)
    {
        var rows = layers * (bidirectional ? 2 : 1);
        var lengths = Tensor.From(Lengths, [Batch]);
        switch (kind)
        {
            case "rnn":
                var rnn = new RNN(In, Hidden, layers, relu ? RecurrentNonlinearity.Relu : RecurrentNonlinearity.Tanh, bias, batchFirst, 0, bidirectional);
                var theirRnn = Torch.RNN(In, Hidden, layers, relu ? Torch.NonLinearities.ReLU : Torch.NonLinearities.Tanh, bias, batchFirst, 0, bidirectional);
                return new(rnn, (x, s, some) => { var (y, h) = rnn.Forward(x, s[0], some ? lengths : null); return [y, h]; }, theirRnn, (x, s) => { var (y, h) = theirRnn.forward(x, s[0]); return [y, h]; }, 1, rows);
            case "gru":
                var gru = new GRU(In, Hidden, layers, bias, batchFirst, 0, bidirectional);
                var theirGru = Torch.GRU(In, Hidden, layers, bias, batchFirst, 0, bidirectional);
                return new(gru, (x, s, some) => { var (y, h) = gru.Forward(x, s[0], some ? lengths : null); return [y, h]; }, theirGru, (x, s) => { var (y, h) = theirGru.forward(x, s[0]); return [y, h]; }, 1, rows);
            default:
                var lstm = new LSTM(In, Hidden, layers, bias, batchFirst, 0, bidirectional);
                var theirLstm = Torch.LSTM(In, Hidden, layers, bias, batchFirst, 0, bidirectional);
                return new(lstm, (x, s, some) => { var (y, state) = lstm.Forward(x, new LSTMState(s[0], s[1]), some ? lengths : null); return [y, state.Hidden, state.Cell]; },
                    theirLstm, (x, s) => { var (y, h, c) = theirLstm.forward(x, (s[0], s[1])); return [y, h, c]; }, 2, rows);
        }
    }

    private static IEnumerable<TestCaseData> Networks()
    {
        foreach (var kind in new[] { "rnn", "gru", "lstm" })
        {
            yield return new TestCaseData(kind, 1, false, true, false).SetArgDisplayNames(kind);
            yield return new TestCaseData(kind, 2, false, true, true).SetArgDisplayNames(kind, "two layers", "batch first");
            yield return new TestCaseData(kind, 1, true, true, false).SetArgDisplayNames(kind, "bidirectional");
            yield return new TestCaseData(kind, 2, true, false, false).SetArgDisplayNames(kind, "two layers", "bidirectional", "without bias");
        }
    }

    [TestCaseSource(nameof(Networks))]
    public void A_network_gives_the_values_and_gradients_of_torch(string kind, int layers, bool bidirectional, bool bias, bool batchFirst)
    {
        var pair = Network(kind, layers, bidirectional, bias, batchFirst);
        Compare(pair, batchFirst ? [Batch, Time, In] : [Time, Batch, In], [pair.Rows, Batch, Hidden]);
    }

    [Test]
    public void A_network_of_rectifiers_gives_the_values_and_gradients_of_torch()
    {
        var pair = Network("rnn", 2, false, relu: true);
        Compare(pair, [Time, Batch, In], [pair.Rows, Batch, Hidden]);
    }

    [TestCase("rnn")]
    [TestCase("gru")]
    [TestCase("lstm")]
    public void Padded_sequences_give_what_torch_gives_each_alone(string kind)
    {
        var pair = Network(kind, 2, true);
        pair.Ours.LoadStateDict(State(pair.Theirs));
        torch.manual_seed(4);
        using var x = torch.randn(Time, Batch, In);
        var states = Enumerable.Range(0, pair.States).Select(_ => torch.randn(pair.Rows, Batch, Hidden)).ToArray();
        var ours = pair.Run(Of(x), [.. states.Select(Of)], true);
        for (var b = 0; b < Batch; b++)
        {
            var theirs = pair.TheirRun(x[..(int)Lengths[b], b..(b + 1)], [.. states.Select(state => state[.., b..(b + 1)])]);
            Assert.That(ours[0].Narrow(1, b, 1).Narrow(0, 0, Lengths[b]).ToArray<float>(), Is.EqualTo(Values(theirs[0])).Within(1e-5f), $"output of sequence {b}");
            Assert.That(ours[0].Narrow(1, b, 1).Narrow(0, Lengths[b], Time - Lengths[b]).ToArray<float>(), Is.All.EqualTo(0f), "behind the end");
            for (var k = 1; k < ours.Length; k++) Assert.That(ours[k].Narrow(1, b, 1).ToArray<float>(), Is.EqualTo(Values(theirs[k])).Within(1e-5f), $"state {k} of sequence {b}");
        }
    }

    [Test]
    public void Packed_sequences_lie_as_those_of_torch()
    {
        torch.manual_seed(5);
        using var x = torch.randn(Time, Batch, In);
        using var lengths = torch.tensor(Lengths);
        using var theirs = Torch.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted: false);
        var ours = PackedSequence.Pack(Of(x), Lengths);
        Assert.Multiple(() =>
        {
            Assert.That(ours.Data.ToArray<float>(), Is.EqualTo(Values(theirs.data)));
            Assert.That(ours.BatchSizes, Is.EqualTo(theirs.batch_sizes.data<long>().ToArray()));
            Assert.That(ours.SortedIndices, Is.EqualTo(theirs.sorted_indices.data<long>().ToArray()));
            Assert.That(ours.UnsortedIndices, Is.EqualTo(theirs.unsorted_indices.data<long>().ToArray()));
        });
    }

    [Test]
    public void A_projected_memory_gives_the_values_of_the_formula_with_the_weights_of_torch()
    {
        // TorchSharp has no proj_size: a projection by the unit matrix of the first units must give those units where nothing else is fed back.
        var plain = new LSTM(In, Hidden, random: new(1));
        var projected = new LSTM(In, Hidden, projectionSize: 2, random: new(2));
        Assert.That(projected.StateDict()["weight_hr_l0"].Shape, Is.EqualTo(new Shape(2, Hidden)));
        var keep = Tensor.Eye(Hidden).Narrow(0, 0, 2);
        var state = plain.StateDict().ToDictionary(entry => entry.Key, entry => entry.Value);
        state["weight_hh_l0"] = state["weight_hh_l0"] * 0;
        plain.LoadStateDict(state);
        state["weight_hh_l0"] = Tensor.Zeros([4 * Hidden, 2]);
        state["weight_hr_l0"] = keep;
        projected.LoadStateDict(state);
        var x = new RandomStream(3).Normal([Time, Batch, In]).Realize();
        Assert.That(projected.Forward(x).ToArray<float>(), Is.EqualTo(plain.Forward(x).Narrow(2, 0, 2).ToArray<float>()).Within(1e-6f));
    }

    [Test]
    public void Cells_give_the_values_and_gradients_of_torch()
    {
        RNNCell rnn = new(In, Hidden);
        GRUCell gru = new(In, Hidden);
        LSTMCell lstm = new(In, Hidden);
        using var theirRnn = Torch.RNNCell(In, Hidden);
        using var theirGru = Torch.GRUCell(In, Hidden);
        using var theirLstm = Torch.LSTMCell(In, Hidden);
        Compare(new(rnn, (x, s, _) => [rnn.Forward(x, s[0])], theirRnn, (x, s) => [theirRnn.forward(x, s[0])]), [Batch, In], [Batch, Hidden]);
        Compare(new(gru, (x, s, _) => [gru.Forward(x, s[0])], theirGru, (x, s) => [theirGru.forward(x, s[0])]), [Batch, In], [Batch, Hidden]);
        Compare(new(lstm, (x, s, _) => { var state = lstm.Forward(x, new LSTMState(s[0], s[1])); return [state.Hidden, state.Cell]; },
            theirLstm, (x, s) => { var (h, c) = theirLstm.forward(x, (s[0], s[1])); return [h, c]; }, 2), [Batch, In], [Batch, Hidden]);
    }

    [TestCase(EmbeddingBagMode.Sum)]
    [TestCase(EmbeddingBagMode.Mean)]
    [TestCase(EmbeddingBagMode.Max)]
    public void A_bag_of_embeddings_gives_the_values_and_gradients_of_torch(EmbeddingBagMode mode)
    {
        var bag = new EmbeddingBag(7, 3, mode);
        using var peer = Torch.EmbeddingBag(7, 3, mode: mode switch { EmbeddingBagMode.Sum => TorchSharp.EmbeddingBagMode.Sum, EmbeddingBagMode.Mean => TorchSharp.EmbeddingBagMode.Mean, _ => TorchSharp.EmbeddingBagMode.Max });
        bag.LoadStateDict(State(peer));
        using var numbers = torch.tensor(new long[] { 3, 1, 1, 6, 0, 2, 5, 3 });
        using var offsets = torch.tensor(new long[] { 0, 3, 3, 7 }); // the second bag is empty
        using var y = peer.forward(numbers, offsets, null);
        using var weights = torch.randn(y.shape);
        using (var loss = (y * weights).sum()) loss.backward();
        var ours = bag.Forward(Of(numbers), Of(offsets));
        Assert.That(ours.ToArray<float>(), Is.EqualTo(Values(y)).Within(1e-6f));
        var gradient = Grad.Of((bag.Forward(Of(numbers), Of(offsets)) * Of(weights)).Sum(), bag.Weight);
        Assert.That(gradient.ToArray<float>(), Is.EqualTo(Values(peer.parameters().First().grad!)).Within(1e-6f));
        using var rows = peer.forward(numbers.view(2, 4), null, null);
        Assert.That(bag.Forward(Of(numbers).Reshape(2, 4)).ToArray<float>(), Is.EqualTo(Values(rows)).Within(1e-6f));
    }

    [Test]
    public void Repeated_numbers_and_padding_have_the_gradient_of_torch()
    {
        var embedding = new Embedding(5, 3, paddingIndex: 2);
        using var peer = Torch.Embedding(5, 3, padding_idx: 2);
        embedding.LoadStateDict(State(peer));
        using var numbers = torch.tensor(new long[] { 1, 2, 1, 4, 2, 1 });
        using var weights = torch.randn(6, 3);
        using (var loss = (peer.forward(numbers) * weights).sum()) loss.backward();
        var gradient = Grad.Of((embedding.Forward(Of(numbers)) * Of(weights)).Sum(), embedding.Weight);
        Assert.That(gradient.ToArray<float>(), Is.EqualTo(Values(peer.weight!.grad!)).Within(1e-6f));
        Assert.That(gradient.Select(0, 2).ToArray<float>(), Is.All.EqualTo(0f));
    }

    private static void Compare(Pair pair, long[] input, long[] state)
    {
        pair.Ours.LoadStateDict(State(pair.Theirs));
        torch.manual_seed(3);
        using var theirX = torch.randn(input, requires_grad: true);
        var theirStates = Enumerable.Range(0, pair.States).Select(_ => torch.randn(state, requires_grad: true)).ToArray();
        var theirs = pair.TheirRun(theirX, theirStates);
        // Every output counts: the sequence and the last states.
        var weights = theirs.Select(y => torch.randn(y.shape)).ToArray();
        using (var loss = theirs.Zip(weights).Select(entry => (entry.First * entry.Second).sum()).Aggregate((a, b) => a + b)) loss.backward();
        Tensor x = Of(theirX);
        Tensor[] states = [.. theirStates.Select(Of)];
        var ours = pair.Run(x, states, false);
        for (var k = 0; k < ours.Length; k++)
        {
            Assert.That(ours[k].Shape, Is.EqualTo(new Shape(theirs[k].shape)));
            Assert.That(ours[k].ToArray<float>(), Is.EqualTo(Values(theirs[k])).Within(1e-5f), $"result {k}");
        }
        var again = pair.Run(x, states, false);
        var total = again.Zip(weights).Select(entry => (entry.First * Of(entry.Second)).Sum()).Aggregate((a, b) => a + b);
        var gradients = Grad.Of(total, [x, .. states, .. pair.Ours.Parameters().Select(p => p.Value)]);
        Assert.That(gradients[0].ToArray<float>(), Is.EqualTo(Values(theirX.grad!)).Within(5e-5f), "gradient of the input");
        for (var k = 0; k < states.Length; k++) Assert.That(gradients[1 + k].ToArray<float>(), Is.EqualTo(Values(theirStates[k].grad!)).Within(5e-5f), $"gradient of state {k}");
        var byName = pair.Theirs.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.That(pair.Ours.NamedParameters().Select(entry => entry.Name), Is.EquivalentTo(byName.Keys));
        foreach (var ((name, _), gradient) in pair.Ours.NamedParameters().Zip(gradients.Skip(1 + states.Length)))
            Assert.That(gradient.ToArray<float>(), Is.EqualTo(Values(byName[name].grad!)).Within(1e-4f), $"gradient of {name}");
    }

    private static Dictionary<string, Tensor> State(Torch.Module peer) => peer.state_dict().ToDictionary(entry => entry.Key, entry => Of(entry.Value));

    private static Tensor Of(torch.Tensor t)
    {
        using var values = t.detach().contiguous();
        return t.dtype == torch.int64 ? Tensor.From(values.data<long>().ToArray(), new Shape(t.shape)) : Tensor.From(values.data<float>().ToArray(), new Shape(t.shape));
    }

    private static float[] Values(torch.Tensor t)
    {
        using var values = t.detach().contiguous();
        return values.data<float>().ToArray();
    }
}

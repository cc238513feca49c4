using CudaNet.Nn;
using TorchSharp;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Tests;

/// <summary>Attention and transformer layers give torch's results and gradients on torch's weights, under torch's names.</summary>
public sealed class TransformerTests
{
    private const double Tolerance = 1e-5;

    private static readonly TransformerOptions Small = new(16, 4, 32, 0);

    [TestCase(false, false), TestCase(true, false), TestCase(false, true), TestCase(true, true)]
    public void Multi_head_attention_gives_the_values_weights_and_gradients_of_torch(bool padding, bool masked)
    {
        torch.manual_seed(3);
        using var peer = Torch.MultiheadAttention(12, 3);
        var ours = new MultiHeadAttention(12, 3);
        ours.LoadStateDict(State(peer));
        using var q = torch.randn(new long[] { 5, 2, 12 }, requires_grad: true);
        using var k = torch.randn(new long[] { 7, 2, 12 });
        using var v = torch.randn(new long[] { 7, 2, 12 });
        using var hidden = padding ? torch.tensor(new[] { false, false, true, false, false, false, true, false, true, false, false, false, false, false }, new long[] { 2, 7 }) : null;
        using var forbidden = masked ? torch.ones(new long[] { 5, 7 }).triu(3).to_type(torch.ScalarType.Bool) : null;
        // The native frontend adds masks of Bool as numbers: it gets what Python makes of them.
        using var added = masked ? torch.zeros(new long[] { 5, 7 }).masked_fill(forbidden!, double.NegativeInfinity) : null;
        var (theirs, theirWeights) = peer.call(q, k, v, hidden, true, added);
        Tensor query = Of(q).Permute(1, 0, 2), key = Of(k).Permute(1, 0, 2), value = Of(v).Permute(1, 0, 2);
        query = query.Realize();
        var (output, weights) = ours.Attend(query, key, value, padding ? Bools(hidden!) : null, masked ? Bools(forbidden!) : null);
        Assert.That(output.Permute(1, 0, 2).ToArray<float>(), Is.EqualTo(Values(theirs)).Within(Tolerance));
        Assert.That(weights.Mean(1).ToArray<float>(), Is.EqualTo(Values(theirWeights)).Within(Tolerance));
        var fused = ours.Forward(query, key, value, padding ? Bools(hidden!) : null, masked ? Bools(forbidden!) : null);
        Assert.That(fused.ToArray<float>(), Is.EqualTo(output.ToArray<float>()).Within(Tolerance));
        theirs.square().sum().backward();
        var gradients = Grad.Of(fused.Square().Sum(), [query, .. ours.Parameters().Select(p => p.Value)]);
        Assert.That(gradients[0].Permute(1, 0, 2).ToArray<float>(), Is.EqualTo(Values(q.grad!)).Within(1e-4));
        foreach (var ((name, _), gradient) in ours.NamedParameters().Zip(gradients.Skip(1)))
            Assert.That(gradient.ToArray<float>(), Is.EqualTo(Values(peer.named_parameters().Single(p => p.name == name).parameter.grad!)).Within(1e-4), name);
    }

    [Test]
    public void An_encoder_layer_gives_the_values_of_torch()
    {
        torch.manual_seed(4);
        using var peer = Torch.TransformerEncoderLayer(16, 4, 32, 0.0);
        var ours = new TransformerEncoderLayer(Small);
        ours.LoadStateDict(State(peer));
        using var x = torch.randn(new long[] { 6, 2, 16 });
        using var y = peer.call(x, null, null);
        Assert.That(ours.Forward(Of(x).Permute(1, 0, 2)).Permute(1, 0, 2).ToArray<float>(), Is.EqualTo(Values(y)).Within(Tolerance));
    }

    [Test]
    public void A_decoder_layer_gives_the_values_of_torch()
    {
        torch.manual_seed(5);
        using var peer = Torch.TransformerDecoderLayer(16, 4, 32, 0.0);
        var ours = new TransformerDecoderLayer(Small);
        ours.LoadStateDict(State(peer));
        using var x = torch.randn(new long[] { 6, 2, 16 });
        using var memory = torch.randn(new long[] { 4, 2, 16 });
        using var forbidden = torch.ones(new long[] { 6, 6 }).triu(1).to_type(torch.ScalarType.Bool);
        using var additive = torch.zeros(new long[] { 6, 6 }).masked_fill(forbidden, double.NegativeInfinity);
        using var y = peer.call(x, memory, additive, null, null, null);
        Assert.That(ours.Forward(Of(x).Permute(1, 0, 2), Of(memory).Permute(1, 0, 2)).Permute(1, 0, 2).ToArray<float>(), Is.EqualTo(Values(y)).Within(Tolerance));
    }

    [Test]
    public void The_encoder_decoder_transformer_gives_the_loss_and_gradients_of_torch()
    {
        torch.manual_seed(6);
        using var peer = Torch.Transformer(16, 4, 2, 2, 32, 0.0);
        var ours = new Transformer(Small, 2, 2);
        ours.LoadStateDict(State(peer));
        using var source = torch.randn(new long[] { 5, 3, 16 });
        using var target = torch.randn(new long[] { 7, 3, 16 });
        using var forbidden = torch.ones(new long[] { 7, 7 }).triu(1).to_type(torch.ScalarType.Bool);
        using var additive = torch.zeros(new long[] { 7, 7 }).masked_fill(forbidden, double.NegativeInfinity);
        using var everything = torch.zeros(new long[] { 5, 5 });
        using var loss = peer.call(source, target, everything, additive).square().mean();
        loss.backward();
        var ourLoss = ours.Forward(Of(source).Permute(1, 0, 2), Of(target).Permute(1, 0, 2)).Square().Mean();
        Assert.That(ourLoss.Item(), Is.EqualTo(loss.item<float>()).Within(Tolerance));
        var parameters = ours.NamedParameters().ToList();
        var gradients = Grad.Of(ourLoss, [.. parameters.Select(p => p.Parameter.Value)]);
        var theirs = peer.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var ((name, _), gradient) in parameters.Zip(gradients))
            Assert.That(gradient.ToArray<float>(), Is.EqualTo(Values(theirs[name].grad!)).Within(Tolerance), name);
    }

    private static Dictionary<string, Tensor> State(Torch.Module peer) => peer.state_dict().ToDictionary(entry => entry.Key, entry => Of(entry.Value));

    private static Tensor Of(torch.Tensor t) => Tensor.From(Values(t), new Shape(t.shape));

    private static Tensor Bools(torch.Tensor t)
    {
        using var values = t.contiguous();
        return Tensor.From(values.data<bool>().ToArray(), new Shape(t.shape));
    }

    private static float[] Values(torch.Tensor t)
    {
        using var values = t.detach().contiguous();
        return values.data<float>().ToArray();
    }
}

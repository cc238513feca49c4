using CudaNet.Bench.Measuring;
using CudaNet.Execution;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using TorchSharp;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Bench.Suites;

/// <summary>Training steps of layers that models are made of: a stack of transformer layers, with plain gradient descent on the mean square of their output.</summary>
internal static class LayerStepSuite
{
    private const double LearningRate = 1e-3;

    internal static readonly Suite Suite = new("layer-step", "training steps of transformer layers in f32",
    [
        () => Transformer(batch: 4, length: 256, size: 384, heads: 6, layers: 6),
    ]);

    private static Workload Transformer(int batch, int length, int size, int heads, int layers)
    {
        torch.manual_seed(1);
        var layer = Torch.TransformerEncoderLayer(size, heads, 4 * size, 0, Torch.Activations.GELU);
        var peer = Torch.TransformerEncoder(layer, layers);
        var ours = new TransformerEncoder(new TransformerOptions(size, heads, 4 * size, 0) { Activation = x => x.Gelu() }, layers, norm: false);
        // Projections and the feed-forward net, then the two products of attention; backward is twice forward.
        var flops = 3.0 * layers * batch * length * (2.0 * 12 * size * size + 4.0 * length * size);
        var values = Inputs.Normal(batch * length * size, seed: 1);
        // Ours has the batch first, torch's the time: as the loss is a mean, one may read the other's order.
        return Create($"transformer, {layers} layers of {size}, {heads} heads, length {length}, batch {batch}", flops, ours, peer,
            x => peer.forward(x, null, null), values, [batch, length, size], [batch, length, size], batchFirst: true);
    }

    private static Workload Create(string name, double flops, Module ours, Torch.Module peer, Func<torch.Tensor, torch.Tensor> forward, float[] values, long[] shape, long[] peerShape, bool batchFirst = false)
    {
        ours.LoadStateDict(peer.state_dict().ToDictionary(entry => entry.Key, entry => Tensor.From(Inputs.FromTorch(entry.Value), new Shape(entry.Value.shape))));
        var x = Tensor.From(values, new Shape(shape));
        var flat = Inputs.ToTorch(values, peerShape);
        var peerX = batchFirst ? flat.transpose(0, 1).contiguous() : flat;
        var optimizer = new Sgd(ours.Parameters(), LearningRate);
        var peerOptimizer = torch.optim.SGD(peer.parameters(), LearningRate);
        var step = Compiled.Of(arguments =>
        {
            optimizer.ZeroGrad();
            var loss = ours.Forward(arguments[0]).Square().Mean();
            loss.Backward();
            optimizer.Step();
            return [loss];
        });
        float Peer(bool read)
        {
            using var scope = torch.NewDisposeScope();
            peerOptimizer.zero_grad();
            var loss = forward(peerX).square().mean();
            loss.backward();
            peerOptimizer.step();
            return read ? loss.item<float>() : 0;
        }
        return new Workload
        {
            Name = name,
            Flops = flops,
            Bytes = 4.0 * 5 * ours.ParameterCount,
            Tolerance = 1e-3,
            Ours = () => step([x])[0].Dispose(),
            Peer = () => Peer(read: false),
            Disagreement = () =>
            {
                var worst = 0.0;
                for (var k = 0; k < 3; k++)
                {
                    var (loss, expected) = (step([x])[0].Item(), Peer(read: true));
                    worst = Math.Max(worst, Math.Abs(loss - expected) / Math.Abs(expected));
                }
                return worst;
            },
            Release = () =>
            {
                x.Dispose();
                flat.Dispose();
                peerX.Dispose();
                peerOptimizer.Dispose();
                peer.Dispose();
            },
        };
    }
}

using CudaNet.Execution;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using TorchSharp;

namespace CudaNet.Shared;

/// <summary>The same training steps on the same batch in both engines: forward, cross entropy, backward, optimiser.</summary>
internal sealed class TwinTraining : IDisposable
{
    private readonly TwinNetwork _network;
    private readonly torch.optim.Optimizer _peerOptimizer;
    private readonly torch.Tensor _peerImages, _peerLabels;
    private readonly Tensor _images, _labels;
    private readonly Func<Tensor, Tensor, Tensor> _ourStep;

    /// <param name="network">What is trained; freed with this.</param>
    /// <param name="ours">Our optimiser.</param>
    /// <param name="peer">Torch's.</param>
    /// <param name="images">Pixels of the batch.</param>
    /// <param name="shape">Their shape, the batch first.</param>
    /// <param name="labels">Classes of the batch.</param>
    internal TwinTraining(TwinNetwork network, Func<IEnumerable<Parameter>, Optimizer> ours,
        Func<IEnumerable<TorchSharp.Modules.Parameter>, torch.optim.Optimizer> peer, float[] images, long[] shape, long[] labels)
    {
        _network = network;
        _images = Tensor.From(images, new Shape(shape));
        _labels = Tensor.From(labels);
        _peerImages = torch.tensor(images, shape);
        _peerLabels = torch.tensor(labels);
        _peerOptimizer = peer(network.Peer.parameters());
        var optimizer = ours(network.Ours.Parameters());
        _ourStep = Compiled.Of((x, target) =>
        {
            optimizer.ZeroGrad();
            var loss = Loss.CrossEntropy(network.Ours.Forward(x), target);
            loss.Backward();
            optimizer.Step();
            return loss;
        });
    }

    /// <summary>Our step; returns the loss before it.</summary>
    internal Tensor OurStep() => _ourStep(_images, _labels);

    /// <summary>Torch's step; returns the loss before it if it is to be read.</summary>
    internal float PeerStep(bool read)
    {
        // TorchSharp needs a scope: without one, every intermediate waits for the garbage collector.
        using var scope = torch.NewDisposeScope();
        _peerOptimizer.zero_grad();
        var loss = torch.nn.functional.cross_entropy(_network.Peer.forward(_peerImages), _peerLabels);
        loss.backward();
        _peerOptimizer.step();
        return read ? loss.item<float>() : 0;
    }

    /// <summary>The losses of the next steps of either side.</summary>
    internal (double[] Ours, double[] Peer) Losses(int steps)
    {
        double[] ours = new double[steps], peer = new double[steps];
        for (var k = 0; k < steps; k++)
            (ours[k], peer[k]) = (OurStep().Item(), PeerStep(read: true));
        return (ours, peer);
    }

    public void Dispose()
    {
        _peerOptimizer.Dispose();
        _peerImages.Dispose();
        _peerLabels.Dispose();
        _network.Dispose();
    }
}

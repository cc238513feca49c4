using CudaNet.Bench.Measuring;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using TorchSharp;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Bench.Suites;

/// <summary>Training steps and inference of recurrent networks.</summary>
internal static class RecurrentSuite
{
    private const double LearningRate = 1e-2;

    internal static readonly Suite Suite = new("recurrent", "training steps and inference of recurrent networks in f32",
    [
        () => Lstm(128, 256, 64, 32, training: true),
        () => Lstm(128, 256, 64, 32, training: false),
        () => Lstm(32, 64, 200, 16, training: true),
        () => Lstm(128, 256, 64, 1, training: false),
        () => Gru(128, 256, 64, 32, training: true),
    ]);

    private static Workload Lstm(int input, int hidden, int steps, int batch, bool training)
    {
        var ours = new LSTM(input, hidden);
        var peer = Torch.LSTM(input, hidden);
        return Create($"lstm {input}→{hidden}, length {steps}, batch {batch}{(training ? "" : ", inference")}", 4, ours, peer, x => peer.forward(x).Item1, [steps, batch, input], hidden, training);
    }

    private static Workload Gru(int input, int hidden, int steps, int batch, bool training)
    {
        var ours = new GRU(input, hidden);
        var peer = Torch.GRU(input, hidden);
        return Create($"gru {input}→{hidden}, length {steps}, batch {batch}{(training ? "" : ", inference")}", 3, ours, peer, x => peer.forward(x).Item1, [steps, batch, input], hidden, training);
    }

    private static Workload Create(string name, int gates, Module ours, Torch.Module peer, Func<torch.Tensor, torch.Tensor> peerForward, long[] shape, int hidden, bool training)
    {
        ours.LoadStateDict(peer.state_dict().ToDictionary(entry => entry.Key, entry => Tensor.From(Inputs.FromTorch(entry.Value), new Shape(entry.Value.shape))));
        var values = Inputs.Normal((int)(shape[0] * shape[1] * shape[2]), seed: 1);
        var x = Tensor.From(values, new Shape(shape));
        var peerX = Inputs.ToTorch(values, shape);
        var optimizer = new Sgd(ours.Parameters(), LearningRate);
        var peerOptimizer = torch.optim.SGD(peer.parameters(), LearningRate);
        var step = Compiled.Of(data =>
        {
            var y = ours.Forward(data[0]);
            if (!training) return [y];
            var loss = y.Square().Mean();
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            return [loss];
        });
        torch.Tensor PeerStep()
        {
            if (!training)
            {
                using var none = torch.no_grad();
                return peerForward(peerX);
            }
            peerOptimizer.zero_grad();
            using var y = peerForward(peerX);
            using var squares = y.square();
            var loss = squares.mean();
            loss.backward();
            peerOptimizer.step();
            return loss;
        }
        var forward = 2.0 * shape[0] * shape[1] * gates * hidden * (shape[2] + hidden);
        return new Workload
        {
            Name = name,
            // The gradient of the input is not needed.
            Flops = training ? 3 * forward - 2.0 * shape[0] * shape[1] * gates * hidden * shape[2] : forward,
            Bytes = 4.0 * (values.Length + shape[0] * shape[1] * hidden + ours.ParameterCount * (training ? 3 : 1)),
            Tolerance = 1e-4,
            Ours = () => step([x])[0].Dispose(),
            Peer = () => PeerStep().Dispose(),
            Disagreement = () =>
            {
                double worst = 0;
                for (var k = 0; k < (training ? 5 : 1); k++)
                {
                    using var expected = PeerStep();
                    worst = Math.Max(worst, Statistics.Disagreement(step([x])[0].ToArray<float>(), Inputs.FromTorch(expected)));
                }
                return worst;
            },
            Release = () =>
            {
                x.Dispose();
                peerX.Dispose();
                peer.Dispose();
                peerOptimizer.Dispose();
            },
        };
    }
}

using CudaNet.Bench.Measuring;
using CudaNet.Bench.Models;

namespace CudaNet.Bench.Suites;

/// <summary>Training steps of whole models: forward, cross entropy, backward, optimiser.</summary>
internal static class TrainingSuite
{
    internal static readonly Suite Suite = new("training", "training steps of models in f32: forward, cross entropy, backward, optimiser",
        [.. TrainingCase.All.Select<TrainingCase, Func<Workload>>(training => () => Create(training))]);

    private static Workload Create(TrainingCase training)
    {
        const int comparedSteps = 5;
        var (ours, network) = TrainingSides.Ours(training);
        var (peer, release) = TrainingSides.Peer(training, training.PeerWeights(network));
        return new Workload
        {
            Name = training.Name,
            Flops = TrainingSides.Flops(training),
            // Weights, gradients and the optimiser's state, read and written.
            Bytes = 4.0 * network.ParameterCount * (training.Optimizer == OptimizerKind.Momentum ? 6 : 8),
            Tolerance = training.Tolerance,
            Ours = () => ours().Dispose(),
            Peer = () => peer(false),
            Disagreement = () =>
            {
                var worst = 0.0;
                for (var k = 0; k < comparedSteps; k++)
                {
                    var (loss, expected) = (ours().Item(), peer(true));
                    worst = Math.Max(worst, Math.Abs(loss - expected) / Math.Abs(expected));
                }
                return worst;
            },
            Release = release,
        };
    }
}

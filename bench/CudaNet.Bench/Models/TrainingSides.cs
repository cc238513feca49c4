using CudaNet.Bench.Suites;
using CudaNet.Execution;
using CudaNet.Nn;
using TorchSharp;

namespace CudaNet.Bench.Models;

/// <summary>The step of a training case in either engine, on the same batch.</summary>
internal static class TrainingSides
{
    /// <summary>Our step; it returns the loss before it.</summary>
    internal static (Func<Tensor> Step, Module Network) Ours(TrainingCase training)
    {
        var network = training.Network();
        var optimizer = training.OurOptimizer(network.Parameters());
        var (numbers, labels) = Batch(training);
        var x = training.IsText ? Tensor.From(Array.ConvertAll(numbers, value => (long)value), new Shape(training.Input)) : Tensor.From(numbers, new Shape(training.Input));
        var targets = Tensor.From(labels);
        var step = Compiled.Of((input, target) =>
        {
            optimizer.ZeroGrad();
            var loss = Loss.CrossEntropy(training.Rows(network.Forward(input)), target);
            loss.Backward();
            optimizer.Step();
            return loss;
        });
        return (() => step(x, targets), network);
    }

    /// <summary>Torch's step; it returns the loss before it if that is to be read.</summary>
    internal static (Func<bool, float> Step, Action Release) Peer(TrainingCase training, TorchWeights weights)
    {
        var optimizer = training.PeerOptimizer(weights);
        var (numbers, labels) = Batch(training);
        var x = training.IsText ? torch.tensor(Array.ConvertAll(numbers, value => (long)value), training.Input) : torch.tensor(numbers, training.Input);
        var targets = torch.tensor(labels);
        float Step(bool read)
        {
            // TorchSharp needs a scope: without one, every intermediate waits for the garbage collector.
            using var scope = torch.NewDisposeScope();
            optimizer.zero_grad();
            var loss = torch.nn.functional.cross_entropy(training.Rows(training.Peer(weights, x)), targets);
            loss.backward();
            optimizer.step();
            return read ? loss.item<float>() : 0;
        }
        return (Step, () =>
        {
            x.Dispose();
            targets.Dispose();
            optimizer.Dispose();
            weights.Dispose();
        }
        );
    }

    /// <summary>Operations of a step without those of the optimiser: of the plan of the loss and its gradients.</summary>
    internal static double Flops(TrainingCase training)
    {
        var network = Model.FromShapes(training.Network);
        var x = Tensor.Zeros(new Shape(training.Input), training.IsText ? DType.Int64 : DType.Float32);
        var loss = Loss.CrossEntropy(training.Rows(network.Forward(x)), Tensor.Zeros([training.LabelCount], DType.Int64));
        return Plan.Of([loss, .. Grad.Of(loss, [.. network.Parameters().Select(parameter => parameter.Value)])]).Steps.Sum(step => (double)step.Flops);
    }

    private static (float[] Numbers, long[] Labels) Batch(TrainingCase training)
    {
        var count = training.Input.Aggregate(1L, (product, size) => product * size);
        return (training.IsText ? Array.ConvertAll(Inputs.Labels((int)count, training.Classes, seed: 1), value => (float)value) : Inputs.Normal(count, seed: 1),
            Inputs.Labels((int)training.LabelCount, training.Classes, seed: 2));
    }
}

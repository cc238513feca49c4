using CudaNet.Bench.Measuring;
using CudaNet.Execution;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>What is not arithmetic: building a graph, finding its plan, and walking through it.</summary>
internal static class PlanSuite
{
    private const int Operations = 200;

    internal static readonly Suite Suite = new("plan", "the cost beside the arithmetic: a training step where nothing is computed, and operations on four numbers",
    [
        () => Step("built and found in the cache", compiled: false),
        () => Step("compiled", compiled: true),
        () => Chain("built, found in the cache and run", compiled: false),
        () => Chain("compiled and run", compiled: true),
    ]);

    /// <summary>Forward, loss, backward and optimiser of a perceptron on a device that does nothing.</summary>
    private static Workload Step(string what, bool compiled)
    {
        const int layers = 8, size = 4;
        var (before, device) = (Device.Default, IdleDevice.Instance);
        // The optimiser's own numbers must lie there, too.
        void OnDevice(Action action)
        {
            Device.Default = device;
            try
            {
                action();
            }
            finally
            {
                Device.Default = before;
            }
        }
        Action? run = null;
        var operations = 0L;
        OnDevice(() =>
        {
            var network = new Sequential([.. Enumerable.Range(0, layers).SelectMany<int, Module>(_ => [new Linear(size, size), new ReLU()])]);
            Tensor x = Tensor.Zeros([1, size]).Realize(), y = Tensor.Zeros([1, size]).Realize();
            var optimizer = new Sgd(network.Parameters(), 0.1);
            Tensor Train(Tensor input, Tensor target)
            {
                optimizer.ZeroGrad();
                var loss = Loss.Mse(network.Forward(input), target);
                loss.Backward();
                optimizer.Step();
                return loss;
            }
            Train(x, y).Realize();
            // Every operation that is built has the next number.
            var first = Tensor.Scalar(0).Node.Id;
            Train(x, y).Realize();
            operations = Tensor.Scalar(0).Node.Id - first - 1;
            var function = Compiled.Of(Train);
            run = compiled ? () => function(x, y).Dispose() : () => Train(x, y).Realize().Dispose();
        });
        return new Workload { Name = $"step of {operations} operations {what}, nothing computed", Ours = () => OnDevice(run!) };
    }

    /// <summary>A chain on four numbers; torch runs it operation by operation.</summary>
    private static Workload Chain(string what, bool compiled)
    {
        (float[], long[])[] inputs = [([1, 2, 3, 4], [4])];
        static Tensor Ours(Tensor y)
        {
            // A mean over all between the steps keeps them from becoming one kernel.
            for (var k = 0; k < Operations / 5; k++)
                y = (y * 0.5 + 1).Tanh() - y.Mean();
            return y;
        }
        static torch.Tensor Peer(torch.Tensor y)
        {
            using var scope = torch.NewDisposeScope();
            for (var k = 0; k < Operations / 5; k++)
                y = y.mul(0.5).add_(1).tanh_().sub_(y.mean());
            return y.MoveToOuterDisposeScope();
        }
        var workload = Sides.Create($"{Operations} operations {what}", 0, 0, inputs, x => Ours(x[0]), x => Peer(x[0]));
        if (compiled)
            return workload;
        var x = Tensor.From(1f, 2, 3, 4);
        return new Workload
        {
            Name = workload.Name,
            Ours = () => Ours(x).Realize().Dispose(),
            Peer = workload.Peer,
            Disagreement = workload.Disagreement,
            Release = () =>
            {
                x.Dispose();
                workload.Dispose();
            },
        };
    }
}

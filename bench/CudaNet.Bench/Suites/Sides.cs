using CudaNet.Bench.Measuring;
using CudaNet.Execution;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>A workload of a function of tensors: ours compiled once, torch's called directly.</summary>
internal static class Sides
{
    /// <param name="name">What it does.</param>
    /// <param name="flops">Operations of one run.</param>
    /// <param name="bytes">Least bytes of one run.</param>
    /// <param name="inputs">Values and shapes of the inputs.</param>
    /// <param name="ours">The function in CudaNet.</param>
    /// <param name="peer">The function in torch; its result is freed after each run.</param>
    /// <param name="tolerance">Greatest relative difference of the results.</param>
    /// <param name="onnx">The same in ONNX Runtime; null for what it has not.</param>
    internal static Workload Create(string name, double flops, double bytes, (float[] Values, long[] Shape)[] inputs,
        Func<IReadOnlyList<Tensor>, Tensor> ours, Func<torch.Tensor[], torch.Tensor> peer, double tolerance = 1e-5, Func<OnnxPeer>? onnx = null) =>
        CreateMany(name, flops, bytes, inputs, x => [ours(x)], x => [peer(x)], tolerance, onnx);

    /// <summary>A function of several results, such as a result and its gradients.</summary>
    /// <inheritdoc cref="Create"/>
    internal static Workload CreateMany(string name, double flops, double bytes, (float[] Values, long[] Shape)[] inputs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> ours, Func<torch.Tensor[], IReadOnlyList<torch.Tensor>> peer, double tolerance = 1e-5, Func<OnnxPeer>? onnx = null)
    {
        var runtime = onnx?.Invoke();
        Tensor[] arguments = [.. inputs.Select(input => Tensor.From(input.Values, new Shape(input.Shape)))];
        torch.Tensor[] peers = [.. inputs.Select(input => Inputs.ToTorch(input.Values, input.Shape))];
        var compiled = Compiled.Of(x => [.. ours(x)]);
        return new Workload
        {
            Name = name,
            Flops = flops,
            Bytes = bytes,
            Tolerance = tolerance,
            Ours = () => Free(compiled(arguments)),
            Peer = () => Free(peer(peers)),
            Others = runtime is null ? [] : [(OnnxPeer.Name, runtime.Run)],
            Disagreement = () =>
            {
                var results = compiled(arguments);
                var expected = peer(peers);
                var worst = results.Zip(expected, (actual, wanted) => Statistics.Disagreement(actual.ToArray<float>(), Inputs.FromTorch(wanted))).Max();
                if (runtime is not null)
                {
                    runtime.Run();
                    worst = Math.Max(worst, Statistics.Disagreement(results[0].ToArray<float>(), runtime.Result));
                }
                Free(results);
                Free(expected);
                return worst;
            },
            Release = () =>
            {
                Free(arguments);
                Free(peers);
                runtime?.Dispose();
            },
        };
    }

    /// <summary>A result of torch and its gradients by the first inputs; the last input is the upstream gradient.</summary>
    internal static IReadOnlyList<torch.Tensor> PeerGradients(torch.Tensor[] x, int wanted, Func<torch.Tensor[], torch.Tensor> function)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor[] leaves = [.. x.SkipLast(1).Select((input, k) => k < wanted ? input.detach().requires_grad_(true) : input)];
        var result = function(leaves);
        var gradients = torch.autograd.grad([result], leaves[..wanted], [x[^1]]);
        return [.. gradients.Prepend(result.detach()).Select(tensor => tensor.MoveToOuterDisposeScope())];
    }

    private static void Free(IEnumerable<IDisposable> results)
    {
        foreach (var result in results)
            result.Dispose();
    }
}

using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddNormalisation()
    {
        Add<Softmax>((op, x) => functional.softmax(x[0], op.Axis));
        Add<LogSoftmax>((op, x) => functional.log_softmax(x[0], op.Axis));
        Add<LayerNorm>((op, x) => functional.layer_norm(x[0], x[0].shape[^op.NormalizedAxes..], x.ElementAtOrDefault(1), x.ElementAtOrDefault(2), op.Epsilon));
        Add<RmsNorm>((op, x) =>
        {
            var axes = Enumerable.Range(1, op.NormalizedAxes).Select(axis => -(long)axis).ToArray();
            var normalized = x[0] * (x[0].square().mean(axes, keepdim: true) + op.Epsilon).rsqrt();
            return x.Length > 1 ? normalized * x[1] : normalized;
        });
        Add<Standardize>((op, x) =>
        {
            var normalized = Normalized(x[0], Long(op.Axes), op.Epsilon, centred: true);
            return x.Skip(1).Select((weights, k) => (weights, k)).Aggregate(normalized, (y, next) => next.k == 0 ? y * next.weights : y + next.weights);
        });
        Add<Moments>((op, x) => torch.stack([x[0].mean(Long(op.Axes), keepdim: true), x[0].var(Long(op.Axes), unbiased: false, keepdim: true)]));
        Add<SoftmaxGrad>((op, x) => op.Logarithm
            ? x[1] - x[0].exp() * x[1].sum(op.Axis, keepdim: true)
            : x[0] * (x[1] - (x[1] * x[0]).sum(op.Axis, keepdim: true)));
        Add<NormGrad>((op, x) =>
        {
            var input = x[0].requires_grad ? x[0] : x[0].detach().requires_grad_(true);
            var result = Normalized(input, Long(op.Axes), op.Epsilon, op.Centred);
            return torch.autograd.grad([x.Length > 2 ? result * x[2] : result], [input], [x[1]], retain_graph: true, create_graph: true)[0];
        });
        Add<NormWeightGrad>((op, x) =>
        {
            var axes = Enumerable.Range(0, op.Weights.Rank).Where(axis => op.Weights[axis] == 1).Select(axis => (long)axis).ToArray();
            torch.Tensor Sum(torch.Tensor each) => axes.Length == 0 ? each : each.sum(axes, keepdim: true);
            var gamma = Sum(x[1] * Normalized(x[0], Long(op.Axes), op.Epsilon, op.Centred));
            return op.Centred ? torch.stack([gamma, Sum(x[1])]) : gamma.unsqueeze(0);
        });
    }

    private static torch.Tensor Normalized(torch.Tensor x, long[] axes, double epsilon, bool centred)
    {
        var difference = centred ? x - x.mean(axes, keepdim: true) : x;
        return difference * (difference.square().mean(axes, keepdim: true) + epsilon).rsqrt();
    }
}

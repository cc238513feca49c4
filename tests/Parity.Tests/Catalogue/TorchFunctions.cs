using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

/// <summary>A call of ours and the same one in torch.</summary>
/// <param name="Name">Of the function in the catalogue.</param>
/// <param name="Sample">Our call with its inputs.</param>
/// <param name="Peer">Torch's.</param>
internal sealed record FunctionCase(string Name, Sample Sample, Func<torch.Tensor[], torch.Tensor> Peer)
{
    /// <summary>Number of the first input by which torch cannot differentiate, nor by those after it.</summary>
    internal int FirstConstant { get; init; } = int.MaxValue;
}

/// <summary>The functions of the catalogue that are composed of operations: what they do as a whole is set against torch's
/// own function, since their nodes alone would only show that each piece is right.</summary>
internal static partial class TorchFunctions
{
    private static Shape Matrix => [5, 7];

    internal static IReadOnlyList<FunctionCase> Cases { get; } =
    [
        .. Elementwise(), .. Activations(), .. Reductions(), .. Creation(), .. Views(), .. Indexing(),
        .. Normalisation(), .. Pooling(), .. Losses(), .. MarginLosses(), .. LinearAlgebra(), .. Sorting(), .. Masks(), .. Padding(), .. Attention(),
    ];

    internal static IEnumerable<string> Names => Cases.Select(one => one.Name).Distinct();

    private static IEnumerable<FunctionCase> Elementwise()
    {
        yield return Unary("Clamp", "both ends", x => x.Clamp(-1, 2), x => x.clamp(-1, 2), Domain.Any with { Kinks = [-1, 2] });
        yield return Unary("Clamp", "below only", x => x.Clamp(low: 0.5), x => x.clamp_min(0.5), Domain.Any with { Kinks = [0.5] });
        yield return Unary("Elu", "", x => x.Elu(), x => functional.elu(x, 1));
        yield return Unary("Elu", "alpha 0.7", x => x.Elu(0.7), x => functional.elu(x, 0.7), Domain.NonZero);
        yield return Unary("Gelu", "", x => x.Gelu(), x => functional.gelu(x));
        yield return Unary("IsFinite", "", x => x.IsFinite(), x => x.isfinite(), Domain.Extremes);
        yield return Unary("IsInf", "", x => x.IsInf(), x => x.isinf(), Domain.Extremes);
        yield return Unary("IsNan", "", x => x.IsNan(), x => x.isnan(), Domain.Extremes);
        yield return Unary("LeakyRelu", "", x => x.LeakyRelu(), x => functional.leaky_relu(x, 0.01), Domain.NonZero);
        yield return Unary("LeakyRelu", "slope 0.2", x => x.LeakyRelu(0.2), x => functional.leaky_relu(x, 0.2), Domain.NonZero);
        yield return Unary("LogSigmoid", "", x => x.LogSigmoid(), x => functional.logsigmoid(x));
        yield return Unary("LogSigmoid", "far out", x => x.LogSigmoid(), x => functional.logsigmoid(x), new Domain(-80, 80));
        yield return Unary("Silu", "", x => x.Silu(), x => functional.silu(x));
        yield return Unary("Square", "", x => x.Square(), x => x.square());
    }

    private static IEnumerable<FunctionCase> Reductions()
    {
        yield return Unary("All", "rows", x => (x > -2.5).All(1), x => (x > -2.5).all(1));
        yield return Unary("Any", "columns", x => (x > 2.5).Any(0), x => (x > 2.5).any(0));
        yield return Unary("CountNonzero", "rows", x => x.CountNonzero(1), x => x.count_nonzero([1]), Domain.Integers(0, 1));
        yield return Unary("LogSumExp", "rows", x => x.LogSumExp(1), x => x.logsumexp(1));
        yield return Unary("LogSumExp", "large, columns, kept", x => x.LogSumExp(0, keepDims: true), x => x.logsumexp(0, keepdim: true), new Domain(-900, 900));
        yield return Unary("Mean", "all", x => x.Mean(), x => x.mean());
        yield return Unary("Mean", "columns, kept", x => x.Mean(0, keepDims: true), x => x.mean([0], keepdim: true));
        yield return Unary("Norm", "Euclidean, rows", x => x.Norm(axes: 1), x => x.norm(1, keepdim: false, p: 2));
        yield return Unary("Norm", "absolute, columns", x => x.Norm(1, 0), x => x.norm(0, keepdim: false, p: 1), Domain.NonZero);
        yield return Unary("Norm", "order 3", x => x.Norm(3, 1), x => x.norm(1, keepdim: false, p: 3), Domain.NonZero);
        yield return Unary("Std", "rows", x => x.Std(1), x => x.std(1L));
        yield return Unary("Var", "rows", x => x.Var(1), x => x.var(1L));
        yield return Unary("Var", "columns, without correction", x => x.Var(0, correction: 0), x => x.var(0L, unbiased: false));
    }

    private static FunctionCase Unary(string name, string what, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> peer, Domain? domain = null) =>
        Of(name, what, [new SampleInput(Matrix, domain ?? Domain.Any)], x => ours(x[0]), x => peer(x[0]));

    private static FunctionCase Of(string name, string what, Shape shape, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> peer) =>
        Of(name, what, [new SampleInput(shape, Domain.Any)], x => ours(x[0]), x => peer(x[0]));

    private static FunctionCase Constant(string name, string what, Func<Tensor> ours, Func<torch.Tensor> peer) => Of(name, what, [], _ => ours(), _ => peer());

    private static FunctionCase Of(string name, string what, SampleInput[] inputs, Func<IReadOnlyList<Tensor>, Tensor> ours, Func<torch.Tensor[], torch.Tensor> peer, bool differentiable = true) =>
        new(name, new Sample(what, inputs, ours) { SumLength = Math.Max(1, inputs.Sum(input => input.Shape.ElementCount)), Differentiable = differentiable }, peer);
}

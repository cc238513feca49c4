using CudaNet.Graphs;
using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

/// <summary>Runs one sample of the catalogue in both engines and compares values and gradients.</summary>
internal static class Parity
{
    // Torch rounds as well as we do, so each side may be off by the tolerance.
    private const double BothRound = 2;

    // A gradient passes through several operations and through the sums that undo broadcasts.
    private const double GradientSlack = 10;

    /// <param name="definition">The operation.</param>
    /// <param name="sample">How to call it.</param>
    /// <param name="type">Type of the inputs whose type the sample leaves open.</param>
    /// <param name="seed">Of the values.</param>
    /// <param name="evaluate">How ours is computed: by the engine or by the reference.</param>
    /// <param name="peer">The same in torch; null to run our graph there node by node.</param>
    /// <param name="firstConstant">Gradients are compared only of the inputs before this one.</param>
    internal static void Check(
        OpDefinition definition, Sample sample, DType type, int seed, Func<Tensor, double[]> evaluate,
        Func<torch.Tensor[], torch.Tensor>? peer = null, int firstConstant = int.MaxValue)
    {
        var label = $"{definition.Name}, {sample.Name}, {type.ShortName()}";
        using var scope = torch.NewDisposeScope();
        var random = new Random(seed);
        var inputs = sample.Inputs.Select(input => Draw(input, type, random)).ToArray();
        var peers = Array.ConvertAll(inputs, input => input.ToTorch());
        var output = sample.Apply(inputs);
        var variables = Variables(definition, sample, inputs, output).Where(k => k < firstConstant).ToArray();
        foreach (var k in variables)
            peers[k].requires_grad_(true);

        // Torch first: a tensor that has been computed has forgotten where it comes from.
        var expected = peer is not null ? peer(peers) : TorchGraph.Run(output, inputs.Select(input => input.Node).Zip(peers).ToDictionary());
        Assert.That(expected.shape, Is.EqualTo(output.Shape.ToArray()), label);
        var gradients = Array.Empty<Tensor>();
        if (variables.Length > 0)
        {
            var upstream = Draw(new SampleInput(output.Shape, Domain.Any), output.DType, random);
            gradients = Vjp.Of(output, upstream, Array.ConvertAll(variables, k => inputs[k]));
            // Where nothing reaches torch's output, it has no graph to walk back, and all gradients are zero.
            if (expected.requires_grad)
                expected.backward([upstream.ToTorch()]);
        }

        var scale = Math.Sqrt(Math.Max(1, sample.SumLength)) * definition.ToleranceScale * BothRound;
        Closeness.Require($"{label}: value", evaluate(output), expected.ToDoubles(), output.DType, output.Shape, scale);
        for (var k = 0; k < variables.Length; k++)
        {
            var index = variables[k];
            var wanted = peers[index].grad is { } grad ? grad.ToDoubles() : new double[inputs[index].ElementCount];
            Closeness.Require($"{label}: gradient of input {index}", evaluate(gradients[k]), wanted, type, inputs[index].Shape, scale * GradientSlack);
        }
    }

    /// <summary>The inputs whose gradients are compared. Half types have them checked through the wider ones.</summary>
    private static int[] Variables(OpDefinition definition, Sample sample, Tensor[] inputs, Tensor output) =>
        sample.Differentiable && definition.GradientOrder > 0 && output.DType is DType.Float32 or DType.Float64
            ? [.. Enumerable.Range(0, inputs.Length).Where(k => inputs[k].DType is DType.Float32 or DType.Float64)]
            : [];

    private static Tensor Draw(SampleInput input, DType open, Random random)
    {
        var type = input.Type ?? open;
        var values = input.Domain.Draw(random, input.Shape.ElementCount);
        // The same numbers for every type, so far as it has them: an unsigned or truth type has no negative ones.
        if (!type.IsFloating())
            values = Array.ConvertAll(values, value => !double.IsFinite(value) ? 0 : type is DType.UInt8 or DType.Bool ? Math.Abs(value) : value);
        return type switch
        {
            DType.Bool => Tensor.From(Array.ConvertAll(values, value => value != 0), input.Shape),
            DType.UInt8 => Tensor.From(Array.ConvertAll(values, value => (byte)value), input.Shape),
            DType.Int32 => Tensor.From(Array.ConvertAll(values, value => (int)value), input.Shape),
            DType.Int64 => Tensor.From(Array.ConvertAll(values, value => (long)value), input.Shape),
            DType.Float16 => Tensor.From(Array.ConvertAll(values, value => (Half)value), input.Shape),
            DType.BFloat16 => Tensor.From(Array.ConvertAll(values, value => (BFloat16)(float)value), input.Shape),
            DType.Float32 => Tensor.From(Array.ConvertAll(values, value => (float)value), input.Shape),
            _ => Tensor.From(values, input.Shape),
        };
    }
}

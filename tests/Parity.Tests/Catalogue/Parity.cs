using CudaNet.Graphs;
using CudaNet.Ops;
using CudaNet.Verification;
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
    /// <param name="evaluate">How ours is computed: by the engine or by the reference.</param>
    /// <param name="function">The same in torch; null to run our graph there node by node.</param>
    internal static void Check(OpDefinition definition, Sample sample, DType type, Func<Tensor, double[]> evaluate, FunctionCase? function = null)
    {
        var label = $"{definition.Name}, {sample.Name}, {type.ShortName()}";
        using var scope = torch.NewDisposeScope();
        var inputs = SampleInputs.Draw(definition, sample, type, Device.Cpu);
        var leaves = inputs.Leaves;
        var peers = leaves.Select(leaf => leaf.ToTorch()).ToArray();
        var output = sample.Apply(inputs.Views);
        var variables = Variables(definition, sample, leaves, output, function);
        foreach (var k in variables)
            peers[k].requires_grad_(true);

        // Torch first: a tensor that has been computed has forgotten where it comes from.
        var expected = function is null ? TorchGraph.Run(output, leaves.Select(leaf => leaf.Node).Zip(peers).ToDictionary()) : function.Peer(peers);
        Assert.That(expected.shape, Is.EqualTo(output.Shape.ToArray()), label);
        var gradients = Array.Empty<Tensor>();
        if (variables.Length > 0)
        {
            var values = Domain.Any.Draw(new Random(SampleInputs.Seed(label)), output.ElementCount);
            var upstream = SampleInputs.Leaf(values, output.Shape, output.DType, domain: null, Device.Cpu);
            gradients = Vjp.Of(output, upstream, Array.ConvertAll(variables, k => leaves[k]));
            // Where nothing reaches torch's output, it has no graph to walk back, and all gradients are zero.
            if (expected.requires_grad)
                expected.backward([upstream.ToTorch()]);
        }

        var scale = Math.Sqrt(Math.Max(1, sample.SumLength)) * definition.ToleranceScale * BothRound;
        var tolerance = Tolerance.Of(output.DType);
        // A sum of parts that were rounded to a half type is off by a share of the parts, which may cancel.
        if (output.DType.IsHalf() && sample.SumLength > 1)
            tolerance = tolerance with { Absolute = tolerance.Relative * leaves.SelectMany(leaf => leaf.ToDoubles()).Select(Math.Abs).DefaultIfEmpty().Max() };
        // Into our type, since what is too great for it is infinite there.
        Require($"{label}: value", evaluate(output), TorchTable.Rounded(expected, output.DType).ToDoubles(), tolerance.Times(scale), output.Shape);
        for (var k = 0; k < variables.Length; k++)
        {
            var index = variables[k];
            var wanted = peers[index].grad is { } grad ? grad.ToDoubles() : new double[leaves[index].ElementCount];
            Require($"{label}: gradient of input {index}", evaluate(gradients[k]), wanted, Tolerance.Of(type).Times(scale * GradientSlack), leaves[index].Shape);
        }
    }

    /// <summary>The inputs whose gradients are compared. Half types have them checked through the wider ones.</summary>
    private static int[] Variables(OpDefinition definition, Sample sample, IReadOnlyList<Tensor> leaves, Tensor output, FunctionCase? function) =>
        sample.Differentiable && definition.GradientOrder > 0 && output.DType is DType.Float32 or DType.Float64
            ? [.. Enumerable.Range(0, Math.Min(leaves.Count, function?.FirstConstant ?? int.MaxValue)).Where(k => leaves[k].DType is DType.Float32 or DType.Float64)]
            : [];

    private static void Require(string what, double[] ours, double[] torchs, Tolerance tolerance, Shape shape)
    {
        var comparison = Comparison.Of(ours, torchs, tolerance, shape);
        if (!comparison.Passed)
            Assert.Fail($"{what}: {comparison.Message}");
    }
}

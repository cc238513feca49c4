using System.Diagnostics.CodeAnalysis;
using CudaNet.Models.Systems;
using CudaNet.Ops;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.6: the chain rule, held against differences for every operation that there is.</summary>
[RequiresUnreferencedCode("The operations are found by reflection; a trimmed program keeps only what it uses.")]
internal sealed class Backpropagation() : CourseSystem("02.backpropagation", "Backpropagation: every operation against differences",
    "dh/dx = dh/dg · dg/dx, repeated layer by layer from the loss back to the weights.")
{
    public override void Run(SystemContext context)
    {
        var errors = Errors(context).OrderByDescending(entry => entry.Error).ToList();
        foreach (var (name, error) in errors.Take(10)) context.Out.WriteLine($"{name,-24} {error:E1}");
        context.Out.WriteLine($"… {errors.Count} operations in all");
        context.Draw("backpropagation.png", new CurvePlot("Gradient of every operation against central differences", "operation, the worst first", "relative error") { LogY = true }
            .Add(new CurveSeries("error", [.. Enumerable.Range(1, errors.Count).Select(i => (double)i)], [.. errors.Select(e => Math.Max(e.Error, 1e-17))]) { PointsOnly = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // h = g², g = 3x + 1: dh/dx = 2g · 3.
        var x = Tensor.Scalar(2.0);
        yield return Figure.Equal("d(3x + 1)²/dx at 2", Grad.Of((x * 3 + 1).Square(), x).Item(), 42, 1e-12);
        // A value that is used twice gets the sum of both ways.
        yield return Figure.Equal("d(x·sin x)/dx at 2", Grad.Of(x * x.Sin(), x).Item(), Math.Sin(2) + 2 * Math.Cos(2), 1e-12);
        var errors = Errors(context);
        yield return Figure.AtLeast("operations compared", errors.Count, 100);
        yield return Figure.AtMost("worst relative error of their gradients", errors.Max(entry => entry.Error), 1e-5);
    }

    /// <summary>The worst error of each operation in the catalogue that has a gradient, over its samples of moderate size.</summary>
    private static List<(string Name, double Error)> Errors(SystemContext context)
    {
        var random = new Random((int)context.Seed);
        var errors = new List<(string, double)>();
        foreach (var op in OpCatalogue.All.Where(op => op.GradientOrder >= 1 && op.DTypes.Contains(DType.Float64)))
        {
            var samples = op.Samples.Where(s => s.Differentiable && s.Inputs.All(i => i.Shape.ElementCount is > 0 and <= 64)).Take(context.Pick(4, 1)).ToList();
            if (samples.Count == 0) continue;
            errors.Add((op.Name, samples.Max(sample => Differences.OfGradient(at => sample.Apply(at), [.. sample.Inputs.Select(input => Draw(input, random))]))));
        }
        return errors;
    }

    private static Tensor Draw(SampleInput input, Random random)
    {
        var values = Tensor.From(input.Domain.Draw(random, input.Shape.ElementCount), input.Shape);
        return input.Type is { } type ? values.To(type) : values;
    }
}

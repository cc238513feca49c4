using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch03_Multiplicative;

/// <summary>Section 3.1: one kernel that is used on every section of the input.</summary>
internal sealed class WeightSharing() : CourseSystem("03.weight-sharing", "Weight sharing: one kernel, many places",
    "One kernel w is reused by G over sections of the input: fewer parameters, and gradients from all uses.")
{
    private const int Width = 5, Length = 40;

    public override void Run(SystemContext context)
    {
        var x = Tensor.Linspace(0, 12, Length, DType.Float64).Sin().Sign();
        var w = Tensor.From(-1.0, -1, 0, 1, 1);
        context.Out.WriteLine($"{Length - Width + 1} places share {Width} weights; without sharing there would be {(Length - Width + 1) * Width}");
        double[] at = [.. Enumerable.Range(0, Length).Select(i => (double)i)];
        context.Draw("weight-sharing.png", new CurvePlot("One kernel finds every step up and down", "place", "value")
            .Add("input", at, x.ToDoubles()).Add("result", [.. at.Skip(Width / 2).Take(Length - Width + 1)], Slide(x, Enumerable.Repeat(w, Length - Width + 1)).ToDoubles()));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor x = random.Normal([Length], type: DType.Float64).Realize(), w = random.Normal([Width], type: DType.Float64).Realize();
        var places = Length - Width + 1;
        Tensor Loss(Tensor y) => y.Tanh().Square().Sum();
        var shared = Grad.Of(Loss(Slide(x, Enumerable.Repeat(w, places))), w);
        Tensor[] untied = [.. Enumerable.Range(0, places).Select(_ => Tensor.From(w.ToDoubles()))];
        var each = Grad.Of(Loss(Slide(x, untied)), untied);
        yield return Figure.AtMost("shared gradient minus the sum of the untied ones", Differences.Largest(shared, each.Aggregate((a, b) => a + b)), 1e-6);
        yield return Figure.AtMost("sliding G minus conv1d", Differences.Largest(Slide(x, Enumerable.Repeat(w, places)), x.Reshape(1, 1, Length).Conv1d(w.Reshape(1, 1, Width)).Flatten()), 1e-6);
        // A module that holds one layer twice counts it once, and an optimiser changes it once a step.
        var layer = new Linear(3, 3, random: random);
        var twice = new Sequential(layer, new Tanh(), layer);
        yield return Figure.Equal("parameters of a layer of 3 → 3 that is used twice", twice.ParameterCount, 12);
    }

    /// <summary>G: the product of each section of the input with its kernel.</summary>
    private static Tensor Slide(Tensor x, IEnumerable<Tensor> kernels) => Tensor.Stack([.. kernels.Select((w, i) => (x.Narrow(0, i, Width) * w).Sum())]);
}

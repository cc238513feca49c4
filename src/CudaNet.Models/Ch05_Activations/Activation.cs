using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>An activation, held against its formula in double precision; it draws itself and its slope.</summary>
/// <param name="id">As of a system.</param>
/// <param name="title">As of a system.</param>
/// <param name="sentence">As of a system.</param>
/// <param name="f">The engine's function.</param>
/// <param name="formula">The formula.</param>
/// <param name="golden">Its values at −3, −1, −½, 0, ½, 1, 3, computed elsewhere.</param>
/// <param name="kinks">Where it has no derivative.</param>
/// <param name="file">As of a system.</param>
internal abstract class Activation(string id, string title, string sentence, Func<Tensor, Tensor> f, Func<double, double> formula,
    double[]? golden = null, double[]? kinks = null, [CallerFilePath] string file = "") : CourseSystem(id, title, sentence, file)
{
    public sealed override void Run(SystemContext context)
    {
        var x = Tensor.Linspace(-4, 4, 801, DType.Float64);
        context.Out.WriteLine($"at −3, −1, −½, 0, ½, 1, 3: {f(Points())}");
        foreach (var figure in Extra(context)) context.Out.WriteLine(figure);
        context.Draw($"{Id[3..]}.png", new CurvePlot(Title, "x", "y").Add("f(x)", x.ToDoubles(), f(x).ToDoubles())
            .Add(new CurveSeries("f′(x)", x.ToDoubles(), Slope(x).ToDoubles()) { Dashed = true }));
    }

    public sealed override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = Tensor.Linspace(-6, 6, 2001);
        yield return Figure.AtMost("single precision minus formula", Differences.Largest(f(x), Array.ConvertAll(x.ToDoubles(), v => formula(v))), 1e-6);
        var smooth = context.Random().Uniform([40], -4, 4).ToDoubles().Where(v => kinks?.Any(k => Math.Abs(v - k) < 1e-3) != true).ToArray();
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => f(at[0]), Tensor.From(smooth)), 1e-5);
        if (golden is not null) yield return Figure.AtMost("distance from known values", Differences.Largest(f(Points()), golden), 1e-7);
        foreach (var figure in Extra(context)) yield return figure;
    }

    /// <summary>What is particular to it.</summary>
    protected virtual IEnumerable<Figure> Extra(SystemContext context) => [];

    /// <summary>f′ by the engine.</summary>
    protected Tensor Slope(Tensor x) => Grad.Of(f(x).Sum(), x);

    /// <summary>f′ at a number.</summary>
    protected double Slope(double x) => Slope(Tensor.From(x)).Item();

    private static Tensor Points() => Tensor.From(-3.0, -1, -0.5, 0, 0.5, 1, 3);
}

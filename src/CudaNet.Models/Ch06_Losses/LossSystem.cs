using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>A loss: it draws itself over one number, and is held against its formula and its gradient against differences.</summary>
internal abstract class LossSystem(string id, string title, string sentence, string axis, [CallerFilePath] string file = "") : CourseSystem(id, title, sentence, file)
{
    /// <summary>The curves to draw: a name and the loss for each of several numbers.</summary>
    protected abstract IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves { get; }

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var plot = new CurvePlot(Title, axis, "loss");
        foreach (var (name, loss) in Curves) plot.Add(Pictures.Curve(name, -3, 3, loss));
        context.Draw($"{Id[3..]}.png", plot);
    }

    /// <summary>A loss against a number, in both precisions, and its gradient against differences.</summary>
    /// <param name="name">What the number is.</param>
    /// <param name="loss">From tensors to a scalar.</param>
    /// <param name="expected">The number.</param>
    /// <param name="at">The tensors; whole numbers have no gradient.</param>
    protected static IEnumerable<Figure> Matches(string name, Func<Tensor[], Tensor> loss, double expected, params Tensor[] at)
    {
        yield return Figure.Equal(name, loss(at).Item(), expected, 1e-6 * Math.Max(1, Math.Abs(expected)));
        Tensor[] single = [.. at.Select(t => t.DType.IsFloating() ? t.To(DType.Float32) : t)];
        yield return Figure.AtMost($"{name}: single precision, relative difference", Math.Abs(loss(single).Item() - expected) / Math.Max(1, Math.Abs(expected)), 1e-5);
        yield return Figure.AtMost($"{name}: gradient minus differences", Differences.OfGradient(loss, at), 1e-5);
    }

    protected static Tensor Of(params double[] values) => Tensor.From(values);
}

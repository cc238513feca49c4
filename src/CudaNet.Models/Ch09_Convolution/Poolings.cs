using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.4: one number for each window.</summary>
internal abstract class Pooling(string id, string title, string sentence, Func<Tensor, Tensor> pool, Func<double[], double> formula, [CallerFilePath] string file = "") : CourseSystem(id, title, sentence, file)
{
    public sealed override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX;
        context.Draw($"{Id[3..]}.png", new ImageSheet(Title, [Pictures.Grey(digit.Squeeze(), "28 × 28"), Pictures.Grey(pool(digit).Squeeze(), "14 × 14"), Pictures.Grey(pool(pool(digit)).Squeeze(), "7 × 7")], 3, 6));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public sealed override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random().Normal([2, 3, 6, 8], type: DType.Float64).Realize();
        double[] xs = x.ToDoubles(), expected = new double[2 * 3 * 3 * 4];
        for (var k = 0; k < expected.Length; k++)
        {
            int at = k / 12 * 48 + k / 4 % 3 * 16 + k % 4 * 2;
            expected[k] = formula([xs[at], xs[at + 1], xs[at + 8], xs[at + 9]]);
        }
        yield return Figure.AtMost("2 × 2, stride 2: minus the formula", Differences.Largest(pool(x), expected), 1e-12);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => pool(at[0]), x), 1e-5);
        foreach (var figure in Extra(context)) yield return figure;
    }

    protected virtual IEnumerable<Figure> Extra(SystemContext context) => [];
}

/// <summary>The greatest. Of equal ones the first gets the gradient.</summary>
internal sealed class MaxPooling() : Pooling("09.max-pooling", "Max pooling", "The greatest value of a window, 2 × 2 with stride 2.", x => x.MaxPool2d(2), values => values.Max())
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var x = Tensor.From([1.0, 1, 1, 1], [1, 1, 2, 2]);
        yield return Figure.AtMost("of equal values the first gets the gradient", Differences.Largest(Grad.Of(x.MaxPool2d(2).Sum(), x), 1, 0, 0, 0), 0);
        // A bright point that moves inside of its window changes nothing.
        var point = Tensor.Arange(64).Reshape(1, 1, 8, 8);
        yield return Figure.AtMost("a point moved by a pixel inside of its window", Differences.Largest(point.Eq(18).To(DType.Float32).MaxPool2d(2), point.Eq(19).To(DType.Float32).MaxPool2d(2)), 0);
    }
}

/// <summary>The mean.</summary>
internal sealed class AveragePooling() : Pooling("09.average-pooling", "Average pooling", "The mean of a window.", x => x.AvgPool2d(2), values => values.Average())
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var ones = Tensor.Ones([1, 1, 2, 2]);
        yield return Figure.Equal("a corner of ones, padding counted", ones.AvgPool2d(3, 1, 1)[0, 0, 0, 0].Item(), 4.0 / 9, 1e-7);
        yield return Figure.Equal("padding not counted", ones.AvgPool2d(3, 1, 1, countIncludePad: false)[0, 0, 0, 0].Item(), 1, 1e-7);
    }
}

/// <summary>The sum, which frameworks have no layer for: k² times the mean.</summary>
internal sealed class SumPooling() : Pooling("09.sum-pooling", "Sum pooling", "The sum of a window.", x => x.AvgPool2d(2) * 4, values => values.Sum())
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var x = context.Random(1).Normal([1, 2, 6, 6]).Realize();
        yield return Figure.AtMost("minus a convolution of ones, channel by channel", Differences.Largest(x.AvgPool2d(2) * 4, x.Conv2d(Tensor.Ones([2, 1, 2, 2]), stride: 2, groups: 2)), 1e-5);
    }
}

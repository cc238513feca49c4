using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Section 6.2.</summary>
internal sealed class AbsoluteError() : LossSystem("06.l1", "Mean absolute error", "The L1 loss (1/N)Σ|x − y| is robust.", "x − y")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves => [("|x − y|", x => Loss.L1(x, x.ZerosLike(), LossReduction.None)), ("(x − y)²", x => Loss.Mse(x, x.ZerosLike(), LossReduction.None))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor x = Of(0.5, -1.2, 2), y = Of(1, -1, 0);
        foreach (var figure in Matches("L1 of (0.5, −1.2, 2) against (1, −1, 0)", at => Loss.L1(at[0], at[1]), 0.9, x, y)) yield return figure;
        var zero = Of(0.0);
        yield return Figure.Equal("slope at 0", Grad.Of(Loss.L1(zero, Of(0.0)), zero).Item(), 0);
        var constant = new Parameter(Tensor.Zeros([1]), "constant");
        var target = Tensor.From(1f, 2, 9);
        Learn.Steps(new Sgd([constant], 0.05), 2000, () => Loss.L1(constant.Value.ExpandTo([3]), target), new Nn.Schedules.PolynomialSchedule(2000));
        yield return Figure.Equal("best constant for (1, 2, 9) minus their median", constant.Value.Item() - 2, 0, 1e-2);
    }
}

/// <summary>Section 6.4.</summary>
internal sealed class SmoothAbsoluteError() : LossSystem("06.smooth-l1", "Smooth L1: quadratic near 0, linear far away", "½(x − y)² below 1, |x − y| − ½ above.", "x − y")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("smooth L1", x => Loss.SmoothL1(x, x.ZerosLike(), 1, LossReduction.None)), ("β = ¼", x => Loss.SmoothL1(x, x.ZerosLike(), 0.25, LossReduction.None)), ("L1", x => Loss.L1(x, x.ZerosLike(), LossReduction.None))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // (½·0.25 + ½·0.04 + 2 − ½)/3.
        foreach (var figure in Matches("smooth L1 of (0.5, −1.2, 2) against (1, −1, 0)", at => Loss.SmoothL1(at[0], at[1]), 0.548333333, Of(0.5, -1.2, 2), Of(1, -1, 0))) yield return figure;
        var x = Of(1 - 1e-9, 1 + 1e-9);
        double[] value = Loss.SmoothL1(x, x.ZerosLike(), 1, LossReduction.None).ToDoubles(), slope = Grad.Of(Loss.SmoothL1(x, x.ZerosLike(), 1, LossReduction.Sum), x).ToDoubles();
        yield return Figure.Equal("jump of the value at 1", value[1] - value[0], 0, 1e-8);
        yield return Figure.Equal("jump of the slope at 1", slope[1] - slope[0], 0, 1e-8);
    }
}

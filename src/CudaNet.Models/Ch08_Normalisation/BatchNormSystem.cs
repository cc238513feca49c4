using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.2. The notes leave out the running statistics that inference needs.</summary>
internal sealed class BatchNormSystem() : CourseSystem("08.batch-norm", "Batch normalisation: (x − μ)/√(σ² + ε)·γ + β",
    "Each feature is normalised over the mini-batch; γ and β can undo it.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var layer = new BatchNorm1d(1);
        var random = context.Random();
        var running = new List<double>();
        for (var step = 0; step < 60; step++)
        {
            layer.Forward(random.Normal([32, 1], 3, 2)).Realize();
            running.Add(layer.RunningMean.Value.Item());
        }
        context.Draw("batch-norm.png", Pictures.Curves("The running mean of batches of mean 3", "running mean", false, ("running mean", running)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var known = Tensor.From([1.0, 2, 3, 4], [4, 1]);
        yield return Figure.AtMost("of (1, 2, 3, 4): distance from ∓1.3416354, ∓0.4472118", Differences.Largest(known.BatchNormTraining().Normalized, -1.3416354, -0.4472118, 0.4472118, 1.3416354), 1e-7);
        var x = random.Normal([16, 3, 4, 5], 2, 3, DType.Float64).Realize();
        var y = x.BatchNormTraining(epsilon: 0).Normalized;
        yield return Figure.AtMost("means of the result", y.Mean((int[])[0, 2, 3]).Abs().Max().Item(), 1e-12);
        yield return Figure.AtMost("variances of the result minus 1", (y.Var((int[])[0, 2, 3], 0) - 1).Abs().Max().Item(), 1e-12);
        Tensor small = random.Normal([6, 3], type: DType.Float64).Realize(), gamma = random.Normal([3], type: DType.Float64).Realize(), beta = random.Normal([3], type: DType.Float64).Realize();
        // μ and σ² depend on x too, and the gradient goes through them.
        yield return Figure.AtMost("gradient of x, γ and β minus differences", Differences.OfGradient(at => at[0].BatchNormTraining(at[1], at[2]).Normalized, small, gamma, beta), 1e-5);
        Tensor mean = small.Mean(0), deviation = (small.Var(0, 0) + 1e-5).Sqrt();
        yield return Figure.AtMost("γ = √(σ² + ε), β = μ: result minus input", Differences.Largest(small.BatchNormTraining(deviation, mean).Normalized, small), 1e-12);
        var layer = new BatchNorm1d(3);
        for (var step = 0; step < 20; step++) layer.Forward(random.Normal([32, 3], 5, 2)).Realize();
        layer.Eval();
        var one = random.Normal([1, 3]).Realize();
        var among = Tensor.Concat(one, random.Normal([7, 3], 50, 9));
        yield return Figure.AtMost("evaluation: a sample alone minus the same among others", Differences.Largest(layer.Forward(one), layer.Forward(among).Narrow(0, 0, 1)), 0);
        layer.Train();
        yield return Figure.AtLeast("training: a sample among some minus the same among others", Differences.Largest(layer.Forward(Tensor.Concat(one, random.Normal([7, 3]))).Narrow(0, 0, 1), layer.Forward(among).Narrow(0, 0, 1)), 0.1);
        yield return Figure.Holds("a batch of one is refused in training", Refused(() => layer.Forward(one).Realize()));
    }

    private static bool Refused(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (ShapeException)
        {
            return true;
        }
    }
}

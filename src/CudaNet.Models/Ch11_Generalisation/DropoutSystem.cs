using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.2.4. The notes give no p and no rule for the scale: 1/(1 − p) in training.</summary>
internal sealed class DropoutSystem() : CourseSystem("11.dropout", "Dropout: 2ⁿ networks that share their weights",
    "Random units are set to 0 at each forward pass, which approximates averaging exponentially many networks.")
{
    private const int N = 100_000, Units = 8;
    private const double P = 0.3;

    public override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX.Squeeze();
        var layer = new Dropout(0.5, context.Random());
        context.Draw("dropout.png", new Plotting.ImageSheet("Half of the pixels dropped, three times", [.. Enumerable.Range(0, 3).Select(_ => Pictures.Grey(layer.Forward(digit), "", 0, 2))], 3, 6));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var layer = new Dropout(P, context.Random());
        var y = layer.Forward(Tensor.Ones([N])).ToDoubles();
        var deviation = Math.Sqrt(P * (1 - P) / N);
        yield return Figure.AtMost("share of zeros minus p, in standard errors", Math.Abs(y.Count(v => v == 0) / (double)N - P) / deviation, 3);
        yield return Figure.AtMost("mean of the result minus 1, in standard errors", Math.Abs(y.Average() - 1) / (deviation / (1 - P)), 3);
        yield return Figure.AtMost("those that are kept: distance from 1/(1 − p)", y.Where(v => v != 0).Max(v => Math.Abs(v - 1 / (1 - P))), 1e-6);
        var x = context.Random(1).Normal([5, 6]).Realize();
        yield return Figure.AtMost("evaluation minus identity", Differences.Largest(layer.Eval().Forward(x), x), 0);
        // One softmax layer over 8 inputs: the normalised geometric mean over all 2⁸ masks is the net with weights times 1 − p.
        Tensor w = context.Random(2).Normal([3, Units], type: DType.Float64).Realize(), b = context.Random(3).Normal([3], type: DType.Float64).Realize(), v = context.Random(4).Normal([Units], type: DType.Float64).Realize();
        var mean = Tensor.Zeros([3], DType.Float64);
        for (var m = 0; m < 1 << Units; m++)
        {
            var mask = Tensor.From([.. Enumerable.Range(0, Units).Select(i => m >> i & 1).Select(bit => (double)bit)]);
            var kept = System.Numerics.BitOperations.PopCount((uint)m);
            mean += (w.MatMul((v * mask).Unsqueeze(1)).Flatten() + b).LogSoftmax() * (Math.Pow(1 - P, kept) * Math.Pow(P, Units - kept));
        }
        yield return Figure.AtMost("geometric mean of all 2⁸ masks minus the scaled weights", Differences.Largest(mean.Softmax(), (w.MatMul((v * (1 - P)).Unsqueeze(1)).Flatten() + b).Softmax()), 1e-6);
    }
}

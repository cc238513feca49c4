using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.4: the loss along its gradient is smoother (Santurkar and others 2018).</summary>
internal sealed class LossGeometry() : CourseSystem("08.loss-geometry", "The geometry of the loss with batch normalisation",
    "Later studies hold that the gain comes from a smoother loss and stable gradients.")
{
    private const int Hidden = 8, Steps = 100;

    public override void Run(SystemContext context)
    {
        double[] with = Ranges(context, true), without = Ranges(context, false);
        context.Out.WriteLine($"mean range of the loss along the gradient: with {with.Average():F3}, without {without.Average():F3}");
        context.Draw("loss-geometry.png", Pictures.Curves("Range of the loss along its gradient, while training", "greatest minus least loss", true, ("with normalisation", with), ("without", without)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.AtMost("mean range of the loss along the gradient, with normalisation / without", Ranges(context, true).Average() / Ranges(context, false).Average(), 1);
    }

    /// <summary>Every fifth step: the loss of a batch at w − s·g for s from 0 to 1, its greatest minus its least.</summary>
    private static double[] Ranges(SystemContext context, bool norm)
    {
        var digits = Digits.Load(context, 2000, 1).Flat();
        var net = NormNet.Mlp(context.Random(), Hidden, norm, scale: 2);
        var batches = NormNet.Batches(context, digits, 128);
        var parameters = net.Parameters();
        var loss = Compiled.Of((x, y) => Loss.CrossEntropy(net.Forward(x), y));
        var ranges = new List<double>();
        Tensor[] next = [];
        Learn.Steps(new Sgd(parameters, 0.1), Steps, _ => next, data => Loss.CrossEntropy(net.Forward(data[0]), data[1]), before: k =>
        {
            next = batches(k);
            if (k % 5 != 0) return;
            Tensor[] at = [.. parameters.Select(p => p.Value)], g = Grad.Of(Loss.CrossEntropy(net.Forward(next[0]), next[1]), at);
            Tensor.RealizeAll(g);
            var values = new List<double>();
            for (var s = 0.0; s <= 1; s += 0.2)
            {
                foreach (var (p, i) in parameters.Select((p, i) => (p, i))) p.Assign((at[i] - g[i] * s).Realize());
                values.Add(loss(next[0], next[1]).Item());
            }
            foreach (var (p, i) in parameters.Select((p, i) => (p, i))) p.Assign(at[i]);
            ranges.Add(values.Max() - values.Min());
        });
        return [.. ranges];
    }
}

using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.12.1: Newton's step without the Hessian.</summary>
internal sealed class HessianFreeSystem() : CourseSystem("07.hessian-free", "Hessian-free: Newton's step by products H·v", "Conjugate gradients minimise without an explicit H.")
{
    public override void Run(SystemContext context)
    {
        var (net, loss) = Problem(context);
        var optimizer = new HessianFree(net.Parameters());
        var losses = new List<double>();
        for (var k = 0; k < 30; k++) losses.Add(optimizer.Step(loss));
        var (other, same) = Problem(context);
        context.Draw("hessian-free.png", Pictures.Curves("A small net on a sine", "loss", true, ("Hessian-free", losses), ("Adam", Learn.Steps(new Adam(other.Parameters(), 0.01), 30, same))));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // A convex loss: logistic regression with L2, so that Newton's step exists.
        Tensor x = context.Random().Normal([50, 5], type: DType.Float64).Realize(), y = (x.Select(1, 0) > 0).To(DType.Float64).Realize();
        Parameter[] w = [.. Enumerable.Range(0, 2).Select(_ => new Parameter(Tensor.Zeros([5], DType.Float64), "w"))];
        Tensor Of(Parameter p) => Loss.BinaryCrossEntropyWithLogits(x.MatMul(p.Value.Unsqueeze(1)).Flatten(), y) + p.Value.Square().Sum() * 0.1;
        new Newton([w[0]]).Step(() => Of(w[0]));
        new HessianFree([w[1]], damping: 0, tolerance: 1e-12).Step(() => Of(w[1]));
        yield return Figure.AtMost("its step minus Newton's", Differences.Largest(w[0].Value, w[1].Value), 1e-4);
        var (net, loss) = Problem(context);
        var optimizer = new HessianFree(net.Parameters());
        var first = optimizer.Step(loss);
        for (var k = 0; k < 30; k++) optimizer.Step(loss);
        yield return Figure.AtMost("a small net: loss after 30 steps / before", loss().Item() / first, 0.01);
    }

    private static (Sequential Net, Func<Tensor> Loss) Problem(SystemContext context)
    {
        var net = Learn.Mlp(context.Random(2), () => new Tanh(), 1, 12, 1);
        Tensor x = Tensor.Linspace(-3, 3, 60).Unsqueeze(1).Realize(), y = x.Sin().Realize();
        return (net, () => Loss.Mse(net.Forward(x), y));
    }
}

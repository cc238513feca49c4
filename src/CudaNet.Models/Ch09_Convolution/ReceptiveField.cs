using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.3. The notes' R = 1 + L(K − 1) is for stride 1 and equal kernels.</summary>
internal sealed class ReceptiveField() : CourseSystem("09.receptive-field", "Receptive field: R = 1 + Σ(Kₗ − 1)·ΠS", "R = 1 + L(K − 1) for L layers of kernel K.")
{
    private static readonly (string Name, (int K, int S, bool Pool)[] Layers)[] Nets =
        [("three of 3 × 3", [(3, 1, false), (3, 1, false), (3, 1, false)]), ("strides 2", [(3, 2, false), (3, 2, false), (3, 1, false)]), ("with pooling", [(3, 1, false), (2, 2, true), (3, 1, false), (2, 2, true)])];

    public override void Run(SystemContext context)
    {
        context.Draw("receptive-field.png", new ImageSheet("Pixels that the middle output depends on", [.. Nets.Select(net => Pictures.Grey(Support(net.Layers), $"{net.Name}: {Formula(net.Layers)}"))], 3, 4));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("L = 3, K = 3", Formula(Nets[0].Layers), 7);
        foreach (var (name, layers) in Nets)
            yield return Figure.Equal($"{name}: rows with a gradient minus the formula", Support(layers).Max(1).Sum().Item() - Formula(layers), 0);
    }

    private static int Formula((int K, int S, bool Pool)[] layers)
    {
        var (r, jump) = (1, 1);
        foreach (var (k, s, _) in layers) (r, jump) = (r + (k - 1) * jump, jump * s);
        return r;
    }

    /// <summary>1 where the gradient of the middle output is not 0; pooling by means, which all pixels reach.</summary>
    private static Tensor Support((int K, int S, bool Pool)[] layers)
    {
        var x = Tensor.Ones([1, 1, 41, 41]);
        var y = x;
        foreach (var (k, s, pool) in layers) y = pool ? y.AvgPool2d(k, s) : y.Conv2d(Tensor.Ones([1, 1, k, k]), stride: s);
        var middle = y.Shape[2] / 2;
        return Grad.Of(y[0, 0, (int)middle, (int)middle], x).Ne(0).To(DType.Float32).Squeeze();
    }
}

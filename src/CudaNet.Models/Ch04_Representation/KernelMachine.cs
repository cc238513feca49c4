using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Sections 4.2 and 4.3: a linear model in a space that only its inner products are known of.</summary>
internal sealed class KernelMachine() : CourseSystem("04.kernel-machine", "Kernel machine: linear, polynomial and Gaussian kernels",
    "A non-linear map to more dimensions, or a layer of non-linear basis functions, and a linear layer.")
{
    private const double Lambda = 1e-2;

    public override void Run(SystemContext context)
    {
        var (points, classes) = Synthetic.Circles(200, 0.07, 0.5, context.Seed);
        foreach (var (name, kernel) in Kernels())
        {
            var a = Ridge(kernel(points, points), classes);
            context.Out.WriteLine($"{name}: {Right(kernel(points, points).MatMul(a), classes):P1}");
            if (name == "Gaussian") context.Draw("kernel-machine.png", Pictures.Boundary("Kernel ridge regression, Gaussian kernel", x => kernel(x, points).MatMul(a) * 5, points, classes));
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor x, y, u, v;
        ((x, y), (u, v)) = (Synthetic.Circles(300, 0.07, 0.4, context.Seed), Synthetic.Circles(600, 0.07, 0.4, context.Seed + 100));
        foreach (var (name, kernel) in Kernels().Where(k => k.Name != "linear"))
            yield return Figure.AtLeast($"test accuracy on circles, {name} kernel", Right(kernel(u, x).MatMul(Ridge(kernel(x, x), y)), v), 0.99);
        // An RBF network: Gaussians around 20 samples, and a linear layer by least squares.
        var centres = x.Narrow(0, 0, 20);
        Tensor Basis(Tensor t) => Tensor.Concat([Gaussian(t, centres), Tensor.Ones([t.Shape[0], 1])], 1);
        yield return Figure.AtLeast("test accuracy on circles, network of 20 radial units", Right(Basis(u).MatMul(Linalg.Pinv(Basis(x)).MatMul(Signs(y))), v), 0.99);
        // Primal: w = (XᵀX + λI)⁻¹Xᵀy. Dual: a = (XXᵀ + λI)⁻¹y with w = Xᵀa. In double precision, as both solve ill-conditioned systems.
        Tensor X = x.To(DType.Float64), Y = Signs(y).To(DType.Float64);
        var w = Linalg.Solve(X.T.MatMul(X) + Tensor.Eye(2, DType.Float64) * Lambda, X.T.MatMul(Y));
        var a = Linalg.Solve(X.MatMul(X.T) + Tensor.Eye(300, DType.Float64) * Lambda, Y);
        yield return Figure.AtMost("linear kernel: dual minus primal predictions", Differences.Largest(X.MatMul(X.T).MatMul(a), X.MatMul(w)), 1e-6);
    }

    private static IEnumerable<(string Name, Func<Tensor, Tensor, Tensor> Kernel)> Kernels() =>
        [("linear", (a, b) => a.MatMul(b.T)), ("polynomial", (a, b) => (a.MatMul(b.T) + 1).Square()), ("Gaussian", Gaussian)];

    /// <summary>exp(−γ‖a − b‖²), γ = 2.</summary>
    private static Tensor Gaussian(Tensor a, Tensor b) => ((a.Unsqueeze(1) - b.Unsqueeze(0)).Square().Sum(-1) * -2).Exp();

    /// <summary>a = (K + λI)⁻¹y: ridge regression in the space of the kernel.</summary>
    private static Tensor Ridge(Tensor k, Tensor classes) => Linalg.Solve(k + Tensor.Eye(k.Shape[0]) * Lambda, Signs(classes)).Realize();

    private static Tensor Signs(Tensor classes) => (classes.To(DType.Float32) * 2 - 1).Unsqueeze(1);

    private static double Right(Tensor scores, Tensor classes) => (scores.Flatten() > 0).To(DType.Int64).Eq(classes).To(DType.Float32).Mean().Item();
}

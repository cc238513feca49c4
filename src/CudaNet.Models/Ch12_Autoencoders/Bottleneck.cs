using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Preprocessing;
using CudaNet.Nn.Schedules;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12: h(x) ≈ x through fewer numbers than x has. The best linear one spans the principal components (Baldi, Hornik 1989).</summary>
internal sealed class LinearAutoencoder() : CourseSystem("12.autoencoder", "Autoencoder with a bottleneck: a linear one is PCA", "x̂ ≈ x is learned through a hidden layer smaller than the input, by the reconstruction loss.")
{
    private const int Units = 8;

    public override void Run(SystemContext context)
    {
        var (model, x, losses, pca) = Train(context);
        context.Out.WriteLine($"squared error with {Units} units {Codes.Error(model.Forward(x), x).Item():F4}, with {Units} principal components {Codes.Error(pca.InverseTransform(pca.Transform(x)), x).Item():F4}");
        context.Draw("autoencoder.png", Codes.Sheet($"Digits through {Units} numbers", 8, ("digit", x), ("linear autoencoder", model.Forward(x)), ("PCA", pca.InverseTransform(pca.Transform(x)))));
        context.Draw("autoencoder-loss.png", Pictures.Curves("Reconstruction loss; below is what PCA reaches", "squared error", true, ("autoencoder", losses), ("PCA", [.. losses.Select(_ => Codes.Error(pca.InverseTransform(pca.Transform(x)), x).Item())])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, x, losses, pca) = Train(context);
        var best = Codes.Error(pca.InverseTransform(pca.Transform(x)), x).Item();
        yield return Figure.Equal("error of the linear autoencoder / of PCA", Codes.Error(model.Forward(x), x).Item() / best, 1, 0.01);
        // The decoder's columns span the components: what is left of the components outside of that span.
        var q = Linalg.Qr(((Linear)((Sequential)model.Decoder)[0]).Weight.Value.To(DType.Float64)).Q;
        var v = pca.Components.T.To(DType.Float64);
        yield return Figure.Report("share of the components outside of the decoder's span", ((v - q.MatMul(q.T.MatMul(v))).Square().Sum() / Units).Item());
        yield return Figure.AtMost("last loss / first", losses[^1] / losses[0], 0.5);
    }

    private static (Autoencoder Model, Tensor X, double[] Losses, Pca Pca) Train(SystemContext context)
    {
        var x = Codes.Load(context, 1000, 1).TrainX;
        var random = context.Random();
        var model = new Autoencoder(new Sequential(new Linear(Codes.Pixels, Units, random: random)), new Sequential(new Linear(Units, Codes.Pixels, random: random)));
        const int steps = 1500;
        var losses = Learn.Steps(new Adam(model.Parameters(), 1e-2), steps, () => Codes.Error(model.Forward(x), x), new CosineSchedule(steps));
        return (model, x, losses, new Pca(Units).Fit(x));
    }
}

/// <summary>Section 12, cited there: several layers on both sides of the code (Hinton, Salakhutdinov 2006).</summary>
internal sealed class DeepAutoencoder() : CourseSystem("12.deep", "Deep autoencoder: digits as points of a plane", "Stacked layers encode and decode.")
{
    public override void Run(SystemContext context)
    {
        var (model, digits, pca, losses) = Train(context);
        var x = digits.TestX;
        context.Draw("deep.png", Codes.Sheet("Digits through two numbers", 10, ("digit", x), ("deep autoencoder", model.Forward(x)), ("PCA", pca.InverseTransform(pca.Transform(x)))));
        context.Draw("deep-plane.png", Pictures.Scatter("Codes of the deep autoencoder", "z₁", "z₂", model.Encode(x), digits.TestY));
        context.Draw("deep-pca.png", Pictures.Scatter("The first two principal components", "z₁", "z₂", pca.Transform(x), digits.TestY));
        context.Draw("deep-loss.png", Pictures.Curves("Reconstruction loss", "squared error", false, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, digits, pca, _) = Train(context);
        var x = digits.TestX;
        double deep = Codes.Error(model.Forward(x), x).Item(), linear = Codes.Error(pca.InverseTransform(pca.Transform(x)), x).Item();
        yield return Figure.AtMost("error on other digits, two numbers: deep / PCA", deep / linear, 1);
        yield return Figure.Report("error of the deep autoencoder", deep);
        yield return Figure.Report("error of PCA", linear);
    }

    private static (Autoencoder Model, Digits Digits, Pca Pca, double[] Losses) Train(SystemContext context)
    {
        var digits = Codes.Load(context, 6000);
        var model = Codes.Autoencoder(context.Random(), 128, 32, 2);
        var losses = Codes.Fit(context, model, digits, context.Pick(1000, 500), x => Codes.Error(model.Forward(x), x));
        return (model, digits, new Pca(2).Fit(digits.TrainX), losses);
    }
}

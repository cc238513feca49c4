using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.4: images of many pixels that vary in few ways.</summary>
internal sealed class Manifold() : CourseSystem("04.manifold", "The manifold hypothesis: images of three factors",
    "A face needs fewer than 56 variables against 1,000,000 pixels, and an ideal extractor would give those.")
{
    private const int Side = 16;

    public override void Run(SystemContext context)
    {
        var (images, _) = Render(context, 500);
        context.Out.WriteLine($"{Side * Side} pixels, 3 factors; estimated dimension {Dimension(images):F2}");
        var errors = new[] { 1, 2, 3, 4 }.Select(k => Train(context, k).Error).ToArray();
        for (var k = 1; k <= errors.Length; k++) context.Out.WriteLine($"bottleneck {k}: error {errors[k - 1]:E2}");
        context.Draw("manifold.png", new CurvePlot("Reconstruction of images of three factors", "units of the bottleneck", "mean squared error") { LogY = true, WholeX = true }
            .Add("autoencoder", [1, 2, 3, 4], errors));
        var net = Train(context, 3).Net;
        var sheet = Enumerable.Range(0, 5).Select(i => Pictures.Grey(images.Select(0, i).Reshape(Side, Side), "image", 0, 1))
            .Concat(Enumerable.Range(0, 5).Select(i => Pictures.Grey(net.Forward(images).Select(0, i).Reshape(Side, Side), "by 3 numbers", 0, 1)));
        context.Draw("manifold-images.png", new ImageSheet("Spots by place and size, and what three numbers keep", [.. sheet]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("estimated dimension of the images", Dimension(Render(context, 1000).Images), 3, 1);
        yield return Figure.AtMost("error with a bottleneck of 3 / with one of 1", Train(context, 3).Error / Train(context, 1).Error, 0.2);
    }

    /// <summary>A soft spot by its place (2) and size (1).</summary>
    private static (Tensor Images, Tensor Factors) Render(SystemContext context, int count)
    {
        var f = context.Random(3).Uniform([count, 3, 1, 1], 0, 1);
        Tensor x = f.Narrow(1, 0, 1) * 8 + 3.5, y = f.Narrow(1, 1, 1) * 8 + 3.5, r = f.Narrow(1, 2, 1) * 2 + 1.5;
        Tensor rows = Tensor.Arange(0, Side, 1.0).Reshape(1, 1, Side, 1), columns = Tensor.Arange(0, Side, 1.0).Reshape(1, 1, 1, Side);
        return ((-((rows - y).Square() + (columns - x).Square()) / (r.Square() * 2)).Exp().Reshape(count, Side * Side).Realize(), f.Flatten(1).Realize());
    }

    private static (Sequential Net, double Error) Train(SystemContext context, int k)
    {
        var (images, _) = Render(context, 2500);
        Tensor train = images.Narrow(0, 0, 2000).Realize(), test = images.Narrow(0, 2000, 500).Realize();
        var net = Learn.Mlp(context.Random(k), () => new SiLU(), Side * Side, 128, 64, k, 64, 128, Side * Side);
        Learn.Epochs(net, new Adam(net.Parameters(), 2e-3), train, train, context.Pick(60, 25), seed: context.Seed, loss: (output, target) => Loss.Mse(output, target));
        return (net, Loss.Mse(net.Forward(test), test).Item());
    }

    /// <summary>From the distances r₁, r₂ to the two nearest neighbours: N / Σ ln(r₂/r₁) (TwoNN, Facco and others 2017).</summary>
    private static double Dimension(Tensor images)
    {
        var x = images.To(DType.Float64);
        var squares = x.Square().Sum(1);
        var d = squares.Unsqueeze(1) + squares.Unsqueeze(0) - x.MatMul(x.T) * 2;
        var near = d.Clamp(0, null).Sqrt().TopK(3, 1, largest: false).Values;    // itself, and two others
        return 1 / (near.Select(1, 2) / near.Select(1, 1)).Log().Mean().Item();
    }
}

using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.2: space cut into tiles, each an attribute of its own.</summary>
internal sealed class Tiling() : CourseSystem("04.tiling", "Space tiling: a linear model on tiles solves a checkerboard",
    "Space is divided into small regions.")
{
    private const int Side = 8, Offsets = 2;

    public override void Run(SystemContext context)
    {
        var (raw, tiled, layer) = Accuracies(context);
        context.Out.WriteLine($"linear on coordinates {raw:P1}, linear on tiles {tiled:P1}");
        var (points, classes) = Synthetic.Checkerboard(400, 4, context.Seed + 100);
        context.Draw("tiling.png", Pictures.Boundary($"A linear model on two tilings of {Side} × {Side}", x => layer.Forward(Tiles(x)), points, classes));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (raw, tiled, _) = Accuracies(context);
        yield return Figure.AtLeast("test accuracy of a linear model on tiles", tiled, 0.99);
        yield return Figure.Equal("test accuracy of a linear model on coordinates", raw, 0.5, 0.06);
    }

    private static (double Raw, double Tiled, Linear Layer) Accuracies(SystemContext context)
    {
        Tensor x, y, u, v;
        ((x, y), (u, v)) = (Synthetic.Checkerboard(4000, 4, context.Seed), Synthetic.Checkerboard(2000, 4, context.Seed + 100));
        double Fit(Linear layer, Func<Tensor, Tensor> features)
        {
            var f = features(x).Realize();
            Learn.Steps(new Adam(layer.Parameters(), 0.1), 150, () => Loss.CrossEntropy(layer.Forward(f), y));
            return Learn.Accuracy(layer, features(u), v);
        }
        var tiled = new Linear(Offsets * (Side + 1) * (Side + 1), 2, random: context.Random());
        return (Fit(new Linear(2, 2, random: context.Random(1)), t => t), Fit(tiled, Tiles), tiled);
    }

    /// <summary>One-hot of the tile that a point of [0, 1)² lies in, for a grid and the same grid moved by half a tile.</summary>
    private static Tensor Tiles(Tensor x)
    {
        var codes = new List<Tensor>();
        for (var k = 0; k < Offsets; k++)
        {
            var place = (x * Side + (double)k / Offsets).Floor().Clamp(0, Side).To(DType.Int64);
            codes.Add((place.Select(1, 0) * (Side + 1) + place.Select(1, 1)).OneHot((Side + 1) * (Side + 1), DType.Float32));
        }
        return Tensor.Concat([.. codes], 1);
    }
}

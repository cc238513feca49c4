using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.1: a transposed convolution is the adjoint of a convolution: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩.</summary>
internal sealed class Upsampling() : CourseSystem("12.upsampling", "Upsampling: transposed convolution, nearest, bilinear", "It restores the resolution.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var small = Digits.Load(context, 1, 1).TrainX.AvgPool2d(2);
        // A tent of 3 × 3 with stride 2 is bilinear between its places; a kernel of 3 × 3 ones leaves the checkerboard that it is known for.
        var tent = Tensor.From([0.25f, 0.5f, 0.25f, 0.5f, 1, 0.5f, 0.25f, 0.5f, 0.25f], [1, 1, 3, 3]);
        (string, Tensor)[] kinds =
        [
            ("14 × 14", small), ("nearest", small.Interpolate(28)), ("bilinear", small.Interpolate(28, InterpolationMode.Linear)),
            ("transposed, tent", small.ConvTranspose2d(tent, stride: 2, padding: 1, outputPadding: 1)), ("transposed, ones", small.ConvTranspose2d(Tensor.Ones([1, 1, 3, 3]) / 2.25, stride: 2, padding: 1, outputPadding: 1)),
        ];
        context.Draw("upsampling.png", new ImageSheet("A digit of 14 × 14 pixels, twice as large", [.. kinds.Select(kind => Pictures.Grey(kind.Item2.Squeeze(), kind.Item1, 0, 1))], 5, 6));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        double worst = 0;
        foreach (var (stride, padding, groups) in new[] { (1, 0, 1), (1, 1, 1), (2, 1, 1), (2, 0, 2), (3, 1, 2) })
        {
            Tensor x = random.Normal([2, 4, 11, 12]).Realize(), w = random.Normal([6, 4 / groups, 3, 3]).Realize();
            var down = x.Conv2d(w, stride: stride, padding: padding, groups: groups).Realize();
            var y = random.Normal(down.Shape).Realize();
            // Where the stride leaves rows over, output padding gives their places back.
            long Rest(int axis) => x.Shape[axis] - ((down.Shape[axis] - 1) * stride - 2 * padding + 3);
            var up = y.ConvTranspose2d(w, stride: stride, padding: padding, outputPadding: [Rest(2), Rest(3)], groups: groups);
            worst = Math.Max(worst, Math.Abs((down * y).Sum().Item() - (x * up).Sum().Item()) / (down.Norm() * y.Norm()).Item());
        }
        yield return Figure.AtMost("⟨conv x, y⟩ minus ⟨x, convᵀ y⟩, relative to the lengths", worst, 1e-5);
        Tensor z = random.Normal([1, 2, 3, 4], type: DType.Float64).Realize(), k = random.Normal([2, 2, 3, 3], type: DType.Float64).Realize(), bias = random.Normal([2], type: DType.Float64).Realize();
        yield return Figure.AtMost("transposed convolution: gradient minus differences", Differences.OfGradient(t => t[0].ConvTranspose2d(t[1], t[2], stride: 2, padding: 1, outputPadding: 1), z, k, bias), 1e-5);
        yield return Figure.AtMost("nearest: gradient minus differences", Differences.OfGradient(t => t[0].Interpolate([6, 8]), z), 1e-5);
        yield return Figure.AtMost("bilinear: gradient minus differences", Differences.OfGradient(t => t[0].Interpolate([6, 8], InterpolationMode.Linear), z), 1e-5);
        yield return Figure.AtMost("2 × 2 kernel of ones with stride 2 minus nearest", Differences.Largest(z.ConvTranspose2d(Tensor.Ones([2, 1, 2, 2], DType.Float64), stride: 2, groups: 2), z.Interpolate([6, 8])), 0);
        // Bilinear keeps what is linear, away from the border.
        var ramp = Tensor.Arange(0, 8, 1.0, DType.Float64).Reshape(1, 1, 1, 8).ExpandTo([1, 1, 8, 8]);
        var wide = ramp.Interpolate(16, InterpolationMode.Linear).Narrow(3, 1, 14);
        yield return Figure.AtMost("bilinear ramp minus the finer ramp", Differences.Largest(wide, (Tensor.Arange(1, 15, 1.0, DType.Float64) / 2 - 0.25).ExpandTo([1, 1, 16, 14])), 1e-12);
    }
}

using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>The four normalisations side by side.</summary>
internal static class Shown
{
    /// <summary>Draws which values are normalised together: two samples of four channels by each rule, after it.</summary>
    public static void Norms(SystemContext context, string name, IEnumerable<Figure> figures)
    {
        foreach (var figure in figures) context.Out.WriteLine(figure);
        // Channels of different brightness, samples of different contrast.
        var x = (context.Random(9).Normal([2, 4, 8, 8]) * Tensor.From([1f, 3], [2, 1, 1, 1]) + Tensor.From([0f, 2, 4, 6], [1, 4, 1, 1])).Realize();
        var sheet = new List<SheetImage>();
        foreach (var (label, norm) in new (string, Module?)[] { ("input", null), ("batch", new BatchNorm2d(4)), ("layer", new LayerNorm(new Shape(4, 8, 8))), ("instance", new InstanceNorm2d(4)), ("group", new GroupNorm(2, 4)) })
        {
            var y = (norm is null ? (x - 3) / 3 : norm.Forward(x)).Permute(0, 2, 1, 3).Reshape(16, 32);
            sheet.Add(Pictures.Grey(y, label, -2, 2));
        }
        context.Draw($"{name}.png", new ImageSheet("Two samples (rows) of four channels, normalised over a batch, layer, instance, group", sheet, 2, 8));
    }
}

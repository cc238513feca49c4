using CudaNet.Models.Ch08_Normalisation;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Digits of 14 × 14 pixels as rows, and the nets that encode and decode them.</summary>
internal static class Codes
{
    public const int Side = 14, Pixels = Side * Side;

    /// <summary>Digits, every four pixels averaged, [n, 196].</summary>
    public static Digits Load(SystemContext context, int train = 2000, int test = 500)
    {
        var digits = Digits.Load(context, train, test);
        return digits with { TrainX = digits.TrainX.AvgPool2d(2).Flatten(1).Realize(), TestX = digits.TestX.AvgPool2d(2).Flatten(1).Realize() };
    }

    /// <summary>196 – hidden – … – code and back, ReLU between, sigmoid at the end.</summary>
    public static Autoencoder Autoencoder(RandomStream random, params ReadOnlySpan<int> widths)
    {
        int[] down = [Pixels, .. widths];
        return new(Learn.Mlp(random, () => new ReLU(), down), Decoder(random, down));
    }

    /// <summary>The same with two heads, μ and ln σ², of as many latents each.</summary>
    public static VariationalAutoencoder Variational(SystemContext context, int latents, int hidden = 128)
    {
        var random = context.Random(1);
        return new(Learn.Mlp(random, () => new ReLU(), Pixels, hidden, 2 * latents), Decoder(random, [Pixels, hidden, latents]), context.Random(2));
    }

    /// <summary>Steps of Adam over batches of 100 digits, with a rate that falls along a cosine.</summary>
    public static double[] Fit(SystemContext context, Module model, Digits digits, int steps, Func<Tensor, Tensor> loss, double rate = 2e-3, Action<int>? before = null) =>
        Learn.Steps(new Adam(model.Parameters(), rate), steps, NormNet.Batches(context, digits, 100), data => loss(data[0]), new CosineSchedule(steps), before);

    /// <summary>Squared error of a sample: summed over pixels, averaged over samples.</summary>
    public static Tensor Error(Tensor reconstruction, Tensor x) => Loss.Mse(reconstruction, x, LossReduction.BatchMean);

    /// <summary>Mean over points of the distance to the nearest row of data.</summary>
    public static double ToNearest(Tensor points, Tensor data)
    {
        // ‖p − d‖² = ‖p‖² − 2p·d + ‖d‖².
        var squares = points.Square().Sum(1, keepDims: true) - points.MatMul(data.T) * 2 + data.Square().Sum(1);
        return squares.Min(1).Relu().Sqrt().Mean().Item();
    }

    /// <summary>A row of pixels as an image.</summary>
    public static SheetImage Image(Tensor pixels, string caption = "") => Pictures.Grey(pixels.Reshape(Side, Side), caption, 0, 1);

    /// <summary>Rows of images, each [n, 196], with captions at the first of a row.</summary>
    public static ImageSheet Sheet(string title, int columns, params ReadOnlySpan<(string Caption, Tensor Images)> rows)
    {
        var images = new List<SheetImage>();
        foreach (var (caption, row) in rows)
            for (var k = 0; k < columns; k++) images.Add(Image(row.Select(0, k), k == 0 ? caption : ""));
        return new(title, images, columns, 4);
    }

    private static Sequential Decoder(RandomStream random, int[] down)
    {
        var up = (int[])down.Clone();
        Array.Reverse(up);
        var decoder = Learn.Mlp(random, () => new ReLU(), up);
        decoder.Add(new Sigmoid());
        return decoder;
    }
}

using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Section 6.3: what outliers and edges do to each loss.</summary>
internal sealed class L1L2() : CourseSystem("06.l1-l2", "L1 against L2: outliers and edges",
    "L2 spreads errors evenly, L1 is sharp; the notes hold L1 to be better on angular images and L2 on soft ones.")
{
    private const int Side = 24;

    public override void Run(SystemContext context)
    {
        var sheet = new List<SheetImage>();
        foreach (var angular in new[] { true, false })
        {
            var image = Image(angular);
            sheet.Add(Pictures.Grey(image, angular ? "angular" : "soft", 0, 1));
            foreach (var l1 in new[] { true, false })
            {
                var fit = Restore(context, image, l1);
                sheet.Add(Pictures.Grey(fit, l1 ? "L1" : "L2", 0, 1));
                context.Out.WriteLine($"{(angular ? "angular" : "soft"),-8} {(l1 ? "L1" : "L2")}: edge energy {Sharpness(fit) / Sharpness(image):F3} of the true one, mean error {Loss.L1(fit, image).Item():F4}");
            }
        }
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("l1-l2.png", new ImageSheet("An image from five damaged copies, by each loss", sheet, 3));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double Moved(bool l1) => Differences.Largest(Line(context, l1, outlier: true), Line(context, l1, outlier: false));
        double two = Moved(false), one = Moved(true);
        yield return Figure.AtLeast("how far one outlier moves the L2 fit / the L1 fit", two / one, 5);
        foreach (var angular in new[] { true, false })
        {
            var image = Image(angular);
            double Ratio(bool l1) => Sharpness(Restore(context, image, l1)) / Sharpness(image);
            yield return Figure.Report($"edge energy kept by L1, {(angular ? "angular" : "soft")} image", Ratio(true));
            yield return Figure.Report($"edge energy kept by L2, {(angular ? "angular" : "soft")} image", Ratio(false));
        }
    }

    /// <summary>Slope and offset of the line through 30 samples of y = 2x + 1, one of them 50 too high.</summary>
    private static Tensor Line(SystemContext context, bool l1, bool outlier)
    {
        var x = Tensor.Linspace(-1, 1, 30);
        var y = (x * 2 + 1 + context.Random().Normal([30]) * 0.1).Realize();
        if (outlier) y = (y + Tensor.Arange(30).Eq(24).To(DType.Float32) * 50).Realize();
        var w = new Parameter(Tensor.Zeros([2]), "w");
        Tensor Fit() => w.Value.Select(0, 0) * x + w.Value.Select(0, 1);
        Learn.Steps(new Adam([w], 0.05), 1500, () => l1 ? Loss.L1(Fit(), y) : Loss.Mse(Fit(), y), new Nn.Schedules.CosineSchedule(1500));
        return w.Value;
    }

    private static Tensor Image(bool angular)
    {
        Tensor rows = Tensor.Linspace(-1, 1, Side).Reshape(Side, 1), columns = Tensor.Linspace(-1, 1, Side).Reshape(1, Side);
        return (angular ? (rows.Abs() < 0.4 & columns.Abs() < 0.6 | (rows - columns).Abs() < 0.12).To(DType.Float32)
            : ((rows * 3).Sin() * (columns * 2.5).Cos() + 1) * 0.5).Realize();
    }

    /// <summary>The one image that is nearest to five copies, of which a quarter of all pixels were lost to black or white.</summary>
    private static Tensor Restore(SystemContext context, Tensor image, bool l1)
    {
        var random = context.Random(7);
        var copies = (random.Bernoulli([5, Side, Side], 0.25).Where(random.Bernoulli([5, Side, Side], 0.5).To(DType.Float32), image.Unsqueeze(0).ExpandTo([5, Side, Side]))).Realize();
        var fit = new Parameter(Tensor.Full([Side, Side], 0.5), "image");
        Learn.Steps(new Adam([fit], 0.05), 300, () => l1 ? Loss.L1(fit.Value.ExpandTo([5, Side, Side]), copies) : Loss.Mse(fit.Value.ExpandTo([5, Side, Side]), copies), new Nn.Schedules.CosineSchedule(300));
        return fit.Value;
    }

    /// <summary>Energy of the gradient: the squared differences of neighbours.</summary>
    private static double Sharpness(Tensor image) =>
        ((image.Narrow(0, 1, Side - 1) - image.Narrow(0, 0, Side - 1)).Square().Sum() + (image.Narrow(1, 1, Side - 1) - image.Narrow(1, 0, Side - 1)).Square().Sum()).Item();
}

using CudaNet.Plotting;
using SkiaSharp;

namespace CudaNet.Tests.Plotting;

public sealed class PictureTests
{
    private static readonly PlotArea Square = new(-1, 1, -1, 1);

    private static LearningCurve Learning(string title = "MyNet") => new(title)
    {
        TrainLoss = [0.5, 0.2, 0.1],
        TestLoss = [0.4, 0.3, double.NaN],
        TrainAccuracy = [0.8, 0.9, 0.95],
        TestAccuracy = [0.7, 0.85, 0.9],
    };

    private static CurvePlot Curves(string? title = "Curves") => new CurvePlot(title, "step", "value").Add("a", [1, 2, 3], [3, 1, 2]).Add("b", [1, 2, 3], [1, 1, 5]);

    private static ImageSheet Sheet(string title = "Worst") =>
        new(title, [.. Enumerable.Range(0, 10).Select(i => SheetImage.Mistake(new byte[784], 28, 28, "4", "9", 0.9 + i * 0.01))]);

    private static ConfusionMatrixPlot Confusion(string title = "Confusion") => new(title, new[,] { { 9, 1 }, { 0, 7 } }, ["cat", "dog"]);

    private static DecisionBoundary Boundary(string title = "XOR") =>
        DecisionBoundary.OfProbability(title, Square, new[,] { { 0.1, 0.9 }, { 0.8, 0.2 } }).AddPoint(0.5, 0.5, 0).AddPoint(-0.5, 0.5, 1);

    private static FieldPlot Field(string title = "Valley") => new FieldPlot(title, Square, new[,] { { 0.0, 1 }, { double.NaN, 4 } }).Add(new CurveSeries("path", [-0.5, 0.5], [0, 0]));

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return new TestCaseData((Func<string, Picture>)Field).SetArgDisplayNames("field");
        yield return new TestCaseData((Func<string, Picture>)Learning).SetArgDisplayNames("learning curve");
        yield return new TestCaseData((Func<string, Picture>)Curves).SetArgDisplayNames("curves");
        yield return new TestCaseData((Func<string, Picture>)Sheet).SetArgDisplayNames("image sheet");
        yield return new TestCaseData((Func<string, Picture>)Confusion).SetArgDisplayNames("confusion matrix");
        yield return new TestCaseData((Func<string, Picture>)Boundary).SetArgDisplayNames("decision boundary");
    }

    private static SKBitmap Decode(Picture picture) => SKBitmap.Decode(picture.ToPng());

    /// <summary>Dark pixels in a part of a picture.</summary>
    private static int Ink(SKBitmap bitmap, int left, int top, int right, int bottom)
    {
        int count = 0;
        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
                if (bitmap.GetPixel(x, y) is { Red: < 110, Green: < 110, Blue: < 110 })
                    count++;
        return count;
    }

    [TestCaseSource(nameof(Kinds))]
    public void Every_picture_is_a_PNG_of_its_size_on_white(Func<string, Picture> make)
    {
        var picture = make("Title");
        using var bitmap = Decode(picture);
        Assert.Multiple(() =>
        {
            Assert.That((bitmap.Width, bitmap.Height), Is.EqualTo((picture.Width, picture.Height)));
            foreach (var (x, y) in new[] { (0, 0), (bitmap.Width - 1, 0), (0, bitmap.Height - 1), (bitmap.Width - 1, bitmap.Height - 1) })
                Assert.That(bitmap.GetPixel(x, y), Is.EqualTo(SKColors.White), $"corner {x}, {y}");
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void Every_picture_shows_its_title(Func<string, Picture> make)
    {
        using var with = Decode(make("III"));
        using var other = Decode(make("MMM"));
        using var without = Decode(make(""));
        int Strip(SKBitmap bitmap) => Ink(bitmap, 0, 8, bitmap.Width, 40);
        Assert.Multiple(() =>
        {
            Assert.That(Strip(with), Is.GreaterThan(50));
            Assert.That(Strip(other), Is.GreaterThan(Strip(with)), "M has more ink than I");
            Assert.That(make("").Height < make("III").Height || Strip(without) == 0, "no title, no ink");
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void The_same_picture_has_the_same_bytes_on_every_thread(Func<string, Picture> make)
    {
        byte[] expected = make("Title").ToPng();
        var drawn = new byte[8][];
        Parallel.For(0, drawn.Length, i => drawn[i] = make("Title").ToPng());
        Assert.That(drawn, Has.All.EqualTo(expected));
    }

    [Test]
    public void Signs_of_mathematics_are_in_the_font()
    {
        // A sign that is not there is drawn as the box of U+FFFF.
        byte[] missing = Curves("\uFFFF").ToPng();
        foreach (string sign in new[] { "α", "σ", "∇", "→", "≥", "²", "∞", "√", "–", "é" })
            Assert.That(Curves(sign).ToPng(), Is.Not.EqualTo(missing), sign);
    }

    [Test]
    public void A_title_too_long_is_cut_and_stays_inside()
    {
        using var bitmap = Decode(Curves(string.Concat(Enumerable.Repeat("long title ", 40))));
        Assert.Multiple(() =>
        {
            Assert.That(Ink(bitmap, 0, 8, 16, 40), Is.Zero);
            Assert.That(Ink(bitmap, bitmap.Width - 16, 8, bitmap.Width, 40), Is.Zero);
        });
    }

    [Test]
    public void A_curve_without_points_or_with_one_or_with_none_finite_is_drawn()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new CurvePlot("none", "x", "y").ToPng(), Is.Not.Empty);
            Assert.That(new CurvePlot("one", "x", "y").Add("a", [1], [0]).ToPng(), Is.Not.Empty);
            Assert.That(new CurvePlot("flat", "x", "y").Add("a", [1, 2], [1e30, 1e30]).ToPng(), Is.Not.Empty);
            Assert.That(new CurvePlot("gaps", "x", "y").Add("a", [1, 2, 3], [double.NaN, double.PositiveInfinity, double.NegativeInfinity]).ToPng(), Is.Not.Empty);
            Assert.That(new CurvePlot("log", "x", "y") { LogX = true, LogY = true }.Add("a", [-1, 0, 10], [1, 0, 1000]).ToPng(), Is.Not.Empty);
            Assert.That(new LearningCurve("empty").ToPng(), Is.Not.Empty);
        });
    }

    [Test]
    public void A_series_with_unequal_lengths_is_refused() =>
        Assert.That(() => new CurvePlot("t", "x", "y").Add("a", [1, 2], [1]), Throws.ArgumentException.With.Message.Contains("series \"a\" has 2 positions and 1 values"));

    [Test]
    public void A_confusion_table_that_is_not_square_or_named_is_refused()
    {
        Assert.That(() => new ConfusionMatrixPlot("t", new int[2, 3], ["a", "b"]), Throws.ArgumentException.With.Message.Contains("the table is 2×3, with 2 names"));
        Assert.That(() => new ConfusionMatrixPlot("t", new int[2, 2], ["a"]), Throws.ArgumentException);
        Assert.That(() => new ConfusionMatrixPlot("t", new int[0, 0], []), Throws.ArgumentException);
    }

    [Test]
    public void Confusion_tables_of_many_classes_are_drawn_without_numbers()
    {
        var picture = new ConfusionMatrixPlot("many", new int[200, 200], [.. Enumerable.Range(0, 200).Select(i => $"class {i}")]);
        Assert.That(picture.ToPng(), Is.Not.Empty);
        Assert.That(picture.Width, Is.LessThan(2000));
    }

    [Test]
    public void Right_decisions_are_blue_and_mistakes_orange()
    {
        using var bitmap = Decode(Confusion());
        int blue = 0, orange = 0;
        for (int y = 0; y < bitmap.Height; y++)
            for (int x = 0; x < bitmap.Width; x++)
            {
                var pixel = bitmap.GetPixel(x, y);
                blue += pixel.Blue > pixel.Red + 60 ? 1 : 0;
                orange += pixel.Red > pixel.Blue + 60 ? 1 : 0;
            }
        // Two right cells, one wrong.
        Assert.That(orange, Is.GreaterThan(1000));
        Assert.That(blue, Is.GreaterThan(orange * 3 / 2));
    }

    [Test]
    public void An_image_shows_its_pixels_enlarged()
    {
        byte[] colors = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0];
        using var bitmap = Decode(new ImageSheet("", [new SheetImage(colors, 2, 2) { Channels = 3 }], columns: 1, scale: 10));
        int left = PlotStyle.Margin, top = PlotStyle.Margin;
        Assert.Multiple(() =>
        {
            Assert.That(bitmap.GetPixel(left + 1, top + 1), Is.EqualTo(SKColors.Red));
            Assert.That(bitmap.GetPixel(left + 18, top + 1), Is.EqualTo(new SKColor(0, 255, 0)));
            Assert.That(bitmap.GetPixel(left + 1, top + 18), Is.EqualTo(SKColors.Blue));
            Assert.That(bitmap.GetPixel(left + 18, top + 18), Is.EqualTo(new SKColor(255, 255, 0)));
        });
    }

    [Test]
    public void A_sheet_takes_no_image_one_image_and_images_of_many_sizes()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new ImageSheet("none", []).ToPng(), Is.Not.Empty);
            Assert.That(new ImageSheet("one", [new SheetImage(new byte[1], 1, 1, "dot")]).ToPng(), Is.Not.Empty);
            Assert.That(new ImageSheet("", [new SheetImage(new byte[300 * 200], 300, 200), new SheetImage(new byte[6], 2, 3, "a\nb\nc")]).ToPng(), Is.Not.Empty);
        });
    }

    [TestCase(3, 1)]
    [TestCase(4, 2)]
    public void An_image_of_the_wrong_length_or_channels_is_refused(int bytes, int channels) =>
        Assert.That(() => new ImageSheet("t", [new SheetImage(new byte[bytes], 2, 2) { Channels = channels }]), Throws.ArgumentException.With.Message.Contains($"image 0 of 2×2 with {channels} channels has {bytes} bytes"));

    [Test]
    public void The_lowest_row_of_a_decision_grid_is_drawn_lowest()
    {
        using var bitmap = Decode(DecisionBoundary.OfClasses("classes", Square, new[,] { { 0 }, { 0 }, { 1 }, { 1 } }));
        SKColor low = bitmap.GetPixel(bitmap.Width / 2, bitmap.Height * 3 / 4), high = bitmap.GetPixel(bitmap.Width / 2, bitmap.Height / 4);
        Assert.Multiple(() =>
        {
            Assert.That(low.Blue, Is.GreaterThan(low.Red), "class 0 is blue");
            Assert.That(high.Red, Is.GreaterThan(high.Blue), "class 1 is orange");
        });
    }

    [Test]
    public void Points_of_a_grid_are_the_middles_of_its_cells_from_below() =>
        Assert.That(new PlotArea(0, 4, 0, 2).GridPoints(rows: 2, columns: 2), Is.EqualTo(new float[] { 1, 0.5f, 3, 0.5f, 1, 1.5f, 3, 1.5f }));

    [Test]
    public void A_decision_picture_without_size_or_grid_or_with_NaN()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => DecisionBoundary.OfClasses("t", new PlotArea(1, 1, 0, 1), new int[1, 1]), Throws.ArgumentException.With.Message.Contains("has no size"));
            Assert.That(() => DecisionBoundary.OfClasses("t", Square, new int[0, 5]), Throws.ArgumentException.With.Message.Contains("the grid is empty"));
            Assert.That(DecisionBoundary.OfProbability("t", Square, new[,] { { double.NaN, 0.2 }, { 0.7, double.NaN } }).ToPng(), Is.Not.Empty);
        });
    }

    [Test]
    public void A_picture_is_saved_whole_into_a_new_folder()
    {
        string folder = Directory.CreateTempSubdirectory("cudanet-test-").FullName;
        try
        {
            string path = Path.Combine(folder, "plots", "curve.png");
            Curves().Save(path);
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(Curves().ToPng()));
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Has.Length.EqualTo(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

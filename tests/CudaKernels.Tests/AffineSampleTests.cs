using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Images along affine maps against plain loops in f64.</summary>
public sealed class AffineSampleTests
{
    private static readonly (string Pixels, string Type)[] Types = [("f32", "f32"), ("f16", "f16"), ("bf16", "bf16"), ("u8", "f32")];

    // One pixel, one row, primes, larger and smaller than the image, more than one block.
    private static readonly (int Height, int Width, int Rows, int Columns)[] Sizes = [(1, 1, 2, 3), (1, 9, 1, 9), (5, 7, 5, 7), (4, 3, 11, 13), (17, 19, 3, 5), (16, 16, 24, 16)];

    [Test]
    public void Drawn_maps_match_f64([ValueSource(nameof(Types))] (string Pixels, string Type) types, [Values] bool border, [Values] bool normalised)
    {
        foreach (var (height, width, rows, columns) in Sizes)
        {
            const int Batch = 3, Channels = 2;
            using var bench = new KernelBench();
            var random = new Random(rows);
            var maps = KernelBench.Rounded("f32", [.. Enumerable.Range(0, 6 * Batch).Select(k => (2.4 * random.NextDouble()) - 1.2 + (k % 6 == 2 ? width / 2.3 : k % 6 == 5 ? height / 2.3 : 0))]);
            Check(bench, types, maps, Batch, Channels, height, width, rows, columns, border, normalised);
        }
    }

    [Test]
    public void Whole_places_give_the_pixels_themselves([ValueSource(nameof(Types))] (string Pixels, string Type) types)
    {
        using var bench = new KernelBench();
        // The image, the image mirrored, and one shifted by (1, −2).
        double[] maps = [1, 0, 0, 0, 1, 0, -1, 0, 6, 0, 1, 0, 1, 0, -2, 0, 1, 1];
        const int Height = 5, Width = 7;
        var (x, y) = Check(bench, types, maps, 3, 2, Height, Width, Height, Width, border: false, normalised: false);
        double At(int image, int channel, int row, int column) => row is >= 0 and < Height && column is >= 0 and < Width ? x[((((image * 2) + channel) * Height) + row) * Width + column] : 0;
        for (int channel = 0; channel < 2; channel++)
            for (int row = 0; row < Height; row++)
                for (int column = 0; column < Width; column++)
                {
                    double Result(int image) => y[((((image * 2) + channel) * Height) + row) * Width + column];
                    Assert.That(Result(0), Is.EqualTo(At(0, channel, row, column)));
                    Assert.That(Result(1), Is.EqualTo(At(1, channel, row, Width - 1 - column)));
                    Assert.That(Result(2), Is.EqualTo(At(2, channel, row + 1, column - 2)));
                }
    }

    [Test]
    public void A_place_that_is_no_number_or_out_of_reach_is_outside([Values] bool border)
    {
        using var bench = new KernelBench();
        double[] maps = [double.NaN, 0, 0, 0, 1, 0, 0, 0, double.PositiveInfinity, 0, 1, 0, 1, 0, 0, 0, 0, 1e30, 1, 0, 0, 0, 0, -1e30];
        const int Side = 3;
        DevicePointer x = bench.Upload("f32", [.. Enumerable.Repeat(2.0, 4 * Side * Side)]), y = bench.Output("f32", 4 * Side * Side);
        bench.Run(AffineSampleKernels.Pixels("f32", "f32", 4 * Side * Side), x, bench.Upload("f32", maps), DevicePointer.Null, DevicePointer.Null, y, 4 * Side * Side, 1, Side, Side, Side, Side, border ? 1 : 0);
        var result = bench.Download("f32", y, 4 * Side * Side);
        Assert.That(result[..(Side * Side)], Is.All.Zero);
        // What is infinitely far is outside, and at the border with that.
        Assert.That(result[(Side * Side)..], Is.All.EqualTo(border ? 2.0 : 0.0));
    }

    [Test]
    public void Results_are_written_once_in_whole_sectors_and_neighbours_read_neighbours()
    {
        using var bench = new KernelBench();
        const int Side = 64, Count = Side * Side;
        double[] identity = [1, 0, 0, 0, 1, 0];
        DevicePointer x = bench.Upload("f32", KernelBench.Random("f32", 3 * Count, 1)), y = bench.Output("f32", 3 * Count);
        var counters = bench.Run(AffineSampleKernels.Pixels("f32", "f32", Count), x, bench.Upload("f32", identity), DevicePointer.Null, DevicePointer.Null, y, Count, 3, Side, Side, Side, Side, 0).Counters;
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(3 * Count * sizeof(float)));
        // Of four pixels around a place two rows of two begin a word apart: sectors are three quarters full at least.
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(75));
    }

    private static (double[] X, double[] Y) Check(KernelBench bench, (string Pixels, string Type) types, double[] maps, int batch, int channels, int height, int width, int rows, int columns, bool border, bool normalised)
    {
        bool bytes = types.Pixels == "u8";
        int pixels = batch * channels * height * width, count = batch * rows * columns;
        var random = new Random(7);
        double[] x = bytes ? [.. Enumerable.Range(0, pixels).Select(_ => (double)random.Next(256))] : KernelBench.Random(types.Pixels, pixels, 3, 2), scale = KernelBench.Random("f32", channels, 5), shift = KernelBench.Random("f32", channels, 6);
        DevicePointer images = bytes ? bench.Upload(Array.ConvertAll(x, value => (byte)value)) : bench.Upload(types.Pixels, x), none = DevicePointer.Null, y = bench.Output(types.Type, count * channels);
        bench.Run(AffineSampleKernels.Pixels(types.Pixels, types.Type, count), images, bench.Upload("f32", maps), normalised ? bench.Upload("f32", scale) : none, normalised ? bench.Upload("f32", shift) : none, y,
            count, channels, height, width, rows, columns, border ? 1 : 0);

        double[] expected = new double[count * channels], tolerance = new double[count * channels];
        double most = bytes ? 255 : 2, f32 = Math.Pow(2, -24), reach = 1.2 * (rows + columns) + height + width;
        for (int image = 0; image < batch; image++)
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++)
                {
                    double M(int k) => maps[(image * 6) + k];
                    double p = (M(0) * column) + (M(1) * row) + M(2), q = (M(3) * column) + (M(4) * row) + M(5);
                    if (border) (p, q) = (Math.Clamp(p, 0, width - 1), Math.Clamp(q, 0, height - 1));
                    int left = (int)Math.Floor(p), top = (int)Math.Floor(q);
                    for (int channel = 0; channel < channels; channel++)
                    {
                        double At(int r, int c) => r >= 0 && r < height && c >= 0 && c < width ? x[((((image * channels) + channel) * height) + r) * width + c] : 0;
                        double u = p - left, w = q - top, v = ((1 - w) * (((1 - u) * At(top, left)) + (u * At(top, left + 1)))) + (w * (((1 - u) * At(top + 1, left)) + (u * At(top + 1, left + 1))));
                        int at = ((((image * channels) + channel) * rows) + row) * columns + column;
                        expected[at] = normalised ? (v * scale[channel]) + shift[channel] : v;
                        // Places are rounded twice at most at their greatest, along a slope of twice the greatest pixel both ways; then six roundings.
                        tolerance[at] = ((2 * reach * 2 * 2 * most) + (6 * most) + 1) * f32;
                    }
                }

        var actual = bench.Download(types.Type, y, count * channels);
        KernelBench.Close(actual, expected, i => tolerance[i] + (KernelBench.Unit(types.Type) * Math.Abs(expected[i])) + (types.Type == "f16" ? Math.Pow(2, -25) : 0), $"{types} {height}x{width} to {rows}x{columns}");
        return (x, actual);
    }
}

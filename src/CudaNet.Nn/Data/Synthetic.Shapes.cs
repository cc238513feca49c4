namespace CudaNet.Nn.Data;

public static partial class Synthetic
{
    private static readonly float[][] Colours = [[0.9f, 0.15f, 0.15f], [0.15f, 0.75f, 0.25f], [0.2f, 0.35f, 0.95f], [0.95f, 0.85f, 0.2f], [1, 1, 1]];

    /// <summary>Pictures of one shape each on a dark ground, and sentences that say its size, colour, form and place.</summary>
    /// <param name="count">Pictures.</param>
    /// <param name="size">Pixels of a side, 8 or more.</param>
    /// <param name="seed">Decides all.</param>
    public static CaptionedShapes CaptionedShapes(int count, int size = 32, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        var random = new Random((int)seed);
        var images = new float[count * 3 * size * size];
        var captions = new string[count];
        long[] shapes = new long[count], colours = new long[count];
        var places = new float[4 * count];
        for (var i = 0; i < count; i++)
        {
            var (shape, colour, large) = (random.Next(4), random.Next(Colours.Length), random.Next(2) == 1);
            // A shape lies wholly inside: of half or of a quarter of the picture.
            var radius = large ? 0.25 : 0.125;
            double x = radius + (1 - 2 * radius) * random.NextDouble(), y = radius + (1 - 2 * radius) * random.NextDouble();
            Paint(images.AsSpan(i * 3 * size * size, 3 * size * size), size, Colours[colour], (u, v) => Inside(shape, (u - x) / radius, (v - y) / radius));
            (shapes[i], colours[i]) = (shape, colour);
            Put(places, 4 * i, [x - radius, y - radius, x + radius, y + radius]);
            captions[i] = $"a {(large ? "large" : "small")} {Data.CaptionedShapes.ColourNames[colour]} {Data.CaptionedShapes.ShapeNames[shape]} {Place(x, y)}";
        }
        return new(Tensor.From(images, [count, 3, size, size]), captions, Tensor.From(shapes), Tensor.From(colours), Tensor.From(places, [count, 4]));
    }

    /// <summary>Whether a point of [−1, 1]² belongs to a shape: circle, square, triangle or cross.</summary>
    private static bool Inside(int shape, double u, double v) => Math.Abs(u) <= 1 && Math.Abs(v) <= 1 && shape switch
    {
        0 => u * u + v * v <= 1,
        1 => true,
        2 => Math.Abs(u) <= (v + 1) / 2,
        _ => Math.Abs(u) <= 0.35 || Math.Abs(v) <= 0.35,
    };

    private static string Place(double x, double y)
    {
        string across = x < 1 / 3.0 ? "left" : x > 2 / 3.0 ? "right" : "", down = y < 1 / 3.0 ? "top" : y > 2 / 3.0 ? "bottom" : "";
        return (across, down) switch
        {
            ("", "") => "in the middle",
            (_, "") => $"on the {across}",
            ("", _) => $"at the {down}",
            _ => $"at the {down} {across}",
        };
    }

    /// <summary>Each pixel by the share of 4 × 4 points of it that lie inside.</summary>
    private static void Paint(Span<float> pixels, int size, float[] colour, Func<double, double, bool> inside)
    {
        const int points = 4;
        const float ground = 0.08f;
        for (var row = 0; row < size; row++)
            for (var column = 0; column < size; column++)
            {
                var covered = 0;
                for (var k = 0; k < points * points; k++)
                    if (inside((column + (k % points + 0.5) / points) / size, (row + (k / points + 0.5) / points) / size)) covered++;
                var share = covered / (float)(points * points);
                for (var c = 0; c < 3; c++) pixels[(c * size + row) * size + column] = ground + share * (colour[c] - ground);
            }
    }
}

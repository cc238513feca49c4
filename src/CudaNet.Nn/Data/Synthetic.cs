namespace CudaNet.Nn.Data;

/// <summary>Small data sets that are made, not read: points with classes or with the coordinates that they came from, sequences, and pictures with captions.</summary>
/// <remarks>Classes are Int64 [count], of equal size up to one; points are Float32 [count, dimensions]. Equal seeds give equal points.</remarks>
public static partial class Synthetic
{
    /// <summary>Two half circles that reach into one another.</summary>
    /// <param name="count">Points in all.</param>
    /// <param name="noise">Deviation of what is added to each coordinate.</param>
    /// <param name="seed">Decides all.</param>
    public static (Tensor Points, Tensor Classes) Moons(int count, double noise = 0.1, long seed = 0) => Labelled(count, 2, seed, (c, random) =>
    {
        var angle = random.NextDouble() * Math.PI;
        return c == 0 ? Noisy(random, noise, Math.Cos(angle), Math.Sin(angle)) : Noisy(random, noise, 1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
    });

    /// <summary>A circle of radius 1 around one of radius <paramref name="factor"/>.</summary>
    /// <inheritdoc cref="Moons"/>
    public static (Tensor Points, Tensor Classes) Circles(int count, double noise = 0.1, double factor = 0.5, long seed = 0) => Labelled(count, 2, seed, (c, random) =>
    {
        double angle = random.NextDouble() * 2 * Math.PI, radius = c == 0 ? 1 : factor;
        return Noisy(random, noise, radius * Math.Cos(angle), radius * Math.Sin(angle));
    });

    /// <summary>Arms that wind out of one centre to radius 1.</summary>
    /// <param name="count">Points in all.</param>
    /// <param name="arms">Classes.</param>
    /// <param name="turns">Turns of an arm.</param>
    /// <param name="noise">Deviation of what is added to each coordinate.</param>
    /// <param name="seed">Decides all.</param>
    public static (Tensor Points, Tensor Classes) Spirals(int count, int arms = 2, double turns = 1, double noise = 0.03, long seed = 0) => Labelled(count, arms, seed, (c, random) =>
    {
        double t = random.NextDouble(), angle = 2 * Math.PI * (turns * t + (double)c / arms);
        return Noisy(random, noise, t * Math.Cos(angle), t * Math.Sin(angle));
    });

    /// <summary>Round clouds of points; the class is the cloud.</summary>
    /// <param name="count">Points in all.</param>
    /// <param name="centres">A centre for each cloud, of equal dimension.</param>
    /// <param name="deviation">Of each coordinate.</param>
    /// <param name="seed">Decides all.</param>
    public static (Tensor Points, Tensor Classes) GaussianMixture(int count, double[][] centres, double deviation = 1, long seed = 0) =>
        Labelled(count, centres.Length, seed, (c, random) => Noisy(random, deviation, centres[c]));

    /// <summary>Fields of a board over [0, 1)², black and white in turn.</summary>
    /// <param name="count">Points in all.</param>
    /// <param name="fields">Fields along a side.</param>
    /// <param name="seed">Decides all.</param>
    public static (Tensor Points, Tensor Classes) Checkerboard(int count, int fields = 4, long seed = 0) => Labelled(count, 2, seed, (c, random) =>
    {
        while (true)
        {
            double x = random.NextDouble(), y = random.NextDouble();
            if (((int)(x * fields) + (int)(y * fields)) % 2 == c) return [x, y];
        }
    });

    /// <summary>A sheet that is rolled up: points [count, 3] and their places on the sheet, Float32 [count, 2]: along the roll by length,
    /// and across.</summary>
    /// <param name="count">Points.</param>
    /// <param name="noise">Deviation of what is added to each coordinate.</param>
    /// <param name="seed">Decides all.</param>
    public static (Tensor Points, Tensor Places) SwissRoll(int count, double noise = 0, long seed = 0)
    {
        var random = new Random((int)seed);
        float[] points = new float[3 * count], places = new float[2 * count];
        for (var i = 0; i < count; i++)
        {
            double t = 1.5 * Math.PI * (1 + 2 * random.NextDouble()), across = 21 * random.NextDouble();
            Put(points, 3 * i, Noisy(random, noise, t * Math.Cos(t), across, t * Math.Sin(t)));
            // Length of the spiral r = t from its centre.
            Put(places, 2 * i, [(t * Math.Sqrt(1 + t * t) + Math.Asinh(t)) / 2, across]);
        }
        return (Tensor.From(points, [count, 3]), Tensor.From(places, [count, 2]));
    }

    private static (Tensor Points, Tensor Classes) Labelled(int count, int classes, long seed, Func<int, Random, double[]> draw)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var random = new Random((int)seed);
        var labels = new long[count];
        float[]? points = null;
        for (var i = 0; i < count; i++)
        {
            labels[i] = i % classes;
            var point = draw(i % classes, random);
            Put(points ??= new float[count * point.Length], i * point.Length, point);
        }
        return (Tensor.From(points!, [count, points!.Length / count]), Tensor.From(labels));
    }

    private static void Put(float[] into, int at, double[] values)
    {
        for (var k = 0; k < values.Length; k++) into[at + k] = (float)values[k];
    }

    /// <summary>Normal numbers by Box and Muller 1958.</summary>
    private static double[] Noisy(Random random, double deviation, params double[] centre) => Array.ConvertAll(centre, value =>
        value + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}

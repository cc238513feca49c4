namespace CudaNet.Nn.Data;

public static partial class Synthetic
{
    /// <summary>The adding problem, whose answer takes a memory as long as the sequence: each step has a number in [0, 1) and a mark; one
    /// step of each half is marked, and the target is the sum of their numbers.</summary>
    /// <remarks>Hochreiter, Schmidhuber 1997. To answer 1 always has a mean squared error of 1/6.</remarks>
    /// <param name="count">Sequences.</param>
    /// <param name="length">Steps of each, 2 or more.</param>
    /// <param name="seed">Decides all.</param>
    /// <returns>Sequences Float32 [count, length, 2] (number, mark) and sums Float32 [count, 1].</returns>
    public static (Tensor Sequences, Tensor Sums) AddingProblem(int count, int length, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        var random = new Random((int)seed);
        float[] steps = new float[count * length * 2], sums = new float[count];
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < length; t++) steps[(i * length + t) * 2] = random.NextSingle();
            foreach (var marked in new[] { random.Next(length / 2), random.Next(length / 2, length) })
            {
                steps[(i * length + marked) * 2 + 1] = 1;
                sums[i] += steps[(i * length + marked) * 2];
            }
        }
        return (Tensor.From(steps, [count, length, 2]), Tensor.From(sums, [count, 1]));
    }

    /// <summary>Waves of three forms, the classes: sine, square and triangle. Each has a height of 1, its own period (a quarter to a whole of
    /// the length) and its own phase.</summary>
    /// <param name="count">Sequences in all.</param>
    /// <param name="length">Steps of each.</param>
    /// <param name="noise">Deviation of what is added to each step.</param>
    /// <param name="seed">Decides all.</param>
    /// <returns>Sequences Float32 [count, length, 1] and classes Int64 [count].</returns>
    public static (Tensor Sequences, Tensor Classes) Waves(int count, int length = 64, double noise = 0.1, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var (points, classes) = Labelled(count, 3, seed, (c, random) =>
        {
            double period = length * (0.25 + 0.75 * random.NextDouble()), phase = random.NextDouble();
            return [.. Enumerable.Range(0, length).SelectMany(t =>
            {
                // Where in its period the wave stands, from 0 to 1.
                var u = (t / period + phase) % 1;
                return Noisy(random, noise, c switch { 0 => Math.Sin(2 * Math.PI * u), 1 => u < 0.5 ? 1 : -1, _ => 1 - 4 * Math.Abs(u - 0.5) });
            })];
        });
        return (points.Unsqueeze(2).Realize(), classes);
    }
}

namespace CudaNet.Nn.Data;

/// <summary>A small generator whose numbers depend only on what it was made from: the order of an epoch and the
/// augmentation of a sample need no state that would have to be saved.</summary>
/// <remarks>SplitMix64: Steele, Lea, Flood 2014.</remarks>
public struct SampleRandom
{
    private ulong _state;

    /// <summary>The generator for a seed and the numbers that name a place: epoch, sample, …</summary>
    public SampleRandom(long seed, params ReadOnlySpan<long> place)
    {
        _state = (ulong)seed;
        foreach (var part in place) _state = NextBits() ^ (ulong)part;
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 up to but not including a bound.</summary>
    public int Next(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A normal number of mean 0 and deviation 1.</summary>
    /// <remarks>Box, Muller 1958.</remarks>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A number in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Puts elements into a random order.</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}

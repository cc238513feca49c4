namespace CudaNet.Bench.Measuring;

/// <summary>The same work on the same inputs, once by CudaNet and once by its peer.</summary>
/// <remarks>Either side runs to the end before it returns, and keeps nothing from one run to the next but its state.</remarks>
internal sealed class Workload : IDisposable
{
    /// <summary>What is done, with its sizes; unique in its suite.</summary>
    internal required string Name { get; init; }

    /// <summary>Floating-point operations of one run; a transcendental function counts as one. 0 where a rate would say nothing.</summary>
    internal double Flops { get; init; }

    /// <summary>Bytes that one run must read and write at least, each operand once.</summary>
    internal double Bytes { get; init; }

    /// <summary>One run by CudaNet; null only where <see cref="Sizes"/> are compared.</summary>
    internal Action? Ours { get; init; }

    /// <summary>One run by TorchSharp; null where it has not this part.</summary>
    internal Action? Peer { get; init; }

    /// <summary>Bytes that the two sides take, each found by a run of its own: compared instead of time.</summary>
    internal (Func<double> Ours, Func<double> Peer)? Sizes { get; init; }

    /// <summary>Further libraries that can do it: their names and one run.</summary>
    internal IReadOnlyList<(string Name, Action Run)> Others { get; init; } = [];

    /// <summary>Greatest difference between the results, relative to the greatest value. Called before any timing.</summary>
    internal Func<double> Disagreement { get; init; } = () => 0;

    /// <summary>The greatest disagreement that is still the same result.</summary>
    internal double Tolerance { get; init; } = 1e-4;

    /// <summary>Frees what the two sides hold.</summary>
    internal Action? Release { get; init; }

    public void Dispose() => Release?.Invoke();
}

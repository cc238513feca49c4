using System.Collections.Concurrent;
using System.Text;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Execution;

/// <summary>Finds out which of several ways to do a step is the fastest on this card, once for a shape; what it found is kept on disk.</summary>
/// <param name="driver">The device.</param>
/// <param name="disk">Where winners are kept; null for nowhere.</param>
internal sealed class Autotuner(ICudaDriver driver, KernelDiskCache? disk)
{
    private const int Rounds = 3;

    private readonly ConcurrentDictionary<string, string> _winners = new(StringComparer.Ordinal);

    /// <summary>The key of a problem on this card with this driver.</summary>
    public string KeyOf(string problem) =>
        KernelDiskCache.KeyOf(["winner", driver.Properties.Name, driver.Properties.Architecture, driver.DriverVersion.ToString(), problem]);

    /// <summary>The winner of a problem that was measured before; null for none.</summary>
    public string? Known(string key)
    {
        if (_winners.TryGetValue(key, out var winner)) return winner;
        if (disk?.Read(key) is not { } content) return null;
        return _winners[key] = Encoding.UTF8.GetString(content);
    }

    /// <summary>Measures all ways, each with a run before that does not count, and keeps the winner. A way that raises an error of a
    /// library loses.</summary>
    /// <param name="key">The problem.</param>
    /// <param name="ways">Name, and what puts the way into the stream; may be done several times.</param>
    /// <param name="stream">The stream.</param>
    /// <exception cref="CudaNetException">No way works: the first one's error.</exception>
    public string Measure(string key, IReadOnlyList<(string Name, Action Enqueue)> ways, CudaStreamHandle stream)
    {
        var (best, least) = ("", TimeSpan.MaxValue);
        CudaNetException? failure = null;
        CudaEventHandle start = driver.CreateEvent(CudaEventFlags.Default), end = driver.CreateEvent(CudaEventFlags.Default);
        try
        {
            foreach (var (name, enqueue) in ways)
            {
                try
                {
                    enqueue();
                    driver.Record(start, stream);
                    for (var round = 0; round < Rounds; round++) enqueue();
                    driver.Record(end, stream);
                    driver.Synchronize(end);
                    var time = driver.Elapsed(start, end);
                    if (time < least) (best, least) = (name, time);
                }
                catch (CudaNetException error) when (driver.State == CudaStatus.Success)
                {
                    failure ??= error;
                }
            }
        }
        finally
        {
            driver.DestroyEvent(start);
            driver.DestroyEvent(end);
        }
        if (best.Length == 0) throw failure!;
        _winners[key] = best;
        disk?.Write(key, Encoding.UTF8.GetBytes(best));
        return best;
    }
}

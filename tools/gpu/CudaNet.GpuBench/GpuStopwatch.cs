using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;

namespace CudaNet.GpuBench;

/// <summary>Times work in the backend's stream by events.</summary>
internal sealed class GpuStopwatch(CudaBackend backend, bool quick) : IDisposable
{
    private const int Rounds = 5;

    private readonly CudaEventHandle _start = backend.Driver.CreateEvent(CudaEventFlags.Default), _end = backend.Driver.CreateEvent(CudaEventFlags.Default);

    /// <summary>Microseconds of one call: warm, averaged over enough calls, the best of some rounds.</summary>
    public double Microseconds(Action enqueue)
    {
        // The first calls compile, plan and record.
        for (var k = 0; k < 5; k++) enqueue();
        backend.Synchronize();
        if (quick) return Round(enqueue, 1);
        var once = Math.Max(1, Round(enqueue, 3));
        var calls = (int)Math.Clamp(100_000 / once, 3, 2_000);
        return Enumerable.Range(0, Rounds).Min(_ => Round(enqueue, calls));
    }

    public void Dispose()
    {
        backend.Driver.DestroyEvent(_start);
        backend.Driver.DestroyEvent(_end);
    }

    private double Round(Action enqueue, int calls)
    {
        backend.Driver.Record(_start, backend.Stream);
        for (var k = 0; k < calls; k++) enqueue();
        backend.Driver.Record(_end, backend.Stream);
        backend.Driver.Synchronize(_end);
        return backend.Driver.Elapsed(_start, _end).TotalMicroseconds / calls;
    }
}

namespace CudaNet.Cpu.Threading;

/// <summary>Work over a range of indices, given to <see cref="WorkerPool"/>.</summary>
/// <remarks>Implement as a <c>readonly struct</c>: the pool then calls it without allocating and the JIT specialises it.</remarks>
internal interface IRangeJob
{
    /// <summary>Works on [start, end).</summary>
    /// <param name="start">First index; a multiple of the grain.</param>
    /// <param name="end">One past the last index.</param>
    /// <param name="worker">Index for scratch memory owned by this call of the pool, in [0, <see cref="WorkerPool.Threads"/>): no two concurrent ranges of one call share it.</param>
    void Execute(long start, long end, int worker);
}

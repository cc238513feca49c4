using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Work on one row after the other.</summary>
internal unsafe interface IRowBody<T>
    where T : unmanaged
{
    /// <summary>Scratch elements that each thread needs.</summary>
    long ScratchSize { get; }

    /// <summary>Works on a row.</summary>
    void Row(long row, T* scratch);
}

/// <summary>Runs rows in parallel.</summary>
internal static unsafe class RowLoop
{
    // Some 16 K elements of exp and sums take as long as waking a thread pays for.
    public const long ElementsPerPart = 16384;

    public static void Run<T, TBody>(long rows, long columns, TBody body)
        where T : unmanaged
        where TBody : struct, IRowBody<T> =>
        WorkerPool.ParallelFor(rows, Math.Max(1, ElementsPerPart / Math.Max(1, columns)), new Job<T, TBody>(body));

    private readonly struct Job<T, TBody>(TBody body) : IRangeJob
        where T : unmanaged
        where TBody : struct, IRowBody<T>
    {
        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(body.ScratchSize * sizeof(T));
            for (var row = start; row < end; row++) body.Row(row, (T*)scratch.Pointer);
        }
    }
}

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace CudaNet.VirtualGpu.Machine;

/// <summary>Sums of a launch.</summary>
internal sealed unsafe class LaunchTotals(int instructions)
{
    public PcCount[] Counts { get; } = new PcCount[instructions];

    public long[] BytesRead { get; } = new long[8];

    public long[] BytesWritten { get; } = new long[8];

    public void Add(PcCount* counts, Block block)
    {
        for (int pc = 0; pc < Counts.Length; pc++)
        {
            ref var sum = ref Counts[pc];
            sum.Warps += counts[pc].Warps;
            sum.Lanes += counts[pc].Lanes;
            sum.Sectors += counts[pc].Sectors;
            sum.IdealSectors += counts[pc].IdealSectors;
            sum.Wavefronts += counts[pc].Wavefronts;
            sum.IdealWavefronts += counts[pc].IdealWavefronts;
        }

        AddBytes(block);
    }

    public void AddBytes(Block block)
    {
        for (int s = 0; s < BytesRead.Length; s++)
        {
            BytesRead[s] += block.BytesRead[s];
            BytesWritten[s] += block.BytesWritten[s];
        }
    }
}

/// <summary>Spreads the blocks of a launch over the cores.</summary>
internal static unsafe class Scheduler
{
    /// <summary>Runs the blocks in order, as many at a time as there are workers.</summary>
    public static LaunchTotals Run(LaunchState launch, int workers)
    {
        long blocks = launch.GridSize.Count;
        long next = -1;
        return OnWorkers(launch, (int)Math.Min(workers, blocks), (worker, counts) =>
        {
            var block = new Block(launch, worker, counts);
            try
            {
                for (long index = Interlocked.Increment(ref next); index < blocks && !launch.Aborted; index = Interlocked.Increment(ref next))
                {
                    block.Start(launch.GridSize.At(index));
                    while (!block.RunSlice())
                    {
                    }
                }
            }
            finally
            {
                block.Free();
            }

            return [block];
        });
    }

    /// <summary>Keeps all blocks resident and runs them in turns, so that blocks may wait for one another.</summary>
    /// <remarks>On one thread: a second one might start only when the first is done, and then neither would ever end.</remarks>
    public static LaunchTotals RunCooperative(LaunchState launch) =>
        OnWorkers(launch, 1, (worker, counts) =>
        {
            List<Block> all = [];
            try
            {
                for (long index = 0; index < launch.GridSize.Count; index++)
                {
                    all.Add(new Block(launch, worker, counts));
                    all[^1].Start(launch.GridSize.At(index));
                }

                var left = all.ToList();
                while (left.Count > 0 && !launch.Aborted) left.RemoveAll(block => block.RunSlice());
            }
            finally
            {
                foreach (var block in all) block.Free();
            }

            return all;
        });

    private delegate List<Block> Work(int worker, PcCount* counts);

    private static LaunchTotals OnWorkers(LaunchState launch, int workers, Work work)
    {
        int instructions = launch.Program.Info.Length;
        var totals = new LaunchTotals(instructions);
        ExceptionDispatchInfo? failure = null;
        void RunWorker(int worker)
        {
            var counts = (PcCount*)NativeMemory.AllocZeroed((nuint)instructions, (nuint)sizeof(PcCount));
            try
            {
                var blocks = work(worker, counts);
                lock (totals)
                {
                    for (int b = 0; b < blocks.Count; b++)
                    {
                        if (b == 0) totals.Add(counts, blocks[b]);
                        else totals.AddBytes(blocks[b]);
                    }
                }
            }
            catch (Exception exception)
            {
                launch.Abort();
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            }
            finally
            {
                NativeMemory.Free(counts);
            }
        }

        if (workers <= 1) RunWorker(0);
        else Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, RunWorker);
        failure?.Throw();
        return totals;
    }
}

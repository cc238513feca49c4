using CudaNet.VirtualGpu.Machine;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>Completes cp.async copies: only then their data is in shared memory.</summary>
internal static unsafe class AsyncCopies
{
    /// <summary>Makes the copies of some lanes visible.</summary>
    /// <param name="w">The warp.</param>
    /// <param name="lanes">Lanes that wait.</param>
    /// <param name="pendingGroups">Number of latest groups that may stay on their way; −1 also completes what is in no group yet.</param>
    public static void Complete(Warp w, uint lanes, int pendingGroups)
    {
        int kept = 0;
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(w.Pending);
        foreach (ref var copy in span)
        {
            bool done = (lanes & (1u << copy.Lane)) != 0 && (pendingGroups < 0 || copy.Group < w.CommittedGroups[copy.Lane] - pendingGroups);
            if (!done)
            {
                span[kept++] = copy;
                continue;
            }

            var data = copy.Data;
            Buffer.MemoryCopy(&data, w.Block.Shared + copy.Target, copy.Bytes, copy.Bytes);
            if (w.Block.Launch.Checks.Races) w.Block.Tracker.Arrived(w, copy);
        }

        w.Pending.RemoveRange(kept, w.Pending.Count - kept);
    }

    /// <summary>The end of a thread completes its copies.</summary>
    public static void CompleteAll(Warp w)
    {
        if (w.Pending.Count > 0) Complete(w, Warp.Full, -1);
    }
}

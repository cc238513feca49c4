namespace CudaNet.Cuda.Execution;

/// <summary>Spreads the steps of a plan over streams: steps that share no memory that one of them writes may run at once.
/// The planner has laid values over each other for a run in order, so that memory decides, not the graph.</summary>
internal sealed class StreamSchedule
{
    private StreamSchedule(int[] streams, int[][] waits, int count) => (StreamOf, WaitsOf, StreamCount) = (streams, waits, count);

    /// <summary>The stream of each step.</summary>
    public IReadOnlyList<int> StreamOf { get; }

    /// <summary>The earlier steps, each the last one needed of another stream, for which a step has to wait.</summary>
    public IReadOnlyList<int[]> WaitsOf { get; }

    /// <summary>Streams in use.</summary>
    public int StreamCount { get; }

    /// <summary>A schedule.</summary>
    /// <param name="reads">For each step the memory that it reads.</param>
    /// <param name="writes">For each step the memory that it writes.</param>
    /// <param name="most">Streams that there are.</param>
    public static StreamSchedule Of(IReadOnlyList<ByteRange[]> reads, IReadOnlyList<ByteRange[]> writes, int most)
    {
        var count = reads.Count;
        var (streams, waits) = (new int[count], new int[count][]);
        // reached[step][s]: the last step of stream s that is surely done when the step begins or ends.
        var reached = new int[count][];
        var tails = new List<int>();
        for (var step = 0; step < count; step++)
        {
            var known = new int[most];
            Array.Fill(known, -1);
            // The last conflicting step of each stream, latest first: what it waited for need not be waited for again.
            var needed = new List<int>();
            for (var earlier = step - 1; earlier >= 0; earlier--)
            {
                if (known[streams[earlier]] >= earlier || !Conflict(earlier, step)) continue;
                needed.Add(earlier);
                for (var s = 0; s < most; s++) known[s] = Math.Max(known[s], reached[earlier][s]);
            }
            // Go on behind a step that is needed anyhow; else take a free stream, or the one that has been idle for longest.
            var stream = needed.Select(earlier => streams[earlier]).Where(s => needed.Contains(tails[s])).DefaultIfEmpty(-1).First();
            if (stream < 0 && tails.Count < most)
            {
                stream = tails.Count;
                tails.Add(-1);
            }
            if (stream < 0) stream = Enumerable.Range(0, most).MinBy(s => tails[s]);
            streams[step] = stream;
            waits[step] = [.. needed.Where(earlier => streams[earlier] != stream)];
            if (tails[stream] >= 0)
                for (var s = 0; s < most; s++) known[s] = Math.Max(known[s], reached[tails[stream]][s]);
            known[stream] = step;
            reached[step] = known;
            tails[stream] = step;
        }
        return new(streams, waits, tails.Count);

        bool Conflict(int earlier, int later) =>
            Any(writes[earlier], reads[later]) || Any(writes[earlier], writes[later]) || Any(reads[earlier], writes[later]);
    }

    private static bool Any(ByteRange[] a, ByteRange[] b)
    {
        foreach (var x in a)
            foreach (var y in b)
                if (x.Overlaps(y)) return true;
        return false;
    }
}

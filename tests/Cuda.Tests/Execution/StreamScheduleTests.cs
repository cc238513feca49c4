using CudaNet.Cuda.Execution;

namespace CudaNet.Tests.Execution;

/// <summary>Steps that share memory stay in order, on however many streams.</summary>
public sealed class StreamScheduleTests
{
    [Test]
    public void Steps_over_the_same_memory_run_one_after_the_other([Values(1, 2, 4)] int streams, [Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var (reads, writes) = (new List<ByteRange[]>(), new List<ByteRange[]>());
        for (var step = 0; step < 60; step++)
        {
            ByteRange Any() => new(random.Next(40) * 16, random.Next(1, 4) * 16);
            reads.Add([.. Enumerable.Range(0, random.Next(3)).Select(_ => Any())]);
            writes.Add([Any()]);
        }
        var schedule = StreamSchedule.Of(reads, writes, streams);
        var before = HappensBefore(schedule, reads.Count);
        for (var later = 0; later < reads.Count; later++)
            for (var earlier = 0; earlier < later; earlier++)
                if (Overlap(writes[earlier], reads[later]) || Overlap(writes[earlier], writes[later]) || Overlap(reads[earlier], writes[later]))
                    Assert.That(before[later].Contains(earlier), Is.True, $"step {later} does not wait for step {earlier}");
    }

    [Test]
    public void Independent_chains_get_streams_of_their_own_and_wait_for_nothing()
    {
        // Two chains, step by step in turns; then one step that needs both.
        ByteRange[][] writes = [[new(0, 16)], [new(100, 16)], [new(16, 16)], [new(116, 16)], [new(200, 16)]];
        ByteRange[][] reads = [[], [], [new(0, 16)], [new(100, 16)], [new(16, 16), new(116, 16)]];
        var schedule = StreamSchedule.Of(reads, writes, 4);
        Assert.That(schedule.StreamCount, Is.EqualTo(2));
        Assert.That(schedule.StreamOf.Take(4), Is.EqualTo(new[] { 0, 1, 0, 1 }));
        Assert.That(schedule.WaitsOf.Take(4), Is.All.Empty);
        Assert.That(schedule.WaitsOf[4], Has.Length.EqualTo(1));
    }

    [Test]
    public void A_chain_stays_in_one_stream()
    {
        var writes = Enumerable.Range(0, 5).Select(k => new[] { new ByteRange(k * 16, 16) }).ToArray();
        var reads = Enumerable.Range(0, 5).Select(k => k == 0 ? [] : new[] { new ByteRange((k - 1) * 16, 16) }).ToArray();
        Assert.That(StreamSchedule.Of(reads, writes, 4).StreamCount, Is.EqualTo(1));
    }

    private static HashSet<int>[] HappensBefore(StreamSchedule schedule, int count)
    {
        var before = new HashSet<int>[count];
        var tails = new Dictionary<int, int>();
        for (var step = 0; step < count; step++)
        {
            before[step] = [];
            foreach (var earlier in schedule.WaitsOf[step].Concat(tails.TryGetValue(schedule.StreamOf[step], out var tail) ? [tail] : []))
            {
                before[step].Add(earlier);
                before[step].UnionWith(before[earlier]);
            }
            tails[schedule.StreamOf[step]] = step;
        }
        return before;
    }

    private static bool Overlap(ByteRange[] a, ByteRange[] b) => a.Any(x => b.Any(x.Overlaps));
}

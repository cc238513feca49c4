using CudaNet.Cpu.Threading;

namespace CudaNet.Tests.Threading;

/// <summary>The pool keeps its promises with any number of threads, also when nested, shared or failing.</summary>
[NonParallelizable]
public class WorkerPoolTests
{
    private int _threads;

    [SetUp]
    public void RememberThreads() => _threads = WorkerPool.Threads;

    [TearDown]
    public void RestoreThreads() => WorkerPool.Threads = _threads;

    [Test]
    public void Every_index_is_visited_once_for_every_count_grain_and_thread_count()
    {
        foreach (int threads in new[] { 1, 2, 3, 7 })
        {
            WorkerPool.Threads = threads;
            foreach (int count in new[] { 0, 1, 2, 3, 7, 64, 1000 })
            {
                foreach (int grain in new[] { 1, 2, 5, 64, 2000 })
                {
                    int[] visits = new int[count], chunks = new int[count];
                    WorkerPool.ParallelFor(count, grain, new CountJob(visits, grain, threads));
                    WorkerPool.ParallelChunks(count, grain, new CountJob(chunks, grain, threads));
                    Assert.That(visits, Is.All.EqualTo(1), $"{threads} threads, {count} / {grain}");
                    Assert.That(chunks, Is.All.EqualTo(1), $"{threads} threads, {count} / {grain}, chunks");
                }
            }
        }
    }

    [Test]
    public void An_exception_of_any_part_reaches_the_caller_and_the_pool_stays_usable()
    {
        WorkerPool.Threads = 4;
        for (int failing = 0; failing < 4; failing++)
        {
            int part = failing;
            var error = Assert.Throws<InvalidOperationException>(() => WorkerPool.ParallelFor(4, 1, (start, _) =>
            {
                if (start == part) throw new InvalidOperationException($"part {start}");
            }));
            Assert.That(error!.Message, Is.EqualTo($"part {part}"));
        }

        int sum = 0;
        WorkerPool.ParallelFor(100, 1, (start, end) => Interlocked.Add(ref sum, (int)(end - start)));
        Assert.That(sum, Is.EqualTo(100));
    }

    [Test]
    public void A_nested_loop_runs_and_cuts_the_range_as_an_outer_one_does()
    {
        WorkerPool.Threads = 3;
        var outer = Ranges(() => WorkerPool.ParallelFor(100, 10, Note));
        var nested = Ranges(() => WorkerPool.ParallelFor(2, 1, (start, _) =>
        {
            if (start == 0) WorkerPool.ParallelFor(100, 10, Note);
        }));
        Assert.That(nested, Is.EquivalentTo(outer));
    }

    [Test]
    public void Several_user_threads_may_use_the_pool_at_once()
    {
        WorkerPool.Threads = 3;
        var users = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 300; round++)
            {
                long sum = 0;
                WorkerPool.ParallelFor(1000, 10, (start, end) =>
                {
                    long part = 0;
                    for (long i = start; i < end; i++) part += i;
                    Interlocked.Add(ref sum, part);
                });
                Assert.That(sum, Is.EqualTo(499500));
            }
        })).ToArray();
        foreach (var user in users) user.Start();
        foreach (var user in users) user.Join();
    }

    [Test]
    public void Many_short_loops_with_pauses_lose_no_wake_up()
    {
        WorkerPool.Threads = 4;
        for (int round = 0; round < 2000; round++)
        {
            int sum = 0;
            WorkerPool.ParallelFor(8, 1, (start, end) => Interlocked.Add(ref sum, (int)(end - start)));
            Assert.That(sum, Is.EqualTo(8));
            if (round % 100 == 0) Thread.Sleep(1);
        }
    }

    [Test]
    public void A_loop_allocates_nothing_after_warm_up()
    {
        WorkerPool.Threads = 2;
        int[] visits = new int[1000];
        var job = new CountJob(visits, 1, 2);
        for (int i = 0; i < 50; i++) WorkerPool.ParallelFor(1000, 1, job);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) WorkerPool.ParallelFor(1000, 1, job);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void The_number_of_threads_cannot_be_changed_from_inside_a_loop()
    {
        WorkerPool.Threads = 2;
        Assert.Throws<InvalidOperationException>(() => WorkerPool.ParallelFor(2, 1, (_, _) => WorkerPool.Threads = 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.Threads = 0);
    }

    [Test]
    public void Cache_sizes_are_plausible_and_missing_files_give_defaults()
    {
        Assert.That(CacheInfo.L1, Is.InRange(8 << 10, 1 << 20));
        Assert.That(CacheInfo.L2, Is.GreaterThanOrEqualTo(CacheInfo.L1));
        Assert.That(CacheInfo.L3, Is.GreaterThanOrEqualTo(CacheInfo.L2));
        Assert.That(CacheInfo.Read("/nowhere"), Is.EqualTo((32L << 10, 512L << 10, 8L << 20)));
    }

    private readonly List<(long, long)> _noted = [];

    private void Note(long start, long end)
    {
        lock (_noted) _noted.Add((start, end));
    }

    private List<(long, long)> Ranges(Action run)
    {
        _noted.Clear();
        run();
        return [.. _noted];
    }

    private readonly struct CountJob(int[] visits, long grain, int threads) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            if (start % grain != 0 || worker < 0 || worker >= threads) throw new InvalidOperationException($"[{start}, {end}) worker {worker}");
            for (long i = start; i < end; i++) Interlocked.Increment(ref visits[i]);
        }
    }
}

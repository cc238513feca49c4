using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace CudaNet.Cpu.Threading;

/// <summary>A persistent pool of threads for data-parallel loops.</summary>
/// <remarks>
/// <para>The calling thread takes part. Parts of a loop are claimed one by one, so a worker that is slow to wake, or was
/// descheduled by another process, never holds up work that it has not begun: the caller does it itself.</para>
/// <para>How a range is cut depends on the count, the grain and <see cref="Threads"/> only, never on timing. A loop that is
/// nested in another, or is called while another thread uses the pool, runs the same parts one after the other on the
/// calling thread. Hence per-part partial results are the same in all cases.</para>
/// <para>Idle workers spin for a few microseconds, then park: on a busy machine a spinning thread steals time from others.</para>
/// <para>Environment: <c>CUDANET_THREADS</c> sets the number of threads, the default is <see cref="Environment.ProcessorCount"/>.</para>
/// </remarks>
public static unsafe class WorkerPool
{
    private const int MaxThreads = 1024;

    // Low 24 bits: next part to claim. Next 24 bits: number of parts. One atomic increment claims a part and tells
    // whether it exists, so a late worker can never mix the counters of two loops.
    private const int PartBits = 24;
    private const long PartMask = (1L << PartBits) - 1;
    private const long MaxParts = 1L << 20;

    private static readonly object Gate = new();
    private static readonly object Configuration = new();
    private static readonly ManualResetEventSlim Finished = new(false, 0);
    private static readonly List<Thread> Workers = [];
    private static int _threads = DefaultThreads();
    private static int _busy;
    private static int _parked;

    // The current loop. Written before the ticket is published, stable while a claimed part is unfinished.
    private static void* _job;
    private static delegate*<void*, long, long, int, void> _invoke;
    private static long _count;
    private static long _grain;
    private static long _units;
    private static bool _workerIsPart;
    private static Exception? _failure;
    private static bool _callerWaits;
    private static Padded _ticket;
    private static Padded _pending;

    [ThreadStatic]
    private static bool t_inside;

    /// <summary>Number of threads that work on a loop, the caller included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1 or above 1024.</exception>
    /// <exception cref="InvalidOperationException">Set from inside a parallel loop.</exception>
    public static int Threads
    {
        get => Volatile.Read(ref _threads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxThreads);
            if (t_inside) throw new InvalidOperationException("WorkerPool.Threads cannot be set from inside a parallel loop.");
            lock (Configuration)
            {
                AcquireWhenIdle();
                try
                {
                    Volatile.Write(ref _threads, value);
                    StopSurplusWorkers();
                }
                finally
                {
                    Volatile.Write(ref _busy, 0);
                }
            }
        }
    }

    /// <summary>Number of parts that <see cref="ParallelFor{TJob}"/> cuts a range into: min(threads, ⌈count / grain⌉).</summary>
    internal static int PartCount(long count, long grain) =>
        (int)Math.Min(Threads, (count + Math.Max(grain, 1) - 1) / Math.Max(grain, 1));

    /// <summary>Cuts [0, count) into at most <see cref="Threads"/> equal parts and runs them. For uniform work.</summary>
    /// <param name="count">Number of indices; nothing happens for 0.</param>
    /// <param name="grain">Smallest part worth a thread. Each part starts at a multiple of it; at most one grain runs inline.</param>
    /// <param name="job">The work. <c>worker</c> is the index of the part, so partial results are deterministic.</param>
    internal static void ParallelFor<TJob>(long count, long grain, TJob job)
        where TJob : struct, IRangeJob => Run(count, grain, job, parts: 0);

    /// <summary>Cuts [0, count) into parts of one grain, which idle threads claim one by one. For work that is ragged.</summary>
    /// <param name="count">Number of indices; nothing happens for 0.</param>
    /// <param name="grain">Indices a part.</param>
    /// <param name="job">The work. <c>worker</c> is the index of the executing thread: good for scratch, not for partial results.</param>
    internal static void ParallelChunks<TJob>(long count, long grain, TJob job)
        where TJob : struct, IRangeJob => Run(count, grain, job, parts: MaxParts);

    /// <summary>Cuts [0, count) into at most <see cref="Threads"/> equal parts and runs them.</summary>
    /// <param name="count">Number of indices; nothing happens for 0.</param>
    /// <param name="grain">Smallest part worth a thread. Each part starts at a multiple of it; at most one grain runs inline.</param>
    /// <param name="body">Called with start and end of each part, from several threads.</param>
    public static void ParallelFor(long count, long grain, Action<long, long> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Run(count, grain, new DelegateJob(body), parts: 0);
    }

    private static void Run<TJob>(long count, long grain, TJob job, long parts)
        where TJob : struct, IRangeJob
    {
        if (count <= 0) return;
        if (grain < 1) grain = 1;
        if (count <= grain)
        {
            job.Execute(0, count, 0);
            return;
        }

        int threads = Threads;
        bool workerIsPart = parts == 0;
        long units = ((count - 1) / grain) + 1;
        parts = Math.Min(workerIsPart ? threads : parts, units);
        if (threads == 1 || parts == 1 || t_inside || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (long part = 0; part < parts; part++)
            {
                var (start, end) = Range(part, parts, units, grain, count);
                job.Execute(start, end, workerIsPart ? (int)part : 0);
            }

            return;
        }

        Exception? failure;
        t_inside = true;
        try
        {
            // Threads may have been lowered between the read above and taking the pool.
            if (threads != Threads && workerIsPart) parts = Math.Min(Threads, units);
            StartMissingWorkers();

            // The job is a local of this frame: its address is stable, and what it refers to is kept alive by it.
            _job = Unsafe.AsPointer(ref job);
            _invoke = &Invoke<TJob>;
            _count = count;
            _grain = grain;
            _units = units;
            _workerIsPart = workerIsPart;
            _failure = null;
            _callerWaits = false;
            Volatile.Write(ref _pending.Value, parts);
            Interlocked.Exchange(ref _ticket.Value, parts << PartBits);
            WakeWorkers(parts - 1);

            ClaimParts(thread: 0);
            WaitForOthers();
            failure = _failure;
            _failure = null;
        }
        finally
        {
            t_inside = false;
            Volatile.Write(ref _busy, 0);
        }

        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private static void Invoke<TJob>(void* job, long start, long end, int worker)
        where TJob : struct, IRangeJob => Unsafe.AsRef<TJob>(job).Execute(start, end, worker);

    private static (long Start, long End) Range(long part, long parts, long units, long grain, long count)
    {
        // Products are at most 2^20 · 2^63 / grain: 128 bits keep huge counts exact.
        long first = (long)((Int128)units * part / parts);
        long last = (long)((Int128)units * (part + 1) / parts);
        return (first * grain, part + 1 == parts ? count : last * grain);
    }

    private static bool HasWork()
    {
        long ticket = Volatile.Read(ref _ticket.Value);
        return (ticket & PartMask) < (ticket >> PartBits);
    }

    private static void ClaimParts(int thread)
    {
        while (HasWork())
        {
            long ticket = Interlocked.Increment(ref _ticket.Value) - 1;
            long part = ticket & PartMask, parts = ticket >> PartBits;
            if (part >= parts) return;
            try
            {
                // After a failure the remaining parts are dropped, not run.
                if (Volatile.Read(ref _failure) is null)
                {
                    var (start, end) = Range(part, parts, _units, _grain, _count);
                    _invoke(_job, start, end, _workerIsPart ? (int)part : thread);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, e, null);
            }

            if (Interlocked.Decrement(ref _pending.Value) == 0 && Volatile.Read(ref _callerWaits)) Finished.Set();
        }
    }

    private static void WaitForOthers()
    {
        var spin = new ShortSpin(microseconds: 50);
        while (Volatile.Read(ref _pending.Value) != 0 && spin.Once()) { }
        while (Volatile.Read(ref _pending.Value) != 0)
        {
            Finished.Reset();
            Volatile.Write(ref _callerWaits, true);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _pending.Value) != 0) Finished.Wait();
        }
    }

    private static void WakeWorkers(long wanted)
    {
        if (Volatile.Read(ref _parked) == 0) return;
        lock (Gate)
        {
            for (long i = Math.Min(wanted, _parked); i > 0; i--) Monitor.Pulse(Gate);
        }
    }

    private static void WorkerLoop(int index)
    {
        t_inside = true;
        while (true)
        {
            ClaimParts(index);
            var spin = new ShortSpin(microseconds: 20);
            while (!HasWork() && spin.Once()) { }
            if (HasWork()) continue;
            lock (Gate)
            {
                Interlocked.Increment(ref _parked); // a full fence: either the publisher sees us parked or we see its ticket
                while (!HasWork() && index < Volatile.Read(ref _threads)) Monitor.Wait(Gate);
                Interlocked.Decrement(ref _parked);
            }

            if (index >= Volatile.Read(ref _threads)) return;
        }
    }

    private static void StartMissingWorkers()
    {
        while (Workers.Count < _threads - 1)
        {
            int index = Workers.Count + 1;
            var thread = new Thread(() => WorkerLoop(index)) { IsBackground = true, Name = $"CudaNet worker {index}" };
            Workers.Add(thread);
            thread.Start();
        }
    }

    private static void StopSurplusWorkers()
    {
        lock (Gate) Monitor.PulseAll(Gate);
        while (Workers.Count > _threads - 1)
        {
            Workers[^1].Join();
            Workers.RemoveAt(Workers.Count - 1);
        }
    }

    private static void AcquireWhenIdle()
    {
        var wait = new SpinWait();
        while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0) wait.SpinOnce();
    }

    private static int DefaultThreads() =>
        int.TryParse(Environment.GetEnvironmentVariable("CUDANET_THREADS"), out int threads) && threads is >= 1 and <= MaxThreads
            ? threads
            : Math.Min(Environment.ProcessorCount, MaxThreads);

    private readonly struct DelegateJob(Action<long, long> body) : IRangeJob
    {
        public void Execute(long start, long end, int worker) => body(start, end);
    }

    // A counter alone on its cache line, and on the one that the adjacent-line prefetcher brings with it.
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [System.Runtime.InteropServices.FieldOffset(128)]
        public long Value;
    }
}

using System.Runtime.CompilerServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Tests;

public sealed class HandleTests
{
    private static int s_released;

    private sealed class Counted : NativeHandle
    {
        public Counted(nint created, bool fails = false)
        {
            if (fails) throw new InvalidOperationException("refused");
            Own(created);
        }

        protected override bool ReleaseHandle()
        {
            Interlocked.Increment(ref s_released);
            return true;
        }
    }

    [SetUp]
    public void Reset() => s_released = 0;

    [Test]
    public void A_handle_whose_creation_failed_is_never_released()
    {
        Fail();
        Collect();
        Assert.That(s_released, Is.Zero);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Fail() => Assert.Throws<InvalidOperationException>(() => new Counted(1, fails: true));
    }

    [Test]
    public void A_handle_of_zero_is_never_released()
    {
        new Counted(0).Dispose();
        Assert.That(s_released, Is.Zero);
    }

    [Test]
    public void Disposing_twice_releases_once()
    {
        var handle = new Counted(1);
        handle.Dispose();
        handle.Dispose();
        Assert.That(s_released, Is.EqualTo(1));
    }

    [Test]
    public void A_handle_that_was_lost_is_released_once()
    {
        Lose();
        Collect();
        Collect();
        Assert.That(s_released, Is.EqualTo(1));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Lose() => _ = new Counted(1);
    }

    [Test]
    public void A_call_in_progress_keeps_the_handle()
    {
        var handle = new Counted(1);
        using (var lease = handle.Use())
        {
            handle.Dispose();
            Assert.That(s_released, Is.Zero);
            Assert.That(lease.Value, Is.EqualTo((nint)1));
        }
        Assert.That(s_released, Is.EqualTo(1));
    }

    [Test]
    public void A_disposed_handle_refuses_to_be_used()
    {
        var handle = new Counted(1);
        handle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => handle.Use().Dispose());
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}

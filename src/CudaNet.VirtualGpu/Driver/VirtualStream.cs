namespace CudaNet.VirtualGpu;

/// <summary>A queue of work. Each call is done when it returns, so work of all streams runs in the order of the calls.</summary>
/// <param name="device">The device.</param>
public sealed class VirtualStream(VirtualDevice device)
{
    /// <summary>The device.</summary>
    public VirtualDevice Device { get; } = device ?? throw new ArgumentNullException(nameof(device));

    /// <summary>Runs a kernel, see <see cref="VirtualDevice.Launch(VirtualFunction, Dim3, Dim3, int, ReadOnlySpan{KernelArgument})"/>.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="grid">Number of blocks.</param>
    /// <param name="block">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="arguments">One for each parameter.</param>
    public LaunchResult Launch(VirtualFunction function, Dim3 grid, Dim3 block, int sharedBytes, params ReadOnlySpan<KernelArgument> arguments) =>
        Device.Launch(function, grid, block, sharedBytes, arguments);

    /// <summary>Records an event behind all work so far.</summary>
    /// <param name="point">The event.</param>
    public void Record(VirtualEvent point)
    {
        ArgumentNullException.ThrowIfNull(point);
        point.Record();
    }

    /// <summary>Lets later work wait for an event of another stream, which has always been reached.</summary>
    /// <param name="point">The event.</param>
    /// <exception cref="VirtualGpuException">The event was never recorded.</exception>
    public void Wait(VirtualEvent point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (!point.IsRecorded) throw new VirtualGpuException("Wait: the event was not recorded.");
    }

    /// <summary>Waits for all work so far, which is done already.</summary>
    public void Synchronize()
    {
    }
}

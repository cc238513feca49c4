using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Virtual;
using CudaNet.Execution;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests.Execution;

/// <summary>A virtual device of its own.</summary>
internal sealed class VirtualRun : IDisposable
{
    private static int _devices = 100;

    public VirtualRun(CudaOptions? options = null, long memory = 256 << 20, bool deferred = false, bool compiles = true)
    {
        Device = new("virtualtest", Interlocked.Increment(ref _devices));
        Driver = new(new VirtualDeviceOptions { MemoryBytes = memory }, deferred);
        Driver.Launched += _ => Launches++;
        Backend = new(Device, Driver, compiles ? KernelCompilers.ForVirtualDevice() : null, options ?? new CudaOptions());
        Backends.Register("virtualtest", _ => Backend);
        _ = Device.Backend;
    }

    public Device Device { get; }

    public VirtualCudaDriver Driver { get; }

    public CudaBackend Backend { get; }

    public int Launches { get; private set; }

    public void Dispose() => Backend.Dispose();
}

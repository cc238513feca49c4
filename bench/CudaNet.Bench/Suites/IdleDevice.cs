using System.Runtime.InteropServices;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Bench.Suites;

/// <summary>A device that computes nothing: what a step costs on it is all that is not arithmetic.</summary>
internal sealed class IdleDevice : IBackend
{
    private const string Kind = "idle";

    private static readonly Lazy<Device> Installed = new(() =>
    {
        var backend = new IdleDevice();
        Backends.Register(Kind, _ => backend);
        return backend.Device;
    });

    /// <summary>The device.</summary>
    internal static Device Instance => Installed.Value;

    public Device Device => new(Kind);

    public MemoryPool Memory { get; } = new(new Host());

    public bool Claims(Op op, ReadOnlySpan<TensorType> inputs) => true;

    public bool Accepts(Op op, int operand, Layout layout) => true;

    public IStepKernel Compile(Step step) => Nothing.Instance;

    public void CopyToDevice(ReadOnlySpan<byte> source, nint destination)
    {
    }

    public void CopyToHost(nint source, Span<byte> destination) => destination.Clear();

    public void Synchronize()
    {
    }

    private sealed class Nothing : IStepKernel
    {
        internal static readonly Nothing Instance = new();

        public void Run(ReadOnlySpan<nint> operands)
        {
        }
    }

    private sealed unsafe class Host : IMemoryAllocator
    {
        private const nuint CacheLine = 64;

        public nint TryAllocate(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine);

        public void Free(nint pointer, long bytes) => NativeMemory.AlignedFree((void*)pointer);
    }
}

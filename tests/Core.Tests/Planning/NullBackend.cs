using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Tests.Planning;

/// <summary>A device that computes nothing: graph and planner tests need no kernels. It has host memory, so that leaves
/// can be made, claims every primitive, and takes only row-major operands where a test says so.</summary>
internal sealed class NullBackend : IBackend
{
    static NullBackend() => Backends.Register("null", static _ => Instance);

    public static NullBackend Instance { get; } = new();

    public static Device On { get; } = Touch();

    public bool OnlyContiguous { get; set; }

    public List<string> Ran { get; } = [];

    public Device Device => new("null");

    public MemoryPool Memory { get; } = new(new HostAllocator());

    public bool Claims(Op op, ReadOnlySpan<TensorType> inputs) => op is not IComposite;

    public bool Accepts(Op op, int operand, Layout layout) => !OnlyContiguous || layout.IsContiguous;

    public IStepKernel Compile(Step step) => new Kernel(this, step.Name);

    public void CopyToDevice(ReadOnlySpan<byte> source, nint destination) { }

    public void CopyToHost(nint source, Span<byte> destination) => destination.Clear();

    public void Synchronize() { }

    private static Device Touch() => Instance.Device;

    private sealed class Kernel(NullBackend backend, string name) : IStepKernel
    {
        public void Run(ReadOnlySpan<nint> operands) => backend.Ran.Add(name);
    }

    private sealed unsafe class HostAllocator : IMemoryAllocator
    {
        public nint TryAllocate(long bytes) => (nint)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)bytes, 64);

        public void Free(nint pointer, long bytes) => System.Runtime.InteropServices.NativeMemory.AlignedFree((void*)pointer);
    }
}

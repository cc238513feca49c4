using System.Runtime.CompilerServices;
using CudaNet.Cpu.Indexing;
using CudaNet.Cpu.Random;
using CudaNet.Cpu.Scans;
using CudaNet.Cpu.Sorting;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu;

/// <summary>Runs plans on the CPU: SIMD kernels on a pool of worker threads.</summary>
public sealed class CpuBackend : IBackend
{
    private readonly KernelTable _kernels = new();

    private CpuBackend()
    {
        // One line a family; each registers the ops that it runs.
        ViewKernels.Register(_kernels);
        IndexingKernels.Register(_kernels);
        SortKernels.Register(_kernels);
        ScanKernels.Register(_kernels);
        RandomKernels.Register(_kernels);
        LinearAlgebra.LinearAlgebraKernels.Register(_kernels);
        LinearAlgebra.MatrixKernels.Register(_kernels);
        Convolution.ConvolutionKernels.Register(_kernels);
        Normalisation.NormalisationKernels.Register(_kernels);
        Attention.AttentionKernels.Register(_kernels);
        Recurrence.RecurrenceKernels.Register(_kernels);
        Elementwise.ElementwiseKernels.Register(_kernels);
        Reductions.ReductionKernels.Register(_kernels);
        Resampling.ResamplingKernels.Register(_kernels);
    }

    /// <inheritdoc/>
    public Device Device => Device.Cpu;

    /// <inheritdoc/>
    public MemoryPool Memory { get; } = new(GuardedAllocator.IsWanted ? new GuardedAllocator() : new CpuAllocator());

    /// <inheritdoc/>
    public bool Claims(Op op, ReadOnlySpan<TensorType> inputs) => _kernels.Claims(op, inputs);

    /// <inheritdoc/>
    public bool Accepts(Op op, int operand, Layout layout) => _kernels.Accepts(op, operand, layout);

    /// <inheritdoc/>
    public IStepKernel Compile(Step step) => _kernels.Compile(step);

    /// <inheritdoc/>
    public unsafe void CopyToDevice(ReadOnlySpan<byte> source, nint destination) =>
        source.CopyTo(new Span<byte>((void*)destination, source.Length));

    /// <inheritdoc/>
    public unsafe void CopyToHost(nint source, Span<byte> destination) =>
        new ReadOnlySpan<byte>((void*)source, destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    public void Synchronize()
    {
        // Steps run to their end before they return.
    }

#pragma warning disable CA2255 // The one place where a module initialiser is meant: a reference to the package installs the device.
    [ModuleInitializer]
    internal static void Install() => Backends.Register("cpu", static _ => new CpuBackend());
#pragma warning restore CA2255
}

using CudaNet.Ops;

namespace CudaNet.Execution;

/// <summary>Runs steps on one device. What it does not claim, the planner decomposes.</summary>
public interface IBackend
{
    /// <summary>The device that it runs.</summary>
    Device Device { get; }

    /// <summary>Its memory.</summary>
    MemoryPool Memory { get; }

    /// <summary>True if it has a kernel for this op on these inputs: a primitive, or a composite that it fuses.</summary>
    bool Claims(Op op, ReadOnlySpan<TensorType> inputs);

    /// <summary>True if the op's kernel reads this operand in this layout; else the planner copies it row-major first.</summary>
    bool Accepts(Op op, int operand, Layout layout);

    /// <summary>Makes the kernel of a step: everything that depends on shapes is decided here, once a plan.</summary>
    IStepKernel Compile(Step step);

    /// <summary>Takes over the running of a plan's kernels, to record and replay them as a whole; null to have them called one by one.</summary>
    IPlanRunner? Prepare(IReadOnlyList<PlannedKernel> kernels) => null;

    /// <summary>Copies bytes from the host to device memory.</summary>
    void CopyToDevice(ReadOnlySpan<byte> source, nint destination);

    /// <summary>Copies bytes from device memory to the host, after all work that was enqueued before.</summary>
    void CopyToHost(nint source, Span<byte> destination);

    /// <summary>Waits until all enqueued work is done.</summary>
    void Synchronize();
}

/// <summary>The kernel of one step, ready to run or to be enqueued.</summary>
public interface IStepKernel
{
    /// <summary>Runs on operands in the order of <see cref="Step.Inputs"/>, then <see cref="Step.Outputs"/>. Each pointer is
    /// that of the operand's first element: the layout's offset is already added.</summary>
    void Run(ReadOnlySpan<nint> operands);
}

/// <summary>A kernel of a plan, and where its operands are in the plan's table.</summary>
/// <param name="Step">What it computes.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="First">Index of its first operand.</param>
/// <param name="Count">How many operands it has.</param>
public readonly record struct PlannedKernel(Step Step, IStepKernel Kernel, int First, int Count);

/// <summary>Runs all kernels of a plan.</summary>
public interface IPlanRunner
{
    /// <summary>Runs them in order, or so that nobody sees a difference.</summary>
    /// <param name="operands">The pointers of all kernels, one after the other.</param>
    void Run(ReadOnlySpan<nint> operands);
}

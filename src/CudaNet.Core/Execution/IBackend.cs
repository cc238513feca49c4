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

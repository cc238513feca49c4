using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu;

/// <summary>Makes the kernel of a step; everything that depends on shapes and types is decided here.</summary>
internal delegate IStepKernel KernelFactory(Step step);

/// <summary>Which ops the CPU runs, and how.</summary>
internal sealed class KernelTable
{
    private readonly Dictionary<Type, Entry> _entries = [];

    /// <summary>Registers the kernel of an op.</summary>
    /// <param name="create">Makes the kernel.</param>
    /// <param name="accepts">Which layouts an operand may have; null for row-major only.</param>
    /// <param name="claims">Which input types it takes; null for all.</param>
    public void Add<TOp>(KernelFactory create, Func<TOp, int, Layout, bool>? accepts = null, Func<TOp, TensorType[], bool>? claims = null) where TOp : Op =>
        _entries.Add(typeof(TOp), new(
            create,
            accepts is null ? static (_, _, layout) => layout.IsContiguous : (op, k, layout) => accepts((TOp)op, k, layout),
            claims is null ? static (_, _) => true : (op, types) => claims((TOp)op, types)));

    /// <summary>Accepts any layout of any operand.</summary>
    public static bool AnyLayout<TOp>(TOp op, int operand, Layout layout) => true;

    public bool Claims(Op op, ReadOnlySpan<TensorType> inputs) => _entries.TryGetValue(op.GetType(), out var entry) && entry.Claims(op, inputs.ToArray());

    public bool Accepts(Op op, int operand, Layout layout) => _entries.TryGetValue(op.GetType(), out var entry) && entry.Accepts(op, operand, layout);

    public IStepKernel Compile(Step step) => _entries.TryGetValue(step.Op.GetType(), out var entry)
        ? entry.Create(step)
        : throw new DeviceException($"{step.Op.Name}: the CPU has no kernel for it.");

    private sealed record Entry(KernelFactory Create, Func<Op, int, Layout, bool> Accepts, Func<Op, TensorType[], bool> Claims);
}

using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Which ops the device runs, and how.</summary>
internal sealed class CudaKernelTable
{
    private readonly Dictionary<Type, Entry> _entries = [];

    /// <summary>The ops that are registered.</summary>
    public IEnumerable<Type> Ops => _entries.Keys;

    /// <summary>Registers an op.</summary>
    /// <param name="build">Puts the launches of a step together.</param>
    /// <param name="accepts">Which layouts an operand may have; null for row-major only.</param>
    /// <param name="claims">Which input types and shapes it takes; null for all. A composite that is not claimed is
    /// decomposed, a primitive that is not claimed runs on the host.</param>
    public void Add<TOp>(Action<StepBuilder> build, Func<TOp, int, Layout, bool>? accepts = null, Func<TOp, TensorType[], bool>? claims = null) where TOp : Op =>
        _entries.Add(typeof(TOp), new(
            build,
            accepts is null ? static (_, _, layout) => layout.IsContiguous : (op, k, layout) => accepts((TOp)op, k, layout),
            claims is null ? static (_, _) => true : (op, types) => claims((TOp)op, types)));

    /// <summary>Accepts any layout of any operand.</summary>
    public static bool AnyLayout<TOp>(TOp op, int operand, Layout layout) => true;

    public bool Knows(Op op) => _entries.ContainsKey(op.GetType());

    public bool Claims(Op op, ReadOnlySpan<TensorType> inputs) => _entries.TryGetValue(op.GetType(), out var entry) && entry.Claims(op, inputs.ToArray());

    public bool Accepts(Op op, int operand, Layout layout) => _entries.TryGetValue(op.GetType(), out var entry) && entry.Accepts(op, operand, layout);

    public void Build(StepBuilder builder) => _entries[builder.Step.Op.GetType()].Build(builder);

    private sealed record Entry(Action<StepBuilder> Build, Func<Op, int, Layout, bool> Accepts, Func<Op, TensorType[], bool> Claims);
}

using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Shape and element type of a tensor: what an op's rule sees of its inputs.</summary>
public readonly record struct TensorType(Shape Shape, DType DType)
{
    /// <inheritdoc/>
    public override string ToString() => $"{DType.ShortName()}{Shape}";
}

/// <summary>
/// One operation with its attributes (the record's members), without its inputs. Two ops are equal when type and
/// attributes are; plans and common subexpressions rest on that.
/// </summary>
/// <remarks>An op sees inputs that are ready for it: the public method that builds it has already promoted types
/// (by <see cref="Cast"/>) and broadcast shapes (by <see cref="Expand"/>). So no gradient rule undoes a broadcast.
/// Every op has exactly one output; an operation with several results packs them into one and hands out views.</remarks>
public abstract record Op
{
    /// <summary>The op's name, the same in the catalogue, on every backend and in the tests.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The catalogue's record; null only for leaves and for what the planner makes (fused ops).</summary>
    public virtual OpDefinition? Definition => null;

    /// <summary>What <see cref="Autocast"/> does with it.</summary>
    public virtual Precision Precision => Precision.AsGiven;

    /// <summary>Shape and type rule.</summary>
    /// <exception cref="ShapeException">The inputs' shapes do not fit.</exception>
    /// <exception cref="DTypeException">The inputs' types are not accepted.</exception>
    public abstract TensorType Infer(ReadOnlySpan<TensorType> inputs);

    /// <summary>Vector-Jacobian product: the gradient of each input from the gradient of the output, written with ops.
    /// Null for an input that has none (an index, a mask).</summary>
    /// <exception cref="GraphException">The op has no gradient.</exception>
    public virtual IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        throw new GraphException($"{Name} has no gradient. Use Detach() on its input where no gradient is wanted.");

    /// <summary>The op over a batch: inputs flagged in <paramref name="batched"/> have the batch as axis 0, and so has
    /// the result. The default runs the op once an element of the batch and stacks the results.</summary>
    public virtual Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => CudaNet.Vmap.ByLoop(this, inputs, batched);

    /// <summary>A simpler tensor of the same value and type, or null. Inputs are simplified already; a rule may look at
    /// their ops by <see cref="Tensor.Node"/>.</summary>
    public virtual Tensor? Simplify(IReadOnlyList<Tensor> inputs) => null;

    /// <summary>Floating-point operations of one run, for summaries and benchmarks; one an output element unless overridden.</summary>
    public virtual long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount;

    /// <summary>Builds the node of this op on its inputs.</summary>
    public Tensor Apply(params ReadOnlySpan<Tensor> inputs) => Tensor.FromOp(this, inputs);
}

/// <summary>The precision that an op has under <see cref="Autocast"/>.</summary>
public enum Precision
{
    /// <summary>That of its inputs.</summary>
    AsGiven,

    /// <summary>A half type: tensor cores do the work and accumulate in Float32.</summary>
    Half,

    /// <summary>Float32: a half type would overflow or lose the result.</summary>
    Full,
}

/// <summary>Something with a record in the catalogue: an op, or a function composed of ops.</summary>
public interface IOpDefinition
{
    /// <summary>The record: name, formula, samples. One instance a type.</summary>
    static abstract OpDefinition Entry { get; }
}

/// <summary>A catalogued op. The constraint makes an op without samples a compile error.</summary>
public abstract record Op<TSelf> : Op where TSelf : Op<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public sealed override OpDefinition Definition => TSelf.Entry;

    /// <inheritdoc/>
    public sealed override string Name => TSelf.Entry.Name;
}

/// <summary>Works element by element on inputs of one shape and one type; may be fused.</summary>
public interface IElementwise
{
    /// <summary>The value of the op on known scalars, so that it can be computed once while planning; null if it is not
    /// worth a rule.</summary>
    double? Fold(ReadOnlySpan<double> values);
}

/// <summary>Changes only the layout: no data moves.</summary>
public interface IView
{
    /// <summary>The layout of the result over the input's buffer; null where only a copy can do it.</summary>
    Layout? View(Layout input);
}

/// <summary>Folds axes away, keeping them with size 1.</summary>
public interface IReduction
{
    /// <summary>The folded axes, sorted, counted from the front.</summary>
    Axes Axes { get; }
}

/// <summary>Is defined by ops: the decomposition is its specification, its gradient, its reference, and what a
/// backend without a fused kernel runs.</summary>
public interface IComposite
{
    /// <summary>The same value by other ops.</summary>
    Tensor Decompose(IReadOnlyList<Tensor> inputs);
}

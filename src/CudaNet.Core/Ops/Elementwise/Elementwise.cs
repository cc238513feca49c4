namespace CudaNet.Ops;

/// <summary>An op of one, two or three inputs of equal shape and type that works element by element.</summary>
public abstract record Elementwise<TSelf> : Op<TSelf>, IElementwise where TSelf : Elementwise<TSelf>, IOpDefinition
{
    /// <summary>Type of the result for the inputs' type.</summary>
    protected virtual DType ResultType(DType input) => input;

    /// <inheritdoc/>
    public virtual double? Fold(ReadOnlySpan<double> values) => null;

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        foreach (var input in inputs)
            if (input.Shape != inputs[^1].Shape)
                throw new ShapeException($"{Name}: shapes {inputs[0].Shape} and {input.Shape} differ. Broadcast them first; the Tensor method does that.");
        return new(inputs[^1].Shape, ResultType(inputs[^1].DType));
    }

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        var batch = inputs.First((_, k) => batched[k]).Shape;
        var aligned = new Tensor[inputs.Count];
        for (var k = 0; k < aligned.Length; k++) aligned[k] = batched[k] ? inputs[k] : inputs[k].ExpandTo(batch);
        return Apply(aligned);
    }
}

internal static class ListExtensions
{
    public static T First<T>(this IReadOnlyList<T> list, Func<T, int, bool> predicate)
    {
        for (var k = 0; k < list.Count; k++)
            if (predicate(list[k], k)) return list[k];
        throw new InvalidOperationException("No element fits.");
    }
}

/// <summary>How the public methods bring operands to one type and one shape before the op is applied.</summary>
internal static class Elementwise
{
    /// <summary>Applies a unary op; integers are cast to Float32 first if the op is only defined for floating types.</summary>
    public static Tensor Unary(Op op, Tensor x, bool floating = false) =>
        op.Apply(floating && !x.DType.IsFloating() ? x.To(DType.Float32) : x);

    /// <summary>Applies a binary op after promotion and broadcasting.</summary>
    public static Tensor Binary(Op op, Tensor a, Tensor b, bool floating = false)
    {
        var type = DTypes.Promote(a.DType, a.Rank == 0, b.DType, b.Rank == 0);
        if (floating && !type.IsFloating()) type = DType.Float32;
        var shape = Shape.Broadcast(a.Shape, b.Shape, op.Name);
        return op.Apply(a.To(type).ExpandTo(shape), b.To(type).ExpandTo(shape));
    }

    /// <summary>The number that a tensor is known to be everywhere; null if it is none.</summary>
    public static double? KnownValue(this Tensor x) => CudaNet.Graphs.Simplify.LiteralOf(x.Node)?.Value.Value;

    /// <summary>True if the tensor is known to be this number everywhere.</summary>
    public static bool IsLiteral(this Tensor x, double value) => x.KnownValue() == value;

    /// <summary>The literal beside a tensor, in the type that both have together; Float32 instead of an integer type if
    /// the op is only defined for floating types.</summary>
    public static (Tensor Tensor, Tensor Literal) With(this Tensor x, Scalar value, bool floating = false)
    {
        var type = value.PromoteWith(x.DType);
        if (floating && !type.IsFloating()) type = DType.Float32;
        if (!Fits(value, type))
            throw new DTypeException($"The number {value} does not fit into {type.ShortName()}, the type of the tensor beside it. Use .To(DType.Int64) on the tensor first.");
        return (x.To(type), Tensor.Literal(value, type));
    }

    /// <summary>False for an integer outside of an integer type: it would silently become another number.</summary>
    private static bool Fits(Scalar value, DType type) =>
        type.IsFloating() || Range(type) is var (least, greatest) && value.Integer >= least && value.Integer <= greatest;

    /// <summary>The least and greatest value of an integer type.</summary>
    public static (long Least, long Greatest) Range(DType type) => type switch
    {
        DType.Bool => (0, 1),
        DType.UInt8 => (byte.MinValue, byte.MaxValue),
        DType.Int32 => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    public static Tensor Binary(Op op, Tensor a, Scalar b, bool floating = false)
    {
        var (x, literal) = a.With(b, floating);
        return Binary(op, x, literal);
    }

    public static Tensor Binary(Op op, Scalar a, Tensor b, bool floating = false)
    {
        var (x, literal) = b.With(a, floating);
        return Binary(op, literal, x);
    }
}

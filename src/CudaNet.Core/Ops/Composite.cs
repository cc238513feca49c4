using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>An op that is defined by other ops. Unless it has cheaper rules of its own, gradient and batched form are
/// those of the decomposition.</summary>
public abstract record Composite<TSelf> : Op<TSelf>, IComposite where TSelf : Composite<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public abstract Tensor Decompose(IReadOnlyList<Tensor> inputs);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => DecomposedVjp(context);

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => Composites.Vmap(this, inputs, batched);

    /// <summary>The gradient of the decomposition.</summary>
    protected IReadOnlyList<Tensor?> DecomposedVjp(GradientContext context) => Composites.Vjp(this, context);
}

internal static class Composites
{
    /// <summary>The gradient of a composite by way of its decomposition.</summary>
    public static IReadOnlyList<Tensor?> Vjp(IComposite op, GradientContext context)
    {
        // Each input gets a node of its own: one may be a function of another, or the same one twice, and a path
        // from one to the other must not be counted here.
        var own = new Tensor[context.Inputs.Count];
        var wanted = new List<Tensor>();
        for (var k = 0; k < own.Length; k++)
        {
            own[k] = new Reshape(context.Inputs[k].Shape).Apply(context.Inputs[k]);
            if (context.Needs[k]) wanted.Add(own[k]);
        }
        var gradients = Grad.Vjp(op.Decompose(own), context.Upstream, [.. wanted]);
        var result = new Tensor?[own.Length];
        for (int k = 0, next = 0; k < own.Length; k++)
            if (context.Needs[k]) result[k] = gradients[next++];
        return result;
    }

    /// <summary>The batched form of a composite by way of its decomposition.</summary>
    public static Tensor Vmap(IComposite op, IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        var mapped = new List<Tensor>();
        for (var k = 0; k < inputs.Count; k++) if (batched[k]) mapped.Add(inputs[k]);
        return CudaNet.Vmap.Of((IReadOnlyList<Tensor> examples) =>
        {
            var arguments = new Tensor[inputs.Count];
            for (int k = 0, next = 0; k < arguments.Length; k++) arguments[k] = batched[k] ? examples[next++] : inputs[k];
            return op.Decompose(arguments);
        })(mapped);
    }

    /// <summary>Halves as Float32, the type that statistics and sums are taken in; other types as they are.</summary>
    public static Tensor Widened(this Tensor x) => x.DType.IsHalf() ? x.To(DType.Float32) : x;

    /// <summary>Integers as Float32; floating types as they are.</summary>
    public static Tensor Floating(this Tensor x) => x.DType.IsFloating() ? x : x.To(DType.Float32);
}

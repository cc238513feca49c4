using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>ln(1 + eˣ), stable on both sides. It has a gradient rule of its own, σ(x): that of the stable formula is
    /// wrong at its fold in 0.</summary>
    public sealed record Softplus : Op<Softplus>, IOpDefinition, IComposite
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Softplus",
            Formula = "ln(1 + eˣ)",
            Samples = Samples.Unary(x => x.Softplus()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public Tensor Decompose(IReadOnlyList<Tensor> inputs) => inputs[0].Maximum(0) + (-inputs[0].Abs()).Exp().Log1p();

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * context.Inputs[0].Sigmoid()];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>ln(1 + eˣ), element by element: a smooth max(x, 0). Integers give Float32.</summary>
        public Tensor Softplus() => Elementwise.Unary(new Softplus(), this, floating: true);
    }
}

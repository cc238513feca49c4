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
            Samples =
            [
                .. Samples.Unary(x => x.Softplus()),
                .. Samples.Unary(x => x.Softplus(beta: 2), extremes: false),
                .. Samples.Unary(x => x.Softplus(0.5, threshold: 1), new(-3, 3) { Kinks = [2] }, extremes: false),
            ],
            Refusals = [new("a beta of zero", () => Tensor.Zeros([2]).Softplus(beta: 0), "beta 0 must be above 0")],
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

        /// <summary>ln(1 + exp(βx))/β, element by element, and x where βx is above the threshold. Integers give Float32.</summary>
        /// <param name="beta">β, above 0: how sharp the bend is.</param>
        /// <param name="threshold">PyTorch's: it needs it against overflow, here it only makes equal results.</param>
        /// <exception cref="ShapeException">β is not above 0.</exception>
        public Tensor Softplus(double beta, double threshold = 20)
        {
            if (!(beta > 0)) throw new ShapeException($"Softplus: beta {beta} must be above 0.");
            var x = this.Floating();
            var scaled = x * beta;
            return (scaled > threshold).Where(x, scaled.Softplus() / beta);
        }
    }
}

using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>2ˣ.</summary>
    public sealed record Exp2 : Elementwise<Exp2>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Exp2",
            Formula = "2ˣ",
            Samples = Samples.Unary(x => x.Exp2()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * context.Output * Math.Log(2)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>2ˣ, element by element. Integers give Float32.</summary>
        public Tensor Exp2() => Elementwise.Unary(new Exp2(), this, floating: true);
    }
}

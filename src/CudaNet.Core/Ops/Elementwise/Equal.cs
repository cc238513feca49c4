namespace CudaNet.Ops
{
    /// <summary>a = b as Bool; false for NaN.</summary>
    public sealed record Equal : Relation<Equal>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Equal",
            Formula = "a = b",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Relation((a, b) => a.Eq(b)),
            Refusals = [Samples.MismatchedShapes((a, b) => a.Eq(b))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>a = b, element by element, as Bool; false where either is NaN.</summary>
        public Tensor Eq(Tensor other) => Elementwise.Binary(new Equal(), this, other);

        /// <inheritdoc cref="Eq(Tensor)"/>
        public Tensor Eq(Scalar other) => Elementwise.Binary(new Equal(), this, other);
    }
}

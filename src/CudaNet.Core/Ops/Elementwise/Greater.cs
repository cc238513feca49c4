namespace CudaNet.Ops
{
    /// <summary>a > b as Bool; false for NaN.</summary>
    public sealed record Greater : Relation<Greater>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Greater",
            Formula = "a > b",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Relation((a, b) => a > b),
            Refusals = [Samples.MismatchedShapes((a, b) => a > b)],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>a > b, element by element, as Bool; false where either is NaN.</summary>
        public static Tensor operator >(Tensor a, Tensor b) => Elementwise.Binary(new Greater(), a, b);

        /// <inheritdoc cref="op_GreaterThan(Tensor, Tensor)"/>
        public static Tensor operator >(Tensor a, Scalar b) => Elementwise.Binary(new Greater(), a, b);

        /// <inheritdoc cref="op_GreaterThan(Tensor, Tensor)"/>
        public static Tensor operator >(Scalar a, Tensor b) => Elementwise.Binary(new Greater(), a, b);
    }
}

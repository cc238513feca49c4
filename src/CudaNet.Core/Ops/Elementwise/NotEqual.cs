namespace CudaNet.Ops
{
    /// <summary>a ≠ b as Bool; true for NaN.</summary>
    public sealed record NotEqual : Relation<NotEqual>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "NotEqual",
            Formula = "a ≠ b",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Relation((a, b) => a.Ne(b)),
            Refusals = [Samples.MismatchedShapes((a, b) => a.Ne(b))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>a ≠ b, element by element, as Bool; true where either is NaN.</summary>
        public Tensor Ne(Tensor other) => Elementwise.Binary(new NotEqual(), this, other);

        /// <inheritdoc cref="Ne(Tensor)"/>
        public Tensor Ne(Scalar other) => Elementwise.Binary(new NotEqual(), this, other);
    }
}

namespace CudaNet.Ops
{
    /// <summary>⌊a / b⌋, consistent with <see cref="Remainder"/>.</summary>
    public sealed record FloorDivide : StepFunction<FloorDivide>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "FloorDivide",
            Formula = "⌊a / b⌋",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples = Samples.Binary((a, b) => a.FloorDivide(b), Domain.Any, Domain.NonZero, differentiable: false),
            Refusals = [Samples.MismatchedShapes((a, b) => a.FloorDivide(b)), Samples.DivisionByZero((a, b) => a.FloorDivide(b))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>⌊a / b⌋, element by element (Python's <c>//</c>). Integers stay integers; an integer divided by 0 raises <see cref="DivideByZeroException"/>. Its gradient is 0.</summary>
        public Tensor FloorDivide(Tensor other) => Elementwise.Binary(new FloorDivide(), this, other);

        /// <inheritdoc cref="FloorDivide(Tensor)"/>
        public Tensor FloorDivide(Scalar other) => Elementwise.Binary(new FloorDivide(), this, other);
    }
}

namespace CudaNet.Ops
{
    /// <summary>Logical not of Bool, bit by bit for integers.</summary>
    public sealed record LogicalNot : Logic<LogicalNot>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LogicalNot",
            Formula = "!x",
            DTypes = Types,
            GradientOrder = 0,
            Samples = Samples.Unary(x => ~x, Domain.Integers(0, 5), differentiable: false, extremes: false),
            Refusals = [new("floating", () => ~Tensor.Zeros([2]), "LogicalNot: f32 has no bits")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Logical not of Bool, bit by bit for integers, element by element.</summary>
        /// <exception cref="DTypeException">The type is floating.</exception>
        public static Tensor operator ~(Tensor x) => new LogicalNot().Apply(x);

        /// <summary>True where x is false or 0, element by element, as Bool.</summary>
        public static Tensor operator !(Tensor x) => x.DType == DType.Bool ? new LogicalNot().Apply(x) : x.Eq(0);
    }
}

namespace CudaNet.Ops
{
    /// <summary>x², as a product.</summary>
    internal sealed class Square : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Square",
            Formula = "x²",
            DTypes = DTypes.Numeric,
            Samples = Samples.Unary(x => x.Square()),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>x², element by element.</summary>
        public Tensor Square() => this * this;
    }
}

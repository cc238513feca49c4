namespace CudaNet.Ops
{
    /// <summary>The lower triangles of matrices, by <see cref="Where"/> and <see cref="Tri"/>.</summary>
    internal sealed class Tril : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tril",
            Formula = "x for j ≤ i + diagonal, else 0",
            DTypes = DTypes.All,
            Samples =
            [
                new("wide", [new([4, 5], Domain.Any)], x => x[0].Tril()), new("tall, below", [new([5, 4], Domain.Any)], x => x[0].Tril(-2)), new("above, batch", [new([2, 3, 4], Domain.Any)], x => x[0].Tril(1)),
                new("of a transposed view", [new([4, 5], Domain.Any, SampleView.Transposed)], x => x[0].Tril()), new("empty", [new([0, 3], Domain.Any)], x => x[0].Tril()),
            ],
            Refusals = [new("a vector", () => Tensor.Zeros([3]).Tril(), "matri")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The lower triangles of matrices, with 0 above a diagonal.</summary>
        /// <param name="diagonal">0 for the main diagonal, positive above, negative below.</param>
        /// <exception cref="ShapeException">This has not two axes.</exception>
        public Tensor Tril(long diagonal = 0) => Triangle(diagonal, "Tril").Where(this, 0);
    }
}

namespace CudaNet.Ops
{
    /// <summary>The upper triangles of matrices, by <see cref="Where"/> and <see cref="Tri"/>.</summary>
    internal sealed class Triu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Triu",
            Formula = "x for j ≥ i + diagonal, else 0",
            DTypes = DTypes.All,
            Samples =
            [
                new("wide", [new([4, 5], Domain.Any)], x => x[0].Triu()), new("tall, below", [new([5, 4], Domain.Any)], x => x[0].Triu(-2)), new("above, batch", [new([2, 3, 4], Domain.Any)], x => x[0].Triu(1)),
                new("of a transposed view", [new([4, 5], Domain.Any, SampleView.Transposed)], x => x[0].Triu()), new("empty", [new([0, 3], Domain.Any)], x => x[0].Triu()),
            ],
            Refusals = [new("a vector", () => Tensor.Zeros([3]).Triu(), "matri")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The upper triangles of matrices, with 0 below a diagonal.</summary>
        /// <param name="diagonal">0 for the main diagonal, positive above, negative below.</param>
        /// <exception cref="ShapeException">This has not two axes.</exception>
        public Tensor Triu(long diagonal = 0) => Triangle(diagonal - 1, "Triu").Where(0, this);
    }
}

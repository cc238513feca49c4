namespace CudaNet.Ops
{
    /// <summary>Triangles of matrices, from two <see cref="Iota"/>.</summary>
    internal sealed class Tri : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tri",
            Formula = "lower: 1 for j ≤ i + diagonal, else 0; Tril and Triu keep x there",
            Samples =
            [
                new("mask", [], _ => Tensor.Tri(4, 5)), new("mask above", [], _ => Tensor.Tri(4, 4, 1, DType.Bool)), new("no rows", [], _ => Tensor.Tri(0, 3)),
                new("lower", [new([4, 5], Domain.Any)], x => x[0].Tril()), new("lower, below", [new([4, 5], Domain.Any)], x => x[0].Tril(-2)), new("upper", [new([5, 4], Domain.Any)], x => x[0].Triu()),
                new("upper, above, batch", [new([2, 3, 4], Domain.Any)], x => x[0].Triu(1)), new("of a transposed view", [new([4, 5], Domain.Any, SampleView.Transposed)], x => x[0].Tril()),
            ],
            Refusals = [new("a vector", () => Tensor.Zeros([3]).Tril(), "matri"), new("a negative size", () => Tensor.Tri(-1, 2), "-1")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>A matrix with 1 (true) on and below a diagonal, else 0: the causal mask of attention as Bool.</summary>
        /// <param name="rows">Rows.</param>
        /// <param name="columns">Columns.</param>
        /// <param name="diagonal">0 for the main diagonal, positive above, negative below.</param>
        /// <param name="type">Type of the result.</param>
        /// <param name="device">Where; the default device if null.</param>
        /// <exception cref="ShapeException">A size is negative.</exception>
        public static Tensor Tri(long rows, long columns, long diagonal = 0, DType type = DType.Float32, Device? device = null) =>
            (Iota(columns, DType.Int64, device) <= Iota(rows, DType.Int64, device).Unsqueeze(1) + diagonal).To(type);

        /// <summary>The lower triangles of matrices, with 0 above a diagonal.</summary>
        /// <exception cref="ShapeException">This has not two axes.</exception>
        public Tensor Tril(long diagonal = 0) => Triangle(diagonal, "Tril").Where(this, 0);

        /// <summary>The upper triangles of matrices, with 0 below a diagonal.</summary>
        /// <exception cref="ShapeException">This has not two axes.</exception>
        public Tensor Triu(long diagonal = 0) => Triangle(diagonal - 1, "Triu").Where(0, this);

        private Tensor Triangle(long diagonal, string operation) => Rank >= 2
            ? Tri(Shape[^2], Shape[^1], diagonal, DType.Bool, Device)
            : throw new ShapeException($"{operation}: {Shape} holds no matrices; it needs two axes.");
    }
}

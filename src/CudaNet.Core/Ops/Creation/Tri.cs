namespace CudaNet.Ops
{
    /// <summary>Triangles of matrices, from two <see cref="Iota"/>.</summary>
    internal sealed class Tri : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tri",
            Formula = "1 for j ≤ i + diagonal, else 0",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                new("mask", [], _ => Tensor.Tri(4, 5)), new("mask above", [], _ => Tensor.Tri(4, 4, 1, DType.Bool)), new("no rows", [], _ => Tensor.Tri(0, 3)),
            ],
            Refusals = [new("a negative size", () => Tensor.Tri(-1, 2), "-1")],
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

        private Tensor Triangle(long diagonal, string operation) => Rank >= 2
            ? Tri(Shape[^2], Shape[^1], diagonal, DType.Bool, Device)
            : throw new ShapeException($"{operation}: {Shape} holds no matrices; it needs two axes.");
    }
}

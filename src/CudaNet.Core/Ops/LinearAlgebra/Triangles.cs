namespace CudaNet.Ops
{
    /// <summary>The lower or upper triangle of matrices.</summary>
    internal sealed class Triangles : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tril",
            Formula = "y[i, j] = x[i, j] where j ≤ i + d, else 0 (Triu: where j ≥ i + d)",
            DTypes = DTypes.All,
            Samples =
            [
                Of("lower", [4, 4], x => x.Tril()), Of("upper", [4, 4], x => x.Triu()), Of("strictly lower", [4, 3], x => x.Tril(-1)), Of("upper and one below", [3, 5], x => x.Triu(-1)),
                Of("strictly upper, batch", [2, 3, 3], x => x.Triu(1)), Of("one", [1, 1], x => x.Tril()), Of("empty", [0, 3], x => x.Tril()), Of("transposed", [4, 3], x => x.Tril(), SampleView.Transposed),
                new("NaN outside", [new([2, 2], Domain.Any with { Special = [1, double.NaN, 2, 3] })], x => x[0].Tril()) { Differentiable = false },
            ],
            Refusals = [Matrices.NotAMatrix(x => x.Tril()), Matrices.NotAMatrix(x => x.Triu())],
        };

        /// <summary>[rows, columns]: true where column − row ≤ (or ≥) the diagonal.</summary>
        public static Tensor Mask(Tensor like, long diagonal, bool lower, string operation)
        {
            if (like.Rank < 2) throw new ShapeException($"{operation}: {like.Shape} is not a matrix or a batch of them, [batch…, rows, columns].");
            var rows = Tensor.Arange(0, like.Shape[^2], 1, DType.Int64, like.Device).Reshape([like.Shape[^2], 1]) + diagonal;
            var columns = Tensor.Arange(0, like.Shape[^1], 1, DType.Int64, like.Device).Reshape([1, like.Shape[^1]]);
            return lower ? columns <= rows : columns >= rows;
        }

        private static Sample Of(string name, Shape shape, Func<Tensor, Tensor> apply, SampleView view = SampleView.Contiguous) => new(name, [new(shape, Domain.Any, view)], x => apply(x[0]));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The lower triangle of matrices, zeros above.</summary>
        /// <param name="diagonal">The last diagonal that is kept: 0 the main one, 1 the next above, −1 the next below.</param>
        /// <exception cref="ShapeException">There are fewer than two axes.</exception>
        public Tensor Tril(long diagonal = 0) => Triangles.Mask(this, diagonal, true, "Tril").Where(this, ZerosLike());

        /// <summary>The upper triangle of matrices, zeros below.</summary>
        /// <param name="diagonal">The first diagonal that is kept: 0 the main one, 1 the next above, −1 the next below.</param>
        /// <exception cref="ShapeException">There are fewer than two axes.</exception>
        public Tensor Triu(long diagonal = 0) => Triangles.Mask(this, diagonal, false, "Triu").Where(this, ZerosLike());
    }
}

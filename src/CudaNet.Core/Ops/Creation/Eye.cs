namespace CudaNet.Ops
{
    /// <summary>The identity matrix.</summary>
    internal sealed class Eye : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Eye",
            Formula = "I[i, j] = 1 for i = j, else 0",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                .. DTypes.All.Select(type => new Sample($"{type}", [], _ => Tensor.Eye(3, type))),
                new("none", [], _ => Tensor.Eye(0)), new("one", [], _ => Tensor.Eye(1)), new("wide", [], _ => Tensor.Eye(3, 5)), new("tall", [], _ => Tensor.Eye(5, 3)),
            ],
            Refusals = [new("a negative size", () => Tensor.Eye(-1), "-1")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The identity matrix [n, n].</summary>
        /// <exception cref="ShapeException">n is negative.</exception>
        public static Tensor Eye(long n, DType type = DType.Float32, Device? device = null) => Eye(n, n, type, device);

        /// <summary>A matrix [rows, columns] with 1 on the main diagonal.</summary>
        /// <exception cref="ShapeException">A size is negative.</exception>
        public static Tensor Eye(long rows, long columns, DType type = DType.Float32, Device? device = null)
        {
            _ = new Shape(rows, columns); // refuses negative sizes
            return Full([Ops.Diagonal.Length(rows, columns, 0)], 1, type, device).OnDiagonal(rows, columns, 0);
        }
    }
}

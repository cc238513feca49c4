namespace CudaNet.Ops
{
    /// <summary>The scalar product of two vectors: a matrix product of a row and a column.</summary>
    internal sealed class Dot : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Dot",
            Formula = "Σᵢ aᵢ·bᵢ",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                Of("vectors", 7), Of("one", 1), Of("empty", 0), Of("long", 1037), Of("strided", 7, SampleView.Strided), Of("flipped", 7, SampleView.Flipped),
            ],
            Refusals =
            [
                new("sizes that differ", () => Tensor.Zeros([3]).Dot(Tensor.Zeros([4])), @"\[3\] and \[4\]"),
                new("a matrix", () => Tensor.Zeros([3, 3]).Dot(Tensor.Zeros([3])), "vectors"),
            ],
        };

        private static Sample Of(string name, long n, SampleView view = SampleView.Contiguous) =>
            new(name, [new([n], Domain.Any, view), new([n], Domain.Any)], x => x[0].Dot(x[1])) { SumLength = Math.Max(1, n) };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Scalar product of two vectors of equal length.</summary>
        /// <exception cref="ShapeException">They are not.</exception>
        public Tensor Dot(Tensor other) => Rank == 1 && Shape == other.Shape
            ? MatMul(other)
            : throw new ShapeException($"Dot: {Shape} and {other.Shape} are not two vectors of equal length. Use MatMul for matrices.");
    }
}

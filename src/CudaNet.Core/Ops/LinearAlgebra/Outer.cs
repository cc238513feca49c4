namespace CudaNet.Ops
{
    /// <summary>The outer product of two vectors: a broadcast multiplication.</summary>
    internal sealed class Outer : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Outer",
            Formula = "y[i, j] = aᵢ·bⱼ",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                Of("vectors", 3, 5), Of("one", 1, 1), Of("empty", 0, 3), Of("flipped", 3, 4, SampleView.Flipped), Of("strided", 3, 4, SampleView.Strided),
            ],
            Refusals = [new("a matrix", () => Tensor.Zeros([3, 3]).Outer(Tensor.Zeros([3])), "vectors")],
        };

        private static Sample Of(string name, long m, long n, SampleView view = SampleView.Contiguous) => new(name, [new([m], Domain.Any, view), new([n], Domain.Any)], x => x[0].Outer(x[1]));
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The matrix of all products of the elements of two vectors.</summary>
        /// <exception cref="ShapeException">One of them is not a vector.</exception>
        public Tensor Outer(Tensor other) => Rank == 1 && other.Rank == 1
            ? Reshape(Shape.Insert(1, 1)) * other
            : throw new ShapeException($"Outer: {Shape} and {other.Shape} are not two vectors. Use Flatten, or a broadcast product.");
    }
}

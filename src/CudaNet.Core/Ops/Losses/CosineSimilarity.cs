namespace CudaNet.Ops
{
    /// <summary>Cosine of the angle between rows.</summary>
    internal sealed class CosineSimilarity : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CosineSimilarity",
            Formula = "x₁·x₂/(max(‖x₁‖, ε)·max(‖x₂‖, ε))",
            ToleranceScale = 4, // roots, divisions and a sum
            Samples =
            [
                new("columns", [new([3, 5], Domain.Any), new([3, 5], Domain.Any)], x => x[0].CosineSimilarity(x[1])) { SumLength = 5 },
                new("first axis", [new([7, 3], Domain.Any), new([7, 3], Domain.Any)], x => x[0].CosineSimilarity(x[1], 0)) { SumLength = 7 },
                new("one against many", [new([4, 5], Domain.Any), new([1, 5], Domain.Any)], x => x[0].CosineSimilarity(x[1])) { SumLength = 5 },
                new("vectors", [new([9], Domain.Any), new([9], Domain.Any)], x => x[0].CosineSimilarity(x[1], -1)) { SumLength = 9 },
                new("three axes", [new([2, 3, 4], Domain.Any), new([2, 3, 4], Domain.Any)], x => x[0].CosineSimilarity(x[1], 2)) { SumLength = 4 },
                new("transposed", [new([4, 5], Domain.Any, SampleView.Transposed), new([4, 5], Domain.Any)], x => x[0].CosineSimilarity(x[1])) { SumLength = 5 },
                new("zeros", [new([2, 3], new(0, 0)), new([2, 3], Domain.Any)], x => x[0].CosineSimilarity(x[1])) { Differentiable = false },
            ],
            Refusals = [Samples.MismatchedShapes((a, b) => a.CosineSimilarity(b)), new("an axis out of range", () => Tensor.Zeros([3]).CosineSimilarity(Tensor.Zeros([3])), "axis 1 is out of range")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Cosine of the angle between these vectors and others along an axis, with broadcasting: 1 for the same
        /// direction, 0 for orthogonal ones, −1 for opposite ones. A score; the cost is 1 minus it.</summary>
        /// <param name="other">The other vectors.</param>
        /// <param name="axis">Along which axis.</param>
        /// <param name="epsilon">Least length; a shorter vector counts as that long.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">Shapes do not broadcast.</exception>
        public Tensor CosineSimilarity(Tensor other, int axis = 1, double epsilon = 1e-8)
        {
            var type = DTypes.Promote(this.Floating().DType, other.Floating().DType);
            var shape = Shape.Broadcast(Shape, other.Shape, "CosineSimilarity");
            axis = shape.Axis(axis, "CosineSimilarity");
            var (a, b) = (To(type).Widened().ExpandTo(shape), other.To(type).Widened().ExpandTo(shape));
            // Each is brought to length 1 first, so that no product of two lengths overflows or vanishes.
            return (a / a.Norm(2, axis, true).Maximum(epsilon) * (b / b.Norm(2, axis, true).Maximum(epsilon))).Sum(axis).To(type);
        }
    }
}

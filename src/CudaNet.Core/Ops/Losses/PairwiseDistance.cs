namespace CudaNet.Ops
{
    /// <summary>Distance of rows.</summary>
    internal sealed class PairwiseDistance : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "PairwiseDistance",
            Formula = "(Σ |x₁ − x₂ + ε|ᵖ)^(1/p) along the last axis",
            Samples =
            [
                .. from p in (double[])[1, 2, 3, double.PositiveInfinity]
                   select new Sample($"p = {p}", [new([3, 5], new(-1, 0) { Distinct = true }), new([3, 5], new(0.1, 1.3) { Distinct = true })], x => x[0].PairwiseDistance(x[1], p)) { SumLength = 5 },
                new("kept axis", [new([2, 3, 4], Domain.Any), new([2, 3, 4], Domain.Any)], x => x[0].PairwiseDistance(x[1], keepDims: true)) { SumLength = 4 },
                new("a row against many", [new([3, 5], Domain.Any), new([5], Domain.Any)], x => x[0].PairwiseDistance(x[1])) { SumLength = 5 },
                new("equal rows", [new([2, 3], Domain.Any)], x => x[0].PairwiseDistance(x[0])) { Differentiable = false },
                new("transposed", [new([4, 5], Domain.Any, SampleView.Transposed), new([4, 5], Domain.Any)], x => x[0].PairwiseDistance(x[1])) { SumLength = 5 },
            ],
            Refusals = [new("scalars", () => Tensor.Scalar(0f).PairwiseDistance(Tensor.Scalar(1f)), "need an axis")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Distance between these rows and others along the last axis, with broadcasting. ε is added to each difference, as
        /// PyTorch does: it gives equal rows a gradient.</summary>
        /// <param name="other">The other rows.</param>
        /// <param name="p">Order of the norm.</param>
        /// <param name="epsilon">ε.</param>
        /// <param name="keepDims">Keeps the last axis with size 1.</param>
        /// <exception cref="ShapeException">There is no axis, or shapes do not broadcast.</exception>
        public Tensor PairwiseDistance(Tensor other, double p = 2, double epsilon = 1e-6, bool keepDims = false)
        {
            if (Rank == 0 || other.Rank == 0) throw new ShapeException($"PairwiseDistance: {Shape} and {other.Shape} need an axis each, along which they are rows.");
            return (this.Floating() - other + epsilon).Norm(p, -1, keepDims);
        }
    }
}

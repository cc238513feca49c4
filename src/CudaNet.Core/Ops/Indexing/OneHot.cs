namespace CudaNet.Ops
{
    /// <summary>Class numbers as rows with a single 1, by <see cref="ScatterAdd"/>, which refuses numbers out of range.</summary>
    internal sealed class OneHot : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "OneHot",
            Formula = "y[i…, c] = 1 for c = x[i…], else 0",
            DTypes = [DType.Int32, DType.Int64],
            GradientOrder = 0,
            Samples =
            [
                new("labels", [new([7], Domain.Integers(0, 4))], x => x[0].OneHot(5)), new("matrix", [new([2, 3], Domain.Integers(0, 4))], x => x[0].OneHot(5, DType.Float32)),
                new("one label", [new([], Domain.Integers(0, 4))], x => x[0].OneHot(5, DType.Bool)), new("no labels", [new([0], Domain.Integers(0, 4))], x => x[0].OneHot(5)),
                new("bytes", [new([4], Domain.Integers(0, 2))], x => x[0].OneHot(3, DType.UInt8)),
            ],
            Refusals =
            [
                new("a label out of range", () => Tensor.From(0, 5).OneHot(5).Realize(), "index 5 is out of range"), new("a negative label", () => Tensor.From(-1).OneHot(5).Realize(), "index -1"),
                new("floating labels", () => Tensor.Zeros([2]).OneHot(3), "f32"), new("no classes", () => Tensor.From(0).OneHot(0), "0 classes"),
            ],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Class numbers as rows of a new last axis with a single 1.</summary>
        /// <param name="classes">Number of classes.</param>
        /// <param name="type">Type of the result.</param>
        /// <exception cref="ShapeException">There are no classes.</exception>
        /// <exception cref="DTypeException">This tensor is not of integers.</exception>
        /// <exception cref="IndexValueException">When it runs: a number is not in 0 … classes − 1.</exception>
        public Tensor OneHot(long classes, DType type = DType.Int64)
        {
            if (classes < 1) throw new ShapeException($"OneHot: {classes} classes. There must be one or more.");
            var labels = (DType == DType.UInt8 ? To(DType.Int32) : this).Unsqueeze(-1);
            var summed = type is DType.Bool or DType.UInt8 ? DType.Int32 : type;
            return new ScatterAdd(Rank, classes).Apply(labels, Ones(labels.Shape, summed, Device)).To(type);
        }
    }
}

namespace CudaNet.Ops
{
    /// <summary>Cross entropy of logits: from class numbers by <see cref="CrossEntropyLosses"/>, from probabilities by
    /// <see cref="LogSoftmax"/>.</summary>
    internal sealed class CrossEntropy : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CrossEntropy",
            Formula = "mean over examples of −Σ_c t_c·log softmax(x)_c",
            ToleranceScale = 4, // exp, a sum and log
            Samples =
            [
                Classes("mean", [7, 10], [7]), Classes("sum", [7, 10], [7], LossReduction.Sum), Classes("none", [7, 10], [7], LossReduction.None),
                Classes("images", [2, 3, 4, 5], [2, 4, 5]), Classes("images, none", [2, 3, 4], [2, 4], LossReduction.None), Classes("one example", [5], []),
                Classes("weights", [7, 4], [7], weights: true), Classes("weights, ignored class", [9, 3], [9], weights: true, ignore: 1),
                Classes("weights over examples", [7, 4], [7], LossReduction.BatchMean, weights: true), Classes("ignored class", [9, 3], [9], ignore: 2), Classes("smoothing", [7, 4], [7], smoothing: 0.1),
                Classes("no examples, sum", [0, 4], [0], LossReduction.Sum), Classes("transposed", [4, 5], [4], view: SampleView.Transposed),
                Probabilities("probabilities", [5, 4]), Probabilities("probabilities, images", [2, 4, 3]), Probabilities("probabilities, sum", [5, 4], LossReduction.Sum),
                Probabilities("probabilities, none", [5, 4], LossReduction.None), Probabilities("probabilities, smoothing", [5, 4], smoothing: 0.1),
            ],
            Refusals =
            [
                new("targets of another shape", () => Tensor.Zeros([2, 3]).CrossEntropy(Tensor.From(1L, 2L, 0L)), @"logits \[2, 3\].*targets \[2\].*are \[3\]"),
                new("probabilities of another shape", () => Tensor.Zeros([2, 3]).CrossEntropy(Tensor.Zeros([2, 4])), @"\[2, 4\]"),
                new("a class out of range", () => Tensor.Zeros([2, 3]).CrossEntropy(Tensor.From(0L, 7L)), "7"),
                new("weights of another size", () => Tensor.Zeros([2, 3]).CrossEntropy(Tensor.From(0L, 1L), weight: Tensor.Ones([2])), @"weight is \[2\]"),
                new("a scalar", () => Tensor.Zeros([]).CrossEntropy(Tensor.Scalar(0L)), "classes"),
                new("smoothing above one", () => Tensor.Zeros([2, 3]).CrossEntropy(Tensor.From(0L, 1L), labelSmoothing: 1.5), "between 0 and 1"),
            ],
        };

        private static Sample Classes(string name, Shape logits, Shape targets, LossReduction reduction = LossReduction.Mean, bool weights = false, long? ignore = null, double smoothing = 0, SampleView view = SampleView.Contiguous)
        {
            var classes = logits[logits.Rank == 1 ? 0 : 1];
            List<SampleInput> inputs = [new(logits, Domain.Any, view), new(targets, Domain.Integers(0, classes - 1), Type: DType.Int64)];
            if (weights) inputs.Add(new([classes], Domain.Positive));
            return new(name, inputs, x => x[0].CrossEntropy(x[1], reduction, weights ? x[2] : null, ignore, smoothing)) { SumLength = Math.Max(1, logits.ElementCount) };
        }

        private static Sample Probabilities(string name, Shape shape, LossReduction reduction = LossReduction.Mean, double smoothing = 0) =>
            new(name, [new(shape, Domain.Any), new(shape, new(0, 1))], x => x[0].CrossEntropy(x[1], reduction, labelSmoothing: smoothing)) { SumLength = shape.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Cross entropy between these logits [batch, classes, …] (or [classes]) and targets: class numbers [batch, …] of an
        /// integer type, or probabilities of the logits' shape.</summary>
        /// <param name="target">Class numbers, or probabilities.</param>
        /// <param name="reduction">Mean (over examples that count, by weight), sum or none.</param>
        /// <param name="weight">Weight a class; null for 1.</param>
        /// <param name="ignoreIndex">A class number whose examples do not count; null for none. (PyTorch ignores −100 by
        /// default; here a number out of range is an error until you name it.)</param>
        /// <param name="labelSmoothing">Share of the target that is spread evenly over the classes.</param>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        /// <exception cref="IndexValueException">When it runs: a class number is out of range.</exception>
        public Tensor CrossEntropy(Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null, long? ignoreIndex = null, double labelSmoothing = 0)
        {
            if (Rank == 0) throw new ShapeException("CrossEntropy: logits [] have no axis of classes; they must be [classes] or [batch, classes, …].");
            if (labelSmoothing is not (>= 0 and <= 1)) throw new ShapeException($"CrossEntropy: label smoothing {labelSmoothing} must be between 0 and 1.");
            var axis = Rank == 1 ? 0 : 1;
            var logits = this.Floating();
            if (weight is not null)
                weight = weight.Rank == 1 && weight.Shape[0] == Shape[axis]
                    ? weight.To(logits.DType)
                    : throw new ShapeException($"CrossEntropy: weight is {weight.Shape}; for {Shape[axis]} classes it must be [{Shape[axis]}].");
            if (target.DType.IsFloating()) return WithProbabilities(logits, axis, target.To(logits.DType), reduction, weight, labelSmoothing);

            var expected = Shape.Without(axis);
            if (target.Shape != expected)
                throw new ShapeException($"CrossEntropy: for logits {Shape} targets {expected} are needed (class numbers), but they are {target.Shape}.");
            if (axis == 1 && Rank > 2) logits = logits.Permute([0, .. Enumerable.Range(2, Rank - 2), 1]);
            var rows = target.Reshape([target.ElementCount]);
            Tensor[] inputs = weight is null ? [logits.Reshape([rows.Shape[0], Shape[axis]]), rows] : [logits.Reshape([rows.Shape[0], Shape[axis]]), rows, weight];
            var losses = new CrossEntropyLosses(ignoreIndex, labelSmoothing).Apply(inputs);
            if (reduction is LossReduction.None or LossReduction.BatchMean) return losses.Reshape(expected).Reduced(reduction);
            if (reduction == LossReduction.Sum) return losses.Sum();
            if (ignoreIndex is null && weight is null) return losses.Mean();
            var counted = CrossEntropyRows.Of(inputs, ignoreIndex);
            return losses.Sum() / counted.Masked(counted.Weight).Sum().To(losses.DType);
        }

        private static Tensor WithProbabilities(Tensor logits, int axis, Tensor target, LossReduction reduction, Tensor? weight, double smoothing)
        {
            if (target.Shape != logits.Shape)
                throw new ShapeException($"CrossEntropy: probabilities {target.Shape} must have the shape of the logits, {logits.Shape}. For class numbers use an integer type.");
            if (smoothing > 0) target = target * (1 - smoothing) + smoothing / logits.Shape[axis];
            var terms = logits.LogSoftmax(axis) * target;
            if (weight is not null)
            {
                var aligned = new long[logits.Rank - axis];
                Array.Fill(aligned, 1);
                aligned[0] = logits.Shape[axis];
                terms *= weight.Reshape(new Shape(aligned));
            }
            var losses = -terms.Sum(axis);
            return losses.Reduced(reduction);
        }
    }
}

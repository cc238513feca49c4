namespace CudaNet.Ops
{
    /// <summary>Negative log likelihood: cross entropy of what went through <see cref="LogSoftmax"/> already.</summary>
    internal sealed class Nll : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "NllLoss",
            Formula = "mean over examples of −x[t]",
            Samples =
            [
                Of("mean", [7, 10], [7]), Of("sum", [7, 10], [7], LossReduction.Sum), Of("none", [7, 10], [7], LossReduction.None), Of("images", [2, 3, 4], [2, 4]),
                Of("ignored class", [9, 3], [9], ignore: 1), Of("transposed", [4, 5], [4], view: SampleView.Transposed),
                new("weights", [new([7, 4], Domain.Any), new([7], Domain.Integers(0, 3), Type: DType.Int64), new([4], Domain.Positive)], x => x[0].NllLoss(x[1], weight: x[2])) { SumLength = 7 },
            ],
            Refusals =
            [
                new("targets of another shape", () => Tensor.Zeros([2, 3]).NllLoss(Tensor.From(1L, 2L, 0L)), @"targets \[2\].*\[3\]"),
                new("floating targets", () => Tensor.Zeros([2, 3]).NllLoss(Tensor.Zeros([2])), "integer"),
            ],
        };

        private static Sample Of(string name, Shape x, Shape targets, LossReduction reduction = LossReduction.Mean, long? ignore = null, SampleView view = SampleView.Contiguous) =>
            new(name, [new(x, Domain.Any, view), new(targets, Domain.Integers(0, x[1] - 1), Type: DType.Int64)], t => t[0].NllLoss(t[1], reduction, ignoreIndex: ignore)) { SumLength = x.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Negative log likelihood of log probabilities [batch, classes, …] and class numbers [batch, …].</summary>
        /// <inheritdoc cref="CrossEntropy"/>
        public Tensor NllLoss(Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null, long? ignoreIndex = null)
        {
            if (!target.DType.IsInteger())
                throw new DTypeException($"NllLoss: targets are {target.DType.ShortName()}; class numbers have an integer type. Use .To(DType.Int64).");
            if (Rank < 2 || target.Shape != Shape.Without(1))
                throw new ShapeException($"NllLoss: for log probabilities {Shape} = [batch, classes, …] targets {(Rank < 2 ? "[batch, …]" : Shape.Without(1).ToString())} are needed, but they are {target.Shape}.");
            var x = this.Floating();
            var index = target.To(DType.Int64);
            var valid = ignoreIndex is { } ignored ? index.Ne(ignored) : null;
            if (valid is not null) index = valid.Where(index, 0);
            var losses = -x.Gather(index.Reshape(index.Shape.Insert(1, 1)), 1).Reshape(target.Shape);
            var weights = weight?.To(x.DType).Gather(index.Reshape([index.ElementCount]), 0).Reshape(index.Shape);
            if (weights is not null) losses *= weights;
            if (valid is not null) losses = valid.Where(losses, 0);
            if (reduction != LossReduction.Mean || (weights is null && valid is null)) return losses.Reduced(reduction);
            weights ??= losses.OnesLike();
            return losses.Sum() / (valid is null ? weights : valid.Where(weights, 0)).Sum();
        }
    }
}

namespace CudaNet.Nn;

/// <summary>Log softmax over very many classes, sorted by falling frequency: frequent ones are scored directly, rare ones by
/// log P(cluster) + log P(class | cluster), where each cluster has a narrower projection than the one before.</summary>
/// <remarks>Grave, Joulin, Cissé, Grangier, Jégou 2017. Names and shapes of the parameters are PyTorch's.</remarks>
public sealed class AdaptiveLogSoftmaxWithLoss : Module
{
    private readonly long[] _cutoffs;

    /// <summary>With fresh weights.</summary>
    /// <param name="inFeatures">Size of the input's last axis.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="cutoffs">First class of each cluster, rising, within 1 … classes − 1.</param>
    /// <param name="divValue">Each cluster's projection is narrower by this factor: in/divᵏ⁺¹.</param>
    /// <param name="headBias">True for a bias in the head.</param>
    /// <param name="random">Where the weights come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <param name="type">Element type of the weights.</param>
    /// <exception cref="ArgumentException">Cutoffs do not rise or lie outside, or a projection would have no feature.</exception>
    public AdaptiveLogSoftmaxWithLoss(long inFeatures, long classes, IReadOnlyList<long> cutoffs, double divValue = 4, bool headBias = false, RandomStream? random = null, DType type = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(cutoffs);
        Sizes.Positive(inFeatures, "AdaptiveLogSoftmaxWithLoss", "inFeatures");
        for (var k = 0; k < cutoffs.Count; k++)
            if (cutoffs[k] <= (k == 0 ? 0 : cutoffs[k - 1]) || cutoffs[k] >= classes)
                throw new ArgumentException($"AdaptiveLogSoftmaxWithLoss: cutoffs [{string.Join(", ", cutoffs)}] for {classes} classes. Give rising numbers from 1 to {classes - 1}.", nameof(cutoffs));
        if (cutoffs.Count == 0) throw new ArgumentException("AdaptiveLogSoftmaxWithLoss: there are no cutoffs. Without clusters take Linear and CrossEntropy.", nameof(cutoffs));
        _cutoffs = [.. cutoffs, classes];
        Head = new(inFeatures, _cutoffs[0] + cutoffs.Count, headBias, random, type);
        for (var k = 0; k < cutoffs.Count; k++)
        {
            var width = (long)Math.Floor(inFeatures / Math.Pow(divValue, k + 1));
            if (width < 1) throw new ArgumentException($"AdaptiveLogSoftmaxWithLoss: {inFeatures} features over {divValue} to the power {k + 1} leave none for cluster {k}. Take fewer clusters or a lower divValue.", nameof(divValue));
            Tail.Add(new(new Linear(inFeatures, width, bias: false, random, type), new Linear(width, _cutoffs[k + 1] - _cutoffs[k], bias: false, random, type)));
        }
    }

    /// <summary>Scores of the frequent classes, then of the clusters.</summary>
    public Linear Head { get; }

    /// <summary>For each cluster a projection and the scores of its classes.</summary>
    public List<Sequential> Tail { get; } = [];

    /// <summary>Log probabilities of all classes, [batch, classes]: as <see cref="LogProb"/>.</summary>
    public override Tensor Forward(Tensor x) => LogProb(x);

    /// <summary>Log probability of each target, [batch], and the mean of their negatives, the loss. Each row's head and only
    /// its own cluster counts; gradients reach no other.</summary>
    /// <param name="x">[batch, in].</param>
    /// <param name="target">Integers [batch].</param>
    /// <exception cref="ShapeException">Shapes do not fit.</exception>
    public (Tensor Output, Tensor Loss) Forward(Tensor x, Tensor target)
    {
        Check(x);
        if (target.Rank != 1 || target.Shape[0] != x.Shape[0])
            throw new ShapeException($"AdaptiveLogSoftmaxWithLoss: the input is {x.Shape} and the target {target.Shape}. Give [batch, in] and [batch].");
        if (!target.DType.IsInteger())
            throw new DTypeException($"AdaptiveLogSoftmaxWithLoss: targets are {target.DType.ShortName()}; class numbers have an integer type. Use .To(DType.Int64).");
        var classes = target.To(DType.Int64);
        // The head's column: the class itself, or its cluster. A number that is no class names no column, and is refused there.
        var column = classes;
        for (var k = 0; k < Tail.Count; k++)
            column = ((classes >= _cutoffs[k]) & (classes < _cutoffs[k + 1])).Where(_cutoffs[0] + k, column);
        column = (classes >= _cutoffs[^1]).Where(_cutoffs[0] + Tail.Count, column);
        var output = Picked(Head.Forward(x).LogSoftmax(1), column);
        for (var k = 0; k < Tail.Count; k++)
        {
            var isHere = (classes >= _cutoffs[k]) & (classes < _cutoffs[k + 1]);
            // Rows of other clusters look up class 0 and are dropped again: the graph has the same shapes for every batch.
            var inCluster = Picked(Tail[k].Forward(x).LogSoftmax(1), isHere.Where(classes - _cutoffs[k], 0));
            output += isHere.Where(inCluster, 0);
        }
        return (output, -output.Mean());
    }

    /// <summary>Log probabilities of all classes, [batch, classes].</summary>
    /// <exception cref="ShapeException">The input is not [batch, in].</exception>
    public Tensor LogProb(Tensor x)
    {
        Check(x);
        var head = Head.Forward(x).LogSoftmax(1);
        var parts = new List<Tensor> { head.Narrow(1, 0, _cutoffs[0]) };
        for (var k = 0; k < Tail.Count; k++) parts.Add(Tail[k].Forward(x).LogSoftmax(1) + head.Narrow(1, _cutoffs[0] + k, 1));
        return Tensor.Concat([.. parts], 1);
    }

    /// <summary>The likeliest class of each row, [batch].</summary>
    public Tensor Predict(Tensor x) => LogProb(x).ArgMax(1);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveLogSoftmaxWithLoss({Head.InFeatures}, {_cutoffs[^1]}, [{string.Join(", ", _cutoffs[..^1])}])";

    private static Tensor Picked(Tensor rows, Tensor column) => rows.Gather(column.Unsqueeze(1), 1).Squeeze(1);

    private void Check(Tensor x)
    {
        if (x.Rank != 2 || x.Shape[1] != Head.InFeatures)
            throw new ShapeException($"{this}: the input is {x.Shape}. Give [batch, {Head.InFeatures}].");
    }
}

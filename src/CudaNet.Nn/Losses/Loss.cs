namespace CudaNet.Nn;

/// <summary>Losses: what a model said against what it should have said.</summary>
public static partial class Loss
{
    /// <summary>Mean squared error: (x − y)².</summary>
    /// <param name="input">What the model said.</param>
    /// <param name="target">What it should have said; of the same shape.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor Mse(Tensor input, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        weight is null ? input.MseLoss(target, reduction) : Reduce((input - target).Square(), reduction, weight);

    /// <summary>Mean absolute error: |x − y|.</summary>
    /// <inheritdoc cref="Mse"/>
    public static Tensor L1(Tensor input, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        weight is null ? input.L1Loss(target, reduction) : Reduce((input - target).Abs(), reduction, weight);

    /// <summary>½d²/β for d = |x − y| below β, else d − ½β: quadratic near zero and linear far away.</summary>
    /// <param name="input">What the model said.</param>
    /// <param name="target">What it should have said; of the same shape.</param>
    /// <param name="beta">Where the two forms meet.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor SmoothL1(Tensor input, Tensor target, double beta = 1, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        weight is null ? input.SmoothL1Loss(target, reduction, beta) : Reduce(input.SmoothL1Loss(target, LossReduction.None, beta), reduction, weight);

    /// <summary>Binary cross entropy of logits: max(x, 0) − x·y + ln(1 + e^−|x|), which is −y·ln σ(x) − (1 − y)·ln(1 − σ(x)).</summary>
    /// <param name="logits">What the model said, before the sigmoid.</param>
    /// <param name="target">Probabilities from 0 to 1; of the same shape.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    /// <param name="positiveWeight">Weight of the positive part, broadcast; null for 1.</param>
    public static Tensor BinaryCrossEntropyWithLogits(Tensor logits, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null, Tensor? positiveWeight = null) =>
        logits.BinaryCrossEntropyWithLogits(target, reduction, weight, positiveWeight);

    /// <summary>Cross entropy of logits against classes: −ln softmax(x)[class].</summary>
    /// <param name="logits">[batch, classes, …], before the softmax.</param>
    /// <param name="target">Integers [batch, …], or probabilities of the logits' shape.</param>
    /// <param name="reduction">How the samples become one number; the mean is over the weights of the samples that count.</param>
    /// <param name="weight">Weight of each class, [classes]; null for 1.</param>
    /// <param name="ignoreIndex">Target of samples that do not count; null for none.</param>
    /// <param name="labelSmoothing">Share of the target that is spread over all classes.</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null, long? ignoreIndex = null, double labelSmoothing = 0) =>
        logits.CrossEntropy(target, reduction, weight, ignoreIndex, labelSmoothing);

    /// <summary>Negative log likelihood: −x[class] of log probabilities, as <see cref="LogSoftmax"/> gives them.</summary>
    /// <param name="logProbabilities">[batch, classes, …].</param>
    /// <param name="target">Integers [batch, …].</param>
    /// <param name="reduction">How the samples become one number: the mean is over the weights of the samples that count, the
    /// batch mean over their number.</param>
    /// <param name="weight">Weight of each class, [classes]; null for 1.</param>
    /// <param name="ignoreIndex">Target of samples that do not count; null for none.</param>
    public static Tensor Nll(Tensor logProbabilities, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null, long? ignoreIndex = null) =>
        logProbabilities.NllLoss(target, reduction, weight, ignoreIndex);

    /// <summary>Binary cross entropy of probabilities, with logarithms of at least −100. <see cref="BinaryCrossEntropyWithLogits"/>
    /// is exact where probabilities are rounded to 0 or 1.</summary>
    /// <param name="probability">What the model said, 0 … 1; another number gives NaN.</param>
    /// <param name="target">Probabilities from 0 to 1; of the same shape.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor BinaryCrossEntropy(Tensor probability, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        probability.BinaryCrossEntropy(target, reduction, weight);

    /// <summary>Kullback–Leibler divergence Σ t·(ln t − x). Take <see cref="LossReduction.BatchMean"/>: the mean over all elements,
    /// PyTorch's default, is smaller by the number of classes.</summary>
    /// <param name="logProbabilities">What the model said, as logarithms.</param>
    /// <param name="target">Probabilities, or their logarithms; of the same shape.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="logTarget">True if the targets are logarithms.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor KlDiv(Tensor logProbabilities, Tensor target, LossReduction reduction = LossReduction.Mean, bool logTarget = false, Tensor? weight = null) =>
        Reduce(logProbabilities.KlDivLoss(target, LossReduction.None, logTarget), reduction, weight);

    /// <summary>½d² for d = |x − y| below δ, else δ·(d − ½δ).</summary>
    /// <param name="input">What the model said.</param>
    /// <param name="target">What it should have said; of the same shape.</param>
    /// <param name="delta">Where the two forms meet.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor Huber(Tensor input, Tensor target, double delta = 1, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        Reduce(input.HuberLoss(target, LossReduction.None, delta), reduction, weight);

    /// <summary>What an element-wise loss becomes: the weights multiply it, the mean is over the elements (not over the weights,
    /// as PyTorch has it).</summary>
    private static Tensor Reduce(Tensor loss, LossReduction reduction, Tensor? weight)
    {
        if (weight is not null) loss *= weight;
        return reduction switch
        {
            LossReduction.Mean => loss.Mean(),
            LossReduction.Sum => loss.Sum(),
            LossReduction.BatchMean when loss.Rank > 0 => loss.Sum() / loss.Shape[0],
            LossReduction.BatchMean => throw new ShapeException("A loss without an axis has no batch to take the mean over. Use Mean or Sum."),
            _ => loss,
        };
    }
}

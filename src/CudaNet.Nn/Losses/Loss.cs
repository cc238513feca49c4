namespace CudaNet.Nn;

/// <summary>Losses: what a model said against what it should have said.</summary>
public static class Loss
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

    private static Tensor Reduce(Tensor loss, LossReduction reduction, Tensor weight)
    {
        loss *= weight;
        return reduction switch
        {
            LossReduction.Mean => loss.Mean(),
            LossReduction.Sum => loss.Sum(),
            _ => loss,
        };
    }
}

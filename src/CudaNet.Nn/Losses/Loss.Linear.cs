namespace CudaNet.Nn;

public static partial class Loss
{
    /// <summary>Mean cross entropy behind a last linear layer over a large vocabulary, without the matrix of all logits: rows are taken in
    /// parts, whose logits are computed again for the gradient.</summary>
    /// <param name="rows">[rows, size], what the last layer sees.</param>
    /// <param name="weight">[classes, size].</param>
    /// <param name="target">Integers [rows].</param>
    /// <param name="part">Rows of a part.</param>
    /// <param name="ignoreIndex">Target of rows that do not count; null for none.</param>
    public static Tensor LinearCrossEntropy(Tensor rows, Parameter weight, Tensor target, long part = 512, long? ignoreIndex = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(target);
        if (rows.Rank != 2 || target.Rank != 1 || target.Shape[0] != rows.Shape[0] || weight.Shape.Rank != 2 || weight.Shape[1] != rows.Shape[1])
            throw new ShapeException($"LinearCrossEntropy: rows {rows.Shape}, weight {weight.Shape} and targets {target.Shape} must be [rows, size], [classes, size] and [rows].");
        ArgumentOutOfRangeException.ThrowIfLessThan(part, 1);
        Tensor? sum = null;
        for (long first = 0; first < rows.Shape[0]; first += part)
        {
            var count = Math.Min(part, rows.Shape[0] - first);
            var wanted = target.Narrow(0, first, count);
            var loss = Checkpoint.Of(x => Linear.Apply(x, weight).CrossEntropy(wanted, LossReduction.Sum, ignoreIndex: ignoreIndex), rows.Narrow(0, first, count));
            sum = sum is null ? loss : sum + loss;
        }
        if (sum is null) throw new ShapeException("LinearCrossEntropy: there is no row to take the mean over.");
        return ignoreIndex is { } ignored ? sum / target.Ne(ignored).Sum().To(sum.DType) : sum / rows.Shape[0];
    }
}

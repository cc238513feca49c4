namespace CudaNet.Models.Systems;

/// <summary>Gradients held against central differences, in double precision.</summary>
internal static class Differences
{
    private const double Step = 1e-6;

    /// <summary>The greatest difference between the gradient of a function and its central differences, relative to their size
    /// where that is above 1.</summary>
    /// <param name="function">From tensors to a tensor; other results than scalars are weighed by fixed numbers and added up.</param>
    /// <param name="points">Where: the values of each input; whole numbers stay as they are.</param>
    public static double OfGradient(Func<Tensor[], Tensor> function, params ReadOnlySpan<Tensor> points)
    {
        Tensor Weighed(Tensor[] at)
        {
            var y = function(at);
            // Weights that are all different: an error in one element cannot hide behind another.
            return (y * (Tensor.Arange(0, y.ElementCount, 1.0, DType.Float64).Reshape(y.Shape) * 0.37 + 1).Cos()).Sum();
        }
        Tensor[] inputs = [.. points];
        for (var k = 0; k < inputs.Length; k++)
            if (inputs[k].DType.IsFloating()) inputs[k] = Tensor.From(inputs[k].ToDoubles(), inputs[k].Shape);
        int[] varied = [.. Enumerable.Range(0, inputs.Length).Where(k => inputs[k].DType.IsFloating())];
        var exact = Grad.Of(Weighed(inputs), [.. varied.Select(k => inputs[k])]);
        double worst = 0;
        foreach (var (k, slope) in varied.Zip(exact))
        {
            var gradient = slope.ToDoubles();
            var values = inputs[k].ToDoubles();
            for (var i = 0; i < values.Length; i++)
            {
                double At(double shift)
                {
                    var moved = (double[])values.Clone();
                    moved[i] += shift;
                    var at = (Tensor[])inputs.Clone();
                    at[k] = Tensor.From(moved, inputs[k].Shape);
                    return Weighed(at).Item();
                }
                var difference = (At(Step) - At(-Step)) / (2 * Step);
                worst = Math.Max(worst, Math.Abs(gradient[i] - difference) / Math.Max(1, Math.Abs(difference)));
            }
        }
        return worst;
    }

    /// <summary>The greatest absolute difference of two tensors; infinite when their shapes differ, NaN when one is.</summary>
    public static double Largest(Tensor a, Tensor b) =>
        a.Shape == b.Shape ? (a.To(DType.Float64) - b.To(DType.Float64)).Abs().Max().Item() : double.PositiveInfinity;

    /// <summary>The greatest absolute difference of a tensor from numbers.</summary>
    public static double Largest(Tensor a, params double[] values) => Largest(a, Tensor.From(values, a.Shape));
}

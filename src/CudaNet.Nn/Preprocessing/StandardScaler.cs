namespace CudaNet.Nn.Preprocessing;

/// <summary>To mean 0 and standard deviation 1 (that of the population, divided by n), feature by feature.</summary>
public sealed class StandardScaler : FeatureScaler
{
    private protected override (Tensor Offset, Tensor Scale) Measure(Tensor x) => (x.Mean(0), x.Var(0, correction: 0).Sqrt());
}

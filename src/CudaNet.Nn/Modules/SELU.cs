namespace CudaNet.Nn;

/// <summary>λ·x above 0 and λ·α·(eˣ − 1) below: with LeCun's initial weights, mean 0 and variance 1 stay from layer to layer.</summary>
/// <remarks>Klambauer, Unterthiner, Mayr, Hochreiter 2017. Start its layers from <see cref="Initializers.Init.LecunNormal"/>.</remarks>
public sealed class SELU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Selu();
}

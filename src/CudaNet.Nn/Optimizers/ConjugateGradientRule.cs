namespace CudaNet.Nn.Optimizers;

/// <summary>How much of the last direction a conjugate gradient keeps.</summary>
public enum ConjugateGradientRule
{
    /// <summary>β = ‖g₁‖²/‖g₀‖² (1964).</summary>
    FletcherReeves,

    /// <summary>β = max(0, g₁·(g₁ − g₀)/‖g₀‖²) (1969): begins anew by itself where a step was small.</summary>
    PolakRibiere,
}

namespace CudaNet.Nn.Training;

/// <summary>Normal noise on weights for as long as it lives: the loss and its gradient are taken at w + σ·ζ, and disposing puts the very
/// same w back, to which the optimiser's step is added.</summary>
/// <remarks>Works inside and outside of compiled functions. Murray, Edwards 1994; Graves 2011.</remarks>
/// <example><code>
/// using (new WeightNoise(model.Parameters(), 0.01, random))
///     Loss.CrossEntropy(model.Forward(x), y).Backward();
/// optimizer.Step();
/// </code></example>
public sealed class WeightNoise : IDisposable
{
    private readonly (Parameter Parameter, Tensor Value)[] _clean;
    private bool _restored;

    /// <summary>Adds the noise.</summary>
    /// <param name="parameters">Whose values get it.</param>
    /// <param name="deviation">σ, 0 or more.</param>
    /// <param name="random">Where ζ comes from; <see cref="RandomStream.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative.</exception>
    public WeightNoise(IEnumerable<Parameter> parameters, double deviation, RandomStream? random = null)
    {
        Sizes.Deviation(deviation, nameof(WeightNoise));
        _clean = [.. parameters.Select(parameter => (parameter, parameter.Value))];
        foreach (var (parameter, value) in _clean)
            parameter.Assign(value + (random ?? RandomStream.Default).Normal(value.Shape, 0, deviation, value.DType));
    }

    /// <summary>Puts the values back.</summary>
    public void Dispose()
    {
        if (_restored) return;
        _restored = true;
        foreach (var (parameter, value) in _clean) parameter.Assign(value);
    }
}

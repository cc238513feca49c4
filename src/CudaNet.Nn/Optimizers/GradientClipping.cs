namespace CudaNet.Nn.Optimizers;

/// <summary>Bounds gradients between backward and step; works in a compiled step too.</summary>
public static class GradientClipping
{
    /// <summary>Scales all gradients so that their common Euclidean norm is at most a bound; smaller ones stay as they are.</summary>
    /// <returns>The norm before; a scalar tensor.</returns>
    /// <exception cref="GraphException">No parameter has a gradient.</exception>
    public static Tensor ClipByNorm(IEnumerable<Parameter> parameters, double maxNorm)
    {
        var owners = parameters.Where(p => p.Grad is not null).Distinct().ToList();
        if (owners.Count == 0) throw new GraphException("GradientClipping.ClipByNorm: no parameter has a gradient. Call loss.Backward() first.");
        Tensor? squares = null;
        foreach (var owner in owners)
        {
            var square = (owner.Grad! * owner.Grad!).Sum();
            squares = squares is null ? square : squares + square;
        }
        var norm = squares!.Sqrt();
        // The 1e-6 is PyTorch's; it keeps a norm of zero from dividing.
        var scale = (maxNorm / (norm + 1e-6)).Minimum(1);
        foreach (var owner in owners) owner.Grad = owner.Grad! * scale;
        return norm;
    }

    /// <summary>Clamps every element of all gradients to ±bound.</summary>
    public static void ClipByValue(IEnumerable<Parameter> parameters, double bound)
    {
        foreach (var owner in parameters.Distinct())
            if (owner.Grad is { } gradient) owner.Grad = gradient.Clamp(-bound, bound);
    }
}

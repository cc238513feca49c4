namespace CudaNet.Nn;

/// <summary>Models by their shapes alone.</summary>
public static class Model
{
    [ThreadStatic] private static bool _isOfShapes;

    /// <summary>True while <see cref="FromShapes"/> builds: first weights are zeros, which take no memory until they are read.</summary>
    internal static bool IsOfShapes => _isOfShapes;

    /// <summary>Builds a model without drawing its weights: they are zeros that have a shape and no memory. Its names, shapes and
    /// parameter count can be asked for at any size, and <see cref="Module.LoadStateDict"/> fills it.</summary>
    /// <example><c>Model.FromShapes(() => new Gpt2(Gpt2Config.Xl)).ParameterCount</c></example>
    public static T FromShapes<T>(Func<T> build) where T : Module
    {
        ArgumentNullException.ThrowIfNull(build);
        var outer = _isOfShapes;
        _isOfShapes = true;
        try
        {
            return build();
        }
        finally
        {
            _isOfShapes = outer;
        }
    }
}

namespace CudaNet.Nn;

/// <summary>A module that does one thing and can be watched: the summary of a model and the capture of activations see
/// what goes into it and what comes out.</summary>
public abstract class Layer : Module
{
    [ThreadStatic] private static Action<Layer, Tensor, Tensor>? _observer;

    /// <inheritdoc/>
    public sealed override Tensor Forward(Tensor x)
    {
        var y = Compute(x);
        _observer?.Invoke(this, x, y);
        return y;
    }

    /// <summary>The result for an input.</summary>
    protected abstract Tensor Compute(Tensor x);

    /// <summary>Runs code while every layer that it calls on this thread is reported with its input and result.</summary>
    public static T Observe<T>(Action<Layer, Tensor, Tensor> observer, Func<T> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var outer = _observer;
        _observer = outer is null ? observer : outer + observer;
        try
        {
            return run();
        }
        finally
        {
            _observer = outer;
        }
    }
}

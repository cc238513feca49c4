using CudaNet.Graphs;

namespace CudaNet;

/// <summary>A slot that is trained.</summary>
public sealed class Parameter(Tensor value, string name = "") : State(value, name)
{
    private Tensor? _grad;

    /// <summary>Gradient left by <see cref="Tensor.Backward"/>; null where there is none. Gradients left inside of a
    /// compiled function exist only there.</summary>
    public Tensor? Grad
    {
        get => _grad;
        set
        {
            Trace.Current?.Remember(this, _grad);
            _grad = value;
        }
    }

    /// <summary>False freezes it: backward leaves no gradient and optimisers skip it.</summary>
    public bool RequiresGrad { get; set; } = true;

    /// <summary>The unread loss behind <see cref="Grad"/>: a step computes it too, since it is needed on the way.</summary>
    internal Tensor? PendingLoss { get; set; }

    internal void RestoreGrad(Tensor? grad) => _grad = grad;
}

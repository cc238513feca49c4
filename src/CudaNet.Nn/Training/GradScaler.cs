using CudaNet.Nn.Optimizers;

namespace CudaNet.Nn.Training;

/// <summary>Keeps small gradients alive in Float16: the loss is multiplied by a scale before the backward pass, gradients are
/// divided by it before the step, and a step whose gradients overflowed changes nothing and halves the scale.</summary>
/// <remarks>Micikevicius and others 2018; defaults are PyTorch's. Everything is part of the graph, so that it works in a
/// compiled step.</remarks>
public sealed class GradScaler
{
    private readonly State _scale, _good;

    /// <summary>A scaler.</summary>
    /// <param name="initialScale">First factor.</param>
    /// <param name="growthFactor">What the scale grows by after <paramref name="growthInterval"/> good steps in a row.</param>
    /// <param name="backoffFactor">What it shrinks by after an overflow.</param>
    /// <param name="growthInterval">Good steps before it grows.</param>
    /// <param name="device">Where the gradients are; the default device if null.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public GradScaler(double initialScale = 65536, double growthFactor = 2, double backoffFactor = 0.5, int growthInterval = 2000, Device? device = null)
    {
        if (!(initialScale > 0)) throw new ArgumentException($"GradScaler: the scale is {initialScale}. Give a number above 0.", nameof(initialScale));
        if (!(growthFactor > 1)) throw new ArgumentException($"GradScaler: the growth factor is {growthFactor}. Give a number above 1.", nameof(growthFactor));
        if (!(backoffFactor is > 0 and < 1)) throw new ArgumentException($"GradScaler: the backoff factor is {backoffFactor}. Give a number between 0 and 1.", nameof(backoffFactor));
        if (growthInterval < 1) throw new ArgumentException($"GradScaler: the growth interval is {growthInterval}. Give 1 or more steps.", nameof(growthInterval));
        (GrowthFactor, BackoffFactor, GrowthInterval) = (growthFactor, backoffFactor, growthInterval);
        _scale = new(Tensor.Full([], initialScale, DType.Float32, device), "scale");
        _good = new(Tensor.Full([], 0.0, DType.Float32, device), "good_steps");
    }

    /// <summary>What the scale grows by.</summary>
    public double GrowthFactor { get; }

    /// <summary>What it shrinks by.</summary>
    public double BackoffFactor { get; }

    /// <summary>Good steps before it grows.</summary>
    public int GrowthInterval { get; }

    /// <summary>The factor now.</summary>
    public double Scale => _scale.Value.Item();

    /// <summary>The loss times the scale: what <c>Backward</c> is called on.</summary>
    public Tensor ScaleLoss(Tensor loss) => loss * _scale.Value.To(loss.DType);

    /// <summary>Divides all gradients by the scale; do it before clipping. <see cref="Step"/> does not do it again.</summary>
    /// <returns>Whether all of them are finite; a Bool scalar for <see cref="Step"/>.</returns>
    /// <exception cref="GraphException">No parameter has a gradient.</exception>
    public Tensor Unscale(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        Tensor? finite = null;
        foreach (var group in optimizer.Groups)
            foreach (var parameter in group.Parameters)
                if (parameter.Grad is { } gradient)
                {
                    var unscaled = gradient / _scale.Value.To(gradient.DType);
                    parameter.Grad = unscaled;
                    var good = unscaled.IsFinite().All();
                    finite = finite is null ? good : finite & good;
                }
        return finite ?? throw new GraphException("GradScaler.Unscale: no parameter has a gradient. Call scaler.ScaleLoss(loss).Backward() first.");
    }

    /// <summary>The optimiser's step if all gradients are finite, else none; the scale follows.</summary>
    /// <param name="optimizer">Whose gradients were unscaled.</param>
    /// <param name="finite">The result of <see cref="Unscale"/>.</param>
    public void Step(Optimizer optimizer, Tensor finite)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        var good = _good.Value + 1;
        var grows = good >= GrowthInterval;
        optimizer.StepIf(finite,
        [
            (_scale, finite.Where(grows.Where(_scale.Value * GrowthFactor, _scale.Value), _scale.Value * BackoffFactor)),
            (_good, finite.Where(grows.Where(good.ZerosLike(), good), good.ZerosLike())),
        ]);
    }

    /// <summary>Scale and count of good steps by name.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => Slots.ToDictionary(slot => slot.Name, slot => slot.Slot.Value);

    /// <summary>Takes the values of <see cref="StateDict"/>.</summary>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        StateDicts.Load(nameof(GradScaler), Slots, values, strict: true);
    }

    internal (string Name, State Slot)[] Slots => [(_scale.Name, _scale), (_good.Name, _good)];
}

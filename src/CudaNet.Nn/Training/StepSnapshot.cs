using CudaNet.Nn.Optimizers;

namespace CudaNet.Nn.Training;

/// <summary>The values of everything that a training step changes: weights, buffers, the optimiser's slots, scale and random streams.</summary>
/// <remarks>It holds tensors, which are never written over, so taking it copies nothing.</remarks>
internal sealed class StepSnapshot
{
    private readonly Action _restore;

    private StepSnapshot(Action restore) => _restore = restore;

    public static StepSnapshot Take(Module model, Optimizer optimizer, GradScaler? scaler)
    {
        (State Slot, Tensor Value)[] slots = [.. ModuleTree.DistinctSlots(model).Select(entry => entry.Slot).Concat(model.NamedRandomStreams().Select(entry => (State)entry.Stream)).Select(slot => (slot, slot.Value))];
        var (moments, scale) = (optimizer.StateDict(), scaler?.StateDict());
        return new(() =>
        {
            foreach (var (slot, value) in slots) slot.Assign(value);
            optimizer.LoadStateDict(moments);
            if (scale is not null) scaler!.LoadStateDict(scale);
        });
    }

    public void Restore() => _restore();
}

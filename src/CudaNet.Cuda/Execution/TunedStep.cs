using CudaNet.Cuda.Driver;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>A step that can be done in several ways: its first run measures them, unless the winner is known, and from then on
/// it is the winner. Every way writes the whole result from inputs that it leaves alone, so that measuring does no harm.</summary>
internal sealed class TunedStep : CudaStep
{
    private readonly string _key;
    private readonly IReadOnlyList<(string Name, CudaStep Step)> _ways;
    private CudaStep? _winner;

    /// <param name="backend">Where it runs.</param>
    /// <param name="problem">What tells one problem from another.</param>
    /// <param name="ways">The ways; the first one is taken where nothing can be measured.</param>
    public TunedStep(CudaBackend backend, string problem, params IReadOnlyList<(string Name, CudaStep Step)> ways) : base(backend, ways[0].Step.Step)
    {
        (_ways, _key) = (ways, backend.Tuner.KeyOf($"{problem}: {string.Join(' ', ways.Select(way => way.Name))}"));
        if (backend.Tuner.Known(_key) is { } known) _winner = Find(known);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => _winner?.ScratchBytes ?? _ways.Max(way => way.Step.ScratchBytes);

    /// <inheritdoc/>
    public override bool IsRecordable => _ways.All(way => way.Step.IsRecordable);

    /// <inheritdoc/>
    public override bool ReportsErrors => _ways.Any(way => way.Step.ReportsErrors);

    /// <inheritdoc/>
    public override void Enqueue(in StepAddresses addresses, CudaStreamHandle stream)
    {
        // What is being recorded does not run, so that it cannot be measured; a plan runs before it is recorded.
        if (_winner is null && stream == Backend.Stream) Measure(addresses, stream);
        else (_winner ?? _ways[0].Step).Enqueue(addresses, stream);
    }

    private void Measure(in StepAddresses addresses, CudaStreamHandle stream)
    {
        var (operands, scratch, error) = (addresses.Operands.ToArray(), addresses.Scratch, addresses.Error);
        var name = Backend.Tuner.Measure(_key, [.. _ways.Select(way => (way.Name, (Action)(() => way.Step.Enqueue(new(operands, scratch, error), stream))))], stream);
        _winner = Find(name);
        // The last way measured may have left another rounding than the winner's.
        _winner.Enqueue(addresses, stream);
    }

    private CudaStep Find(string name) => _ways.FirstOrDefault(way => way.Name == name).Step ?? _ways[0].Step;
}

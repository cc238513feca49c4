using System.Diagnostics;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Execution;

/// <summary>The executable form of a graph: kernel calls in order, over numbered slots of memory. Made once for a
/// structure, run as often as one likes on other values.</summary>
public sealed partial class Plan
{
    private readonly Lock _gate = new();
    private readonly IBackend _backend;
    private readonly CompiledStep[] _steps;
    private readonly SlotInfo[] _slots;
    private readonly int[] _rootSlots;
    private readonly bool[] _isShared;
    private readonly int _inputCount;
    private readonly nint[] _pointers;
    private readonly nint[] _operands;
    private readonly IPlanRunner? _runner;

    private Plan(IBackend backend, List<SlotInfo> slots, List<Step> steps, int inputCount, int[] rootSlots, MemoryPlan memory)
    {
        (_backend, _slots, _inputCount, _rootSlots) = (backend, [.. slots], inputCount, rootSlots);
        (ArenaBytes, UnplannedBytes) = (memory.ArenaBytes, memory.UnplannedBytes);
        Steps = steps;
        _steps = [.. Steps.Select(step => new CompiledStep(step, backend.Compile(step)))];
        _isShared = Array.ConvertAll(rootSlots, slot => rootSlots.Count(other => other == slot) > 1);
        _pointers = new nint[_slots.Length];
        var kernels = new List<PlannedKernel>();
        var first = 0;
        foreach (var step in _steps)
        {
            kernels.Add(new(step.Step, step.Kernel, first, step.Slots.Length));
            first += step.Slots.Length;
        }
        _operands = new nint[first];
        _runner = backend.Prepare(kernels);
    }

    /// <summary>The kernel calls, in order.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <summary>Bytes of the block that all intermediates share: the peak.</summary>
    public long ArenaBytes { get; }

    /// <summary>Bytes that the intermediates would take if each had memory of its own.</summary>
    public long UnplannedBytes { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => _backend.Device;

    /// <summary>True if another root is the same value, so that both share one buffer.</summary>
    internal bool IsShared(int root) => _isShared[root];

    /// <summary>Runs the plan.</summary>
    /// <param name="inputs">Buffers of the leaves, in the order of <see cref="Graph.Collect"/>.</param>
    /// <param name="mayDonate">Whether an input's buffer may be written over.</param>
    /// <returns>Buffers of the roots, in order.</returns>
    internal DeviceBuffer[] Run(ReadOnlySpan<DeviceBuffer> inputs, Func<int, bool>? mayDonate = null)
    {
        lock (_gate)
        {
            var buffers = new DeviceBuffer?[_slots.Length];
            DeviceBuffer? arena = ArenaBytes > 0 ? _backend.Memory.Allocate(ArenaBytes) : null;
            var done = false;
            try
            {
                for (var k = 0; k < _slots.Length; k++)
                {
                    ref readonly var slot = ref _slots[k];
                    if (slot.Kind == SlotKind.Arena)
                    {
                        _pointers[k] = arena!.Pointer + (nint)slot.Offset;
                        continue;
                    }
                    buffers[k] = slot.Kind == SlotKind.Input ? inputs[k]
                        : slot.Donor >= 0 && mayDonate is not null && mayDonate(slot.Donor) ? inputs[slot.Donor]
                        : _backend.Memory.Allocate(slot.Bytes);
                    _pointers[k] = buffers[k]!.Pointer;
                }
                Execute();
                done = true;
            }
            finally
            {
                arena?.Dispose();
                if (!done)
                    for (var k = _inputCount; k < buffers.Length; k++)
                        if (buffers[k] is { } buffer && !inputs.Contains(buffer)) buffer.Dispose();
            }
            GC.KeepAlive(buffers);
            return Array.ConvertAll(_rootSlots, slot => buffers[slot]!);
        }
    }

    private void Execute()
    {
        var next = 0;
        foreach (var step in _steps)
            for (var k = 0; k < step.Slots.Length; k++) _operands[next++] = _pointers[step.Slots[k]] + (nint)step.Offsets[k];
        var profiler = Profiler.Current;
        if (profiler is null && _runner is not null)
        {
            _runner.Run(_operands);
            return;
        }
        next = 0;
        foreach (var step in _steps)
        {
            var start = profiler is null ? 0 : Stopwatch.GetTimestamp();
            step.Kernel.Run(_operands.AsSpan(next, step.Slots.Length));
            next += step.Slots.Length;
            if (profiler is null) continue;
            _backend.Synchronize();
            profiler.Add(step.Step, Device, start, Stopwatch.GetTimestamp());
        }
    }

    private sealed class CompiledStep(Step step, IStepKernel kernel)
    {
        public Step Step => step;
        public IStepKernel Kernel => kernel;
        public int[] Slots { get; } = [.. step.Inputs.Concat(step.Outputs).Select(o => o.Slot)];
        public long[] Offsets { get; } = [.. step.Inputs.Concat(step.Outputs).Select(o => o.Layout.Offset * o.DType.Size())];
    }

    private enum SlotKind
    {
        Input,
        Output,
        Arena,
    }

    /// <param name="Kind">What it is.</param>
    /// <param name="Type">What it holds.</param>
    /// <param name="Bytes">Its size.</param>
    /// <param name="Offset">Where in the arena.</param>
    /// <param name="Donor">For an output: the input that it may be written over, −1 for none.</param>
    private readonly record struct SlotInfo(SlotKind Kind, TensorType Type, long Bytes, long Offset = 0, int Donor = -1);
}

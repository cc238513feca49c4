using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Gathers what a step does on the device: launches, fills and copies, in order.</summary>
/// <param name="backend">Where it runs.</param>
/// <param name="step">What is wanted.</param>
internal sealed class StepBuilder(CudaBackend backend, Step step)
{
    private readonly List<Action<LaunchStep.Work>> _work = [];
    private readonly List<CudaStep> _parts = [];
    private long _scratchBytes;
    private bool _reportsErrors;

    /// <summary>Where it runs.</summary>
    public CudaBackend Backend => backend;

    /// <summary>What is wanted.</summary>
    public Step Step => step;

    /// <summary>The step's op.</summary>
    public TOp Op<TOp>() where TOp : Op => (TOp)step.Op;

    /// <summary>Layout and type of an input.</summary>
    public Operand InputOf(int index) => step.Inputs[index];

    /// <summary>Layout and type of an output.</summary>
    public Operand OutputOf(int index = 0) => step.Outputs[index];

    /// <summary>The address of an input's first element.</summary>
    public StepArgument Input(int index) => StepArgument.Operand(index);

    /// <summary>The address of an output, or of a place in it.</summary>
    public StepArgument Output(int index = 0, long byteOffset = 0) => StepArgument.Operand(step.Inputs.Count + index, byteOffset);

    /// <summary>Memory that is the step's own while it runs, aligned to 256 bytes, with whatever it held before.</summary>
    public StepArgument Scratch(long bytes)
    {
        var at = _scratchBytes;
        _scratchBytes += Aligned(bytes);
        return StepArgument.Scratch(at);
    }

    /// <summary>Bytes up to the next multiple of 256, where a next part of scratch memory may begin.</summary>
    public static long Aligned(long bytes) => (bytes + 255) / 256 * 256;

    /// <summary>The record and the token by which a kernel reports an index out of range; null and 0 where nobody checks.</summary>
    /// <param name="error">Makes the exception from the two numbers that the kernel reports.</param>
    public (StepArgument Record, StepArgument Token) IndexErrors(Func<long, long, Exception> error)
    {
        if (!backend.Options.CheckIndices) return (StepArgument.Null, 0UL);
        _reportsErrors = true;
        return (StepArgument.ErrorRecord, backend.Errors.Register(this, error));
    }

    /// <summary>Launches a kernel of the catalogue; an empty grid does nothing.</summary>
    public void Launch(KernelLaunch launch, params ReadOnlySpan<StepArgument> arguments)
    {
        if (launch.Grid.Count == 0) return;
        Launch(backend.Kernels.Get(launch.Spec, launch.Entry), new(launch.Grid, launch.Block) { SharedBytes = launch.SharedBytes }, arguments);
    }

    /// <summary>Launches a kernel whose last arguments are prepared.</summary>
    public void Launch(PreparedLaunch prepared, params ReadOnlySpan<StepArgument> addresses) =>
        Launch(prepared.Launch, [.. addresses, .. prepared.Arguments.Select(argument => (StepArgument)argument)]);

    /// <summary>Launches a kernel; an empty grid does nothing.</summary>
    public void Launch(LoadedKernel kernel, CudaLaunch launch, params ReadOnlySpan<StepArgument> arguments)
    {
        if (launch.Grid.Count == 0) return;
        var templates = arguments.ToArray();
        var resolved = new KernelArgument[templates.Length];
        _work.Add(run =>
        {
            for (var k = 0; k < templates.Length; k++) resolved[k] = templates[k].Resolve(run.Addresses);
            backend.Driver.Launch(kernel.Handle, launch, run.Stream, resolved);
        });
    }

    /// <summary>Fills memory with a number of 32 bits.</summary>
    public void Fill(StepArgument target, uint value, long count)
    {
        if (count > 0) _work.Add(run => backend.Driver.FillAsync(new(target.Address(run.Addresses)), value, count, run.Stream));
    }

    /// <summary>Fills memory with zeros.</summary>
    public void Clear(StepArgument target, long bytes)
    {
        if (bytes > 0) _work.Add(run => backend.Driver.FillAsync(new(target.Address(run.Addresses)), (byte)0, bytes, run.Stream));
    }

    /// <summary>Copies memory.</summary>
    public void Copy(StepArgument target, StepArgument source, long bytes)
    {
        if (bytes > 0) _work.Add(run => backend.Driver.CopyAsync(new(target.Address(run.Addresses)), new(source.Address(run.Addresses)), bytes, run.Stream));
    }

    /// <summary>A step of its own that this one needs, as often as it likes: see <see cref="Run"/>.</summary>
    /// <param name="op">What it computes.</param>
    /// <param name="inputs">Layouts and types of its inputs.</param>
    /// <param name="output">Layout and type of its result.</param>
    public CudaStep Part(Op op, IReadOnlyList<Operand> inputs, Operand output) => (CudaStep)backend.Compile(new(op, inputs, [output]) { Name = $"{step.Name}: {op.Name}" });

    /// <summary>Runs another step over memory of this one. Its scratch memory lies behind this one's.</summary>
    public void Run(CudaStep part, params ReadOnlySpan<StepArgument> operands)
    {
        _parts.Add(part);
        var templates = operands.ToArray();
        var resolved = new nint[templates.Length];
        _work.Add(run =>
        {
            for (var k = 0; k < templates.Length; k++) resolved[k] = templates[k].Address(run.Addresses);
            part.Enqueue(new(resolved, run.Addresses.Scratch + (nint)_scratchBytes, run.Addresses.Error), run.Stream);
        });
    }

    /// <summary>The step.</summary>
    public CudaStep Build() => new LaunchStep(backend, step, this, [.. _work], [.. _parts.Distinct()], _scratchBytes, _reportsErrors);
}

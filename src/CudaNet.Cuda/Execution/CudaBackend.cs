using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Virtual;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Runs plans on a CUDA device: a card, or the virtual one. All work goes into one stream, in order; reading a
/// value waits for it.</summary>
public sealed class CudaBackend : IBackend, IDisposable
{
    private readonly CudaKernelTable _table = new();
    private readonly Lock _running = new();
    private readonly Staging _staging;
    private readonly ConcurrentDictionary<string, byte> _hostOps = new(StringComparer.Ordinal);
    private DeviceBuffer? _scratch;

    /// <summary>A backend over a device.</summary>
    /// <param name="device">Its name among the devices.</param>
    /// <param name="driver">The device; belongs to the backend from now on.</param>
    /// <param name="compiler">What compiles kernels for it; null for none: then embedded kernels run one by one, unfused.</param>
    /// <param name="options">How to work; null for what the environment says.</param>
    public CudaBackend(Device device, ICudaDriver driver, IKernelCompiler? compiler, CudaOptions? options = null)
    {
        (Device, Driver, Options) = (device, driver, options ?? CudaOptions.FromEnvironment());
        Stream = driver.CreateStream();
        RecordingStreams = [.. Enumerable.Range(0, 4).Select(_ => driver.CreateStream())];
        Memory = new(new CudaAllocator(driver, Stream));
        Errors = new(driver, Stream);
        _staging = new(driver);
        Tuner = new(driver, KernelDiskCache.FromEnvironment());
        Libraries = new(this);
        Kernels = new(driver, compiler, preferEmbedded: driver is VirtualCudaDriver);
        // One line a family; each registers the ops that it runs.
        AttentionSteps.Register(_table);
        ConvolutionSteps.Register(_table);
        ElementwiseSteps.Register(_table, Kernels.CanCompile);
        EpilogueSteps.Register(_table, Kernels.CanCompile);
        IndexingSteps.Register(_table);
        MatMulSteps.Register(_table);
        NormSteps.Register(_table, Kernels.CanCompile);
        PoolingSteps.Register(_table);
        RandomSteps.Register(_table);
        RecurrenceSteps.Register(_table);
        ReductionSteps.Register(_table, Kernels.CanCompile);
        ResamplingSteps.Register(_table);
        ScanSteps.Register(_table);
        SoftmaxSteps.Register(_table);
        SortingSteps.Register(_table);
        ViewSteps.Register(_table);
    }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public MemoryPool Memory { get; }

    /// <summary>The device.</summary>
    public ICudaDriver Driver { get; }

    /// <summary>How it works.</summary>
    public CudaOptions Options { get; }

    /// <summary>The stream of all work.</summary>
    public CudaStreamHandle Stream { get; }

    /// <summary>Where plans are recorded; apart, so that copies and allocations of other threads are not recorded with them.
    /// Several, so that steps which do not depend on each other run at once.</summary>
    internal IReadOnlyList<CudaStreamHandle> RecordingStreams { get; }

    internal KernelLibrary Kernels { get; }

    internal Autotuner Tuner { get; }

    internal CudaMathLibraries Libraries { get; }

    internal bool IsDisposed { get; private set; }

    internal ErrorRecords Errors { get; }

    /// <summary>Held while a plan puts its work into the stream: scratch memory and the error record are shared by all.</summary>
    internal Lock Running => _running;

    /// <summary>True after an error that lost the device's context for good; <see cref="Backends.Reset"/> makes a virtual device anew.</summary>
    public bool IsLost => Driver.State != CudaStatus.Success;

    /// <summary>The ops, with their element type, that were planned so far and have no kernel here: the host computes them.</summary>
    public IReadOnlyList<string> HostOps => [.. _hostOps.Keys.Order(StringComparer.Ordinal)];

    /// <summary>True if the device itself runs the op on such inputs; otherwise a composite is decomposed, and a
    /// primitive computed on the host.</summary>
    public bool RunsOnDevice(Op op, ReadOnlySpan<TensorType> inputs) => _table.Claims(op, inputs);

    /// <inheritdoc/>
    public bool Claims(Op op, ReadOnlySpan<TensorType> inputs) => _table.Claims(op, inputs);

    /// <inheritdoc/>
    public bool Accepts(Op op, int operand, Layout layout) => _table.Knows(op) ? _table.Accepts(op, operand, layout) : Backends.Get(Device.Cpu).Accepts(op, operand, layout);

    /// <inheritdoc/>
    public IStepKernel Compile(Step step)
    {
        if (!_table.Claims(step.Op, [.. step.Inputs.Select(input => input.Type)]) || !TakesEpilogue(step))
        {
            if (EpilogueSteps.TryStage(this, step) is { } staged) return staged;
            foreach (var op in OpsOf(step.Op)) _hostOps.TryAdd($"{op.Name} {(step.Inputs.Count > 0 ? step.Inputs[0] : step.Outputs[0]).DType.ShortName()}", 0);
            return new HostStep(this, step);
        }
        var builder = new StepBuilder(this, step);
        _table.Build(builder);
        return Libraries.Choose(step, builder.Build());
    }

    /// <inheritdoc/>
    public IPlanRunner Prepare(IReadOnlyList<PlannedKernel> kernels) => new PlanRunner(this, kernels);

    /// <inheritdoc/>
    public void CopyToDevice(ReadOnlySpan<byte> source, nint destination) => _staging.ToDevice(new(destination), source, Stream);

    /// <inheritdoc/>
    public void CopyToHost(nint source, Span<byte> destination) => _staging.ToHost(destination, new(source), Stream);

    /// <inheritdoc/>
    public void Synchronize() => Driver.Synchronize(Stream);

    /// <summary>Waits for the device and lets it go. Tensors that live on it can no longer be read.</summary>
    public void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        _scratch?.Dispose();
        Memory.Trim();
        Libraries.Dispose();
        _staging.Dispose();
        Errors.Dispose();
        foreach (var stream in RecordingStreams) Driver.DestroyStream(stream);
        Driver.DestroyStream(Stream);
        Driver.Dispose();
    }

    /// <summary>The planner asks for the layouts of an anchor's operands only; those of the epilogue lie anyhow.</summary>
    private bool TakesEpilogue(Step step)
    {
        if (step.Op is not FusedEpilogue fused) return true;
        for (var k = fused.AnchorInputs; k < step.Inputs.Count; k++)
            if (!_table.Accepts(fused, k, step.Inputs[k].Layout)) return false;
        return true;
    }

    private static IEnumerable<Op> OpsOf(Op op) => op switch
    {
        FusedElementwise fused => fused.Program.Instructions.Select(instruction => instruction.Op).Where(part => part is not Literal),
        FusedElementwiseList fused => OpsOf(new FusedElementwise(fused.Program, fused.Shapes[0])),
        FusedReduction fused => [fused.Reduction],
        FusedEpilogue fused => [fused.Anchor],
        _ => [op],
    };

    /// <summary>Runs one step by itself.</summary>
    internal void Run(CudaStep step, ReadOnlySpan<nint> operands)
    {
        lock (_running)
        {
            Enqueue(step, operands, Stream);
            if (step.ReportsErrors) Errors.Check(Stream);
        }
    }

    /// <summary>Puts a step into a stream; the caller holds <see cref="Running"/>.</summary>
    internal void Enqueue(CudaStep step, ReadOnlySpan<nint> operands, CudaStreamHandle stream)
    {
        var addresses = new StepAddresses(operands, Scratch(step.ScratchBytes), Errors.Address);
        if (!Options.Synchronous)
        {
            step.Enqueue(addresses, stream);
            return;
        }
        try
        {
            step.Enqueue(addresses, stream);
            Driver.Synchronize(stream);
        }
        catch (CudaException error)
        {
            throw new CudaException(error.Call, error.Status, $"In step {step.Step.Name} of {string.Join(", ", step.Step.Inputs.Select(input => input.Type))}.{Environment.NewLine}{error.Detail}", error);
        }
    }

    /// <summary>Scratch memory of at least so many bytes, the same for all steps: they run one after the other.</summary>
    internal nint Scratch(long bytes)
    {
        if (bytes == 0) return 0;
        if (_scratch is null || _scratch.Bytes < bytes)
        {
            _scratch?.Dispose();
            _scratch = Memory.Allocate(bytes);
        }
        return _scratch.Pointer;
    }

#pragma warning disable CA2255 // The one place where a module initialiser is meant: a reference to the package installs the devices.
    [ModuleInitializer]
    internal static void Install()
    {
        Backends.Register(Device.Cuda.Kind, static index => new CudaBackend(new(Device.Cuda.Kind, index), new LibCudaDriver(index), KernelCompilers.ForCard()));
        Backends.Register(Device.Virtual.Kind, static index => new CudaBackend(new(Device.Virtual.Kind, index), new VirtualCudaDriver(VirtualDevices.FromEnvironment()), KernelCompilers.ForVirtualDevice()));
    }
#pragma warning restore CA2255
}

using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>A convolution or one of its gradients by cuDNN, with the first deterministic algorithm that it recommends and whose
/// workspace has room.</summary>
internal sealed class CudnnConvolution : CudaStep
{
    private const long MostWorkspace = 64L << 20;

    private readonly LibCudaDriver _driver;
    private readonly CudnnTensorDescriptor _x, _y;
    private readonly CudnnFilterDescriptor _w;
    private readonly CudnnConvolutionDescriptor _convolution;
    private Action<StepPointers>? _run;

    private CudnnConvolution(CudaBackend backend, LibCudaDriver driver, Step step, ConvGeometry geometry, Shape x, Shape w, Shape y) : base(backend, step)
    {
        _driver = driver;
        var type = TypeOf(step.Inputs[0].DType)!.Value;
        _x = new(CudnnTensorFormat.Nchw, type, Sizes(x));
        _y = new(CudnnTensorFormat.Nchw, type, Sizes(y));
        _w = new(CudnnTensorFormat.Nchw, type, Sizes(w));
        var exact = step.Inputs[0].DType == DType.Float32 && !backend.Options.AllowTf32;
        _convolution = new(Spatial(geometry.Low, 0), Spatial(geometry.Stride, 1), Spatial(geometry.Dilation, 1), type == CudnnDataType.Double ? CudnnDataType.Double : CudnnDataType.Float,
            geometry.Groups, math: exact ? CudnnMathType.Fma : CudnnMathType.Default);
    }

    /// <summary>The step by cuDNN; null where there is none, or it does not take the step.</summary>
    public static CudnnConvolution? TryMake(CudaBackend backend, Step step)
    {
        if (backend.Driver is not LibCudaDriver driver || !backend.Libraries.HasCudnn || TypeOf(step.Inputs[0].DType) is null) return null;
        if (step.Inputs.Concat(step.Outputs).Any(operand => operand.Shape.ElementCount is 0 or > int.MaxValue || !operand.Layout.IsContiguous)) return null;
        var (first, second, output) = (step.Inputs[0].Shape, step.Inputs[1].Shape, step.Outputs[0].Shape);
        var (geometry, x, w, y) = step.Op switch
        {
            Conv op => (op.Geometry, first, second, output),
            ConvInputGrad op => (op.Geometry, output, second, first),
            ConvWeightGrad op => (op.Geometry, first, output, second),
            _ => default,
        };
        // Padding is the same on both sides there, and has one or two axes more than ours at most.
        if (geometry is null || geometry.Low != geometry.High || geometry.Spatial > 3) return null;
        using var scope = driver.Enter();
        return new(backend, driver, step, geometry, x, w, y);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => MostWorkspace;

    /// <inheritdoc/>
    public override void Enqueue(in StepAddresses addresses, CudaStreamHandle stream)
    {
        using var scope = _driver.Enter();
        var handle = Backend.Libraries.Cudnn;
        handle.SetStream(stream);
        _run ??= Choose(handle);
        _run(new(new(addresses.Operands[0]), new(addresses.Operands[1]), new(addresses.Operands[2]), new(addresses.Scratch)));
    }

    private Action<StepPointers> Choose(CudnnHandle handle)
    {
        switch (Step.Op)
        {
            case Conv:
                var forward = First(handle.GetForwardAlgorithms(_x, _w, _convolution, _y));
                return p => handle.ConvolutionForward(1, _x, p.First, _w, p.Second, _convolution, forward, p.Workspace, MostWorkspace, 0, _y, p.Output);
            case ConvInputGrad:
                var data = First(handle.GetBackwardDataAlgorithms(_w, _y, _convolution, _x));
                return p => handle.ConvolutionBackwardData(1, _w, p.Second, _y, p.First, _convolution, data, p.Workspace, MostWorkspace, 0, _x, p.Output);
            default:
                var filter = First(handle.GetBackwardFilterAlgorithms(_x, _y, _convolution, _w));
                return p => handle.ConvolutionBackwardFilter(1, _x, p.First, _y, p.Second, _convolution, filter, p.Workspace, MostWorkspace, 0, _w, p.Output);
        }
    }

    private T First<T>(IReadOnlyList<CudnnAlgorithm<T>> algorithms) where T : struct, Enum
    {
        foreach (var found in algorithms)
            if (found.Status == CudnnStatus.Success && found.IsDeterministic && found.WorkspaceBytes <= MostWorkspace) return found.Algorithm;
        throw new DeviceException($"{Step.Name}: cuDNN has no deterministic algorithm for it that works in {MostWorkspace >> 20} MiB. Set CUDANET_CONV=own.");
    }

    /// <summary>Sizes with at least two spatial axes.</summary>
    private static int[] Sizes(Shape shape)
    {
        var sizes = shape.ToArray().Select(size => (int)size).ToList();
        while (sizes.Count < 4) sizes.Insert(2, 1);
        return [.. sizes];
    }

    private static int[] Spatial(Shape shape, int absent)
    {
        var sizes = shape.ToArray().Select(size => (int)size).ToList();
        while (sizes.Count < 2) sizes.Insert(0, absent);
        return [.. sizes];
    }

    private static CudnnDataType? TypeOf(DType type) => type switch
    {
        DType.Float32 => CudnnDataType.Float,
        DType.Float64 => CudnnDataType.Double,
        DType.Float16 => CudnnDataType.Half,
        DType.BFloat16 => CudnnDataType.BFloat16,
        _ => null,
    };

    private readonly record struct StepPointers(CudaDevicePointer First, CudaDevicePointer Second, CudaDevicePointer Output, CudaDevicePointer Workspace);
}

using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>cuBLAS and cuDNN beside our kernels: where they are installed and the options want them.</summary>
/// <param name="backend">Where they run.</param>
internal sealed class CudaMathLibraries(CudaBackend backend) : IDisposable
{
    private readonly Lazy<CublasHandle> _cublas = new(() => new());
    private readonly Lazy<CudnnHandle> _cudnn = new(() => new());

    /// <summary>True if products may go to cuBLAS.</summary>
    public bool HasCublas { get; } = backend.Driver is LibCudaDriver && backend.Options.Products != LibraryChoice.Own && CudaLibraries.Cublas.TryLoad().Handle != 0;

    /// <summary>True if convolutions may go to cuDNN.</summary>
    public bool HasCudnn { get; } = backend.Driver is LibCudaDriver && backend.Options.Convolutions != LibraryChoice.Own && CudaLibraries.Cudnn.TryLoad().Handle != 0;

    /// <summary>The handle; the device's context has to be current.</summary>
    public CublasHandle Cublas => _cublas.Value;

    /// <summary>The handle; the device's context has to be current.</summary>
    public CudnnHandle Cudnn => _cudnn.Value;

    /// <summary>The step as the options want it: our own, the library's, or whichever is faster.</summary>
    public CudaStep Choose(Step step, CudaStep own)
    {
        var (library, name, choice) = step.Op switch
        {
            MatMul => ((CudaStep?)CublasProduct.TryMake(backend, step), "cublas", backend.Options.Products),
            Conv or ConvInputGrad or ConvWeightGrad => (CudnnConvolution.TryMake(backend, step), "cudnn", backend.Options.Convolutions),
            // A product with its epilogue in one kernel, against the library's product and the epilogue behind it.
            FusedEpilogue { Anchor: MatMul } when HasCublas => (EpilogueSteps.TryStage(backend, step), "two steps", backend.Options.Products),
            FusedEpilogue { Anchor: Conv or ConvInputGrad } when HasCudnn => (EpilogueSteps.TryStage(backend, step), "two steps", backend.Options.Convolutions),
            _ => (null, "", LibraryChoice.Own),
        };
        if (library is null) return own;
        return choice == LibraryChoice.Library ? library : new TunedStep(backend, $"{step.Op} of {string.Join(", ", step.Inputs.Select(input => $"{input.Type} {string.Join(' ', input.Layout.Strides.ToArray())}"))}", [("own", own), (name, library)]);
    }

    public void Dispose()
    {
        if (_cublas.IsValueCreated) _cublas.Value.Dispose();
        if (_cudnn.IsValueCreated) _cudnn.Value.Dispose();
    }
}

using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>What a product computes: D = epilogue(α·op(A)·op(B) + β·C).</summary>
public sealed unsafe class CublasLtMatmul : IDisposable
{
    private readonly Handle _handle;

    /// <summary>Describes one.</summary>
    /// <param name="compute">Its precision.</param>
    /// <param name="scale">The type of α and β.</param>
    public CublasLtMatmul(CublasComputeType compute = CublasComputeType.F32, CudaDataType scale = CudaDataType.R32F)
    {
        (ComputeType, ScaleType) = (compute, scale);
        _handle = new(compute, scale);
    }

    /// <summary>Its precision.</summary>
    public CublasComputeType ComputeType { get; }

    /// <summary>The type of α and β.</summary>
    public CudaDataType ScaleType { get; }

    /// <summary>op of A.</summary>
    public CublasOperation TransA
    {
        get => Get<CublasOperation>(CublasLtMatmulAttribute.TransA);
        set => Set(CublasLtMatmulAttribute.TransA, value);
    }

    /// <summary>op of B.</summary>
    public CublasOperation TransB
    {
        get => Get<CublasOperation>(CublasLtMatmulAttribute.TransB);
        set => Set(CublasLtMatmulAttribute.TransB, value);
    }

    /// <summary>What follows the product.</summary>
    public CublasLtEpilogue Epilogue
    {
        get => Get<CublasLtEpilogue>(CublasLtMatmulAttribute.Epilogue);
        set => Set(CublasLtMatmulAttribute.Epilogue, value);
    }

    /// <summary>The bias, or where its gradient goes.</summary>
    public CudaDevicePointer Bias
    {
        get => Get<CudaDevicePointer>(CublasLtMatmulAttribute.BiasPointer);
        set => Set(CublasLtMatmulAttribute.BiasPointer, value);
    }

    /// <summary>Where the mask or the input of the activation goes, and its leading dimension.</summary>
    public void SetAuxiliary(CudaDevicePointer pointer, long leadingDimension)
    {
        Set(CublasLtMatmulAttribute.EpilogueAuxPointer, pointer);
        Set(CublasLtMatmulAttribute.EpilogueAuxLd, leadingDimension);
    }

    /// <summary>Sets a property; the type of the value has to be the one that the property has.</summary>
    public void Set<T>(CublasLtMatmulAttribute attribute, T value)
        where T : unmanaged
    {
        using var descriptor = _handle.Use();
        CublasLtApi.cublasLtMatmulDescSetAttribute(descriptor, attribute, &value, (nuint)sizeof(T)).Check($"{attribute} = {value}.");
    }

    /// <summary>A property.</summary>
    public T Get<T>(CublasLtMatmulAttribute attribute)
        where T : unmanaged
    {
        using var descriptor = _handle.Use();
        T value;
        nuint written;
        CublasLtApi.cublasLtMatmulDescGetAttribute(descriptor, attribute, &value, (nuint)sizeof(T), &written).Check($"{attribute} was asked for.");
        return value;
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class Handle : NativeHandle
    {
        public Handle(CublasComputeType compute, CudaDataType scale)
        {
            nint descriptor;
            CublasLtApi.cublasLtMatmulDescCreate(&descriptor, compute, scale).Check();
            Own(descriptor);
        }

        protected override bool ReleaseHandle() => CublasLtApi.cublasLtMatmulDescDestroy(handle) == CublasStatus.Success;
    }
}

using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>Wishes for the search of algorithms.</summary>
public sealed unsafe class CublasLtPreference : IDisposable
{
    private readonly Handle _handle;

    /// <summary>Wishes for no more than so much workspace.</summary>
    public CublasLtPreference(long maxWorkspaceBytes = 32L << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxWorkspaceBytes);
        _handle = new();
        Set(CublasLtPreferenceAttribute.MaxWorkspaceBytes, (ulong)maxWorkspaceBytes);
    }

    /// <summary>Sets a wish; the type of the value has to be the one that the wish has.</summary>
    public void Set<T>(CublasLtPreferenceAttribute attribute, T value)
        where T : unmanaged
    {
        using var preference = _handle.Use();
        CublasLtApi.cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, (nuint)sizeof(T)).Check($"{attribute} = {value}.");
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class Handle : NativeHandle
    {
        public Handle()
        {
            nint preference;
            CublasLtApi.cublasLtMatmulPreferenceCreate(&preference).Check();
            Own(preference);
        }

        protected override bool ReleaseHandle() => CublasLtApi.cublasLtMatmulPreferenceDestroy(handle) == CublasStatus.Success;
    }
}

using System.Runtime.CompilerServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>A call of cuBLAS or cuBLASLt failed.</summary>
public sealed class CublasException : CudaNetException
{
    internal CublasException(string call, CublasStatus status, string? detail)
        : base($"{call}: {NameOf(status)} ({(int)status}).{AdviceFor(status)}{(detail is null ? "" : $" {detail}")}") => (Call, Status, Name) = (call, status, NameOf(status));

    /// <summary>The function that failed.</summary>
    public string Call { get; }

    /// <summary>What it returned.</summary>
    public CublasStatus Status { get; }

    /// <summary>The status in NVIDIA's spelling.</summary>
    public string Name { get; }

    private static string NameOf(CublasStatus status) => status switch
    {
        CublasStatus.NotInitialized => "CUBLAS_STATUS_NOT_INITIALIZED",
        CublasStatus.AllocFailed => "CUBLAS_STATUS_ALLOC_FAILED",
        CublasStatus.InvalidValue => "CUBLAS_STATUS_INVALID_VALUE",
        CublasStatus.ArchMismatch => "CUBLAS_STATUS_ARCH_MISMATCH",
        CublasStatus.MappingError => "CUBLAS_STATUS_MAPPING_ERROR",
        CublasStatus.ExecutionFailed => "CUBLAS_STATUS_EXECUTION_FAILED",
        CublasStatus.InternalError => "CUBLAS_STATUS_INTERNAL_ERROR",
        CublasStatus.NotSupported => "CUBLAS_STATUS_NOT_SUPPORTED",
        CublasStatus.LicenseError => "CUBLAS_STATUS_LICENSE_ERROR",
        _ => "CUBLAS_STATUS",
    };

    private static string AdviceFor(CublasStatus status) => status switch
    {
        CublasStatus.NotInitialized => " The library is here, but finds no driver or no device, or no context is current.",
        CublasStatus.AllocFailed => " Let go of device memory, or give the handle a smaller workspace.",
        CublasStatus.InvalidValue => " Look at the sizes and leading dimensions: matrices lie column after column.",
        CublasStatus.NotSupported => " This combination of types, layouts and alignment has no implementation.",
        CublasStatus.ExecutionFailed => " A kernel failed, maybe one that ran before.",
        _ => "",
    };
}

/// <summary>Turns statuses into exceptions.</summary>
internal static class CublasStatusExtensions
{
    public static void Check(this CublasStatus status, string? detail = null, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != CublasStatus.Success) throw new CublasException(NativeCall.NameOf(call), status, detail);
    }
}

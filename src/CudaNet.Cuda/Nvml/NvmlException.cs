using System.Runtime.CompilerServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvml;

/// <summary>A call of NVML failed.</summary>
public sealed unsafe class NvmlException : CudaNetException
{
    internal NvmlException(string call, NvmlStatus status)
        : base($"{call}: {TextOf(status).TrimEnd('.')} ({(int)status}).{AdviceFor(status)}") => (Call, Status, Text) = (call, status, TextOf(status));

    /// <summary>The function that failed.</summary>
    public string Call { get; }

    /// <summary>What it returned.</summary>
    public NvmlStatus Status { get; }

    /// <summary>What that means, in the library's words.</summary>
    public string Text { get; }

    private static string TextOf(NvmlStatus status) =>
        CudaLibraries.Nvml.TryLoad().Handle != 0 && NativeText.From(NvmlApi.nvmlErrorString(status)) is { } text ? text : status.ToString();

    private static string AdviceFor(NvmlStatus status) => status switch
    {
        NvmlStatus.DriverNotLoaded => " The library is here, but the kernel module of the driver is not loaded.",
        NvmlStatus.NotSupported => " This card does not measure it.",
        NvmlStatus.LibraryVersionMismatch => " Restart the machine after an update of the driver.",
        NvmlStatus.GpuIsLost => " Restart the machine.",
        _ => "",
    };
}

/// <summary>Turns statuses into exceptions.</summary>
internal static class NvmlStatusExtensions
{
    public static void Check(this NvmlStatus status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != NvmlStatus.Success) throw new NvmlException(NativeCall.NameOf(call), status);
    }
}

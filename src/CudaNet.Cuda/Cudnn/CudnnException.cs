using System.Runtime.CompilerServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A call of cuDNN failed.</summary>
public sealed unsafe class CudnnException : CudaNetException
{
    internal CudnnException(string call, CudnnStatus status, string? detail)
        : base($"{call}: {NameOf(status)} ({(int)status}).{AdviceFor(CategoryOf(status))}{(string.IsNullOrEmpty(detail) ? "" : $" {detail}")}") =>
        (Call, Status, Name, Category) = (call, status, NameOf(status), CategoryOf(status));

    /// <summary>The function that failed.</summary>
    public string Call { get; }

    /// <summary>What it returned; versions 8 and 9 have different numbers.</summary>
    public CudnnStatus Status { get; }

    /// <summary>The status in NVIDIA's spelling.</summary>
    public string Name { get; }

    /// <summary>The kind of failure, the same for versions 8 and 9.</summary>
    public CudnnErrorCategory Category { get; }

    /// <summary>The kind of failure that a status is.</summary>
    public static CudnnErrorCategory CategoryOf(CudnnStatus status) => (int)status switch
    {
        0 => CudnnErrorCategory.None,
        1 or 11 or 14 or (>= 1000 and < 2000) => CudnnErrorCategory.NotInitialized,
        3 or 5 or (>= 2000 and < 3000) => CudnnErrorCategory.BadParameter,
        6 or 9 or (>= 3000 and < 4000) => CudnnErrorCategory.NotSupported,
        7 or 8 or (>= 5000 and < 6000) => CudnnErrorCategory.ExecutionFailed,
        _ => CudnnErrorCategory.InternalError,
    };

    private static string NameOf(CudnnStatus status) =>
        CudaLibraries.Cudnn.TryLoad().Handle != 0 && NativeText.From(CudnnApi.cudnnGetErrorString(status)) is { } name ? name : status.ToString();

    private static string AdviceFor(CudnnErrorCategory category) => category switch
    {
        CudnnErrorCategory.NotInitialized => " The library is here, but finds no driver, no device or not all of its parts.",
        CudnnErrorCategory.NotSupported => " Take another algorithm, layout or type.",
        CudnnErrorCategory.ExecutionFailed => " A kernel failed, maybe one that ran before.",
        _ => "",
    };
}

/// <summary>Turns statuses into exceptions.</summary>
internal static unsafe class CudnnStatusExtensions
{
    private const int MessageBytes = 1024;

    public static void Check(this CudnnStatus status, string? detail = null, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == CudnnStatus.Success) return;
        throw new CudnnException(NativeCall.NameOf(call), status, string.Join(' ', new[] { detail, LastMessage() }.Where(text => !string.IsNullOrEmpty(text))));
    }

    /// <summary>Version 9 tells what it disliked.</summary>
    private static string LastMessage()
    {
        if (!CudaLibraries.Cudnn.Has(nameof(CudnnApi.cudnnGetLastErrorString))) return "";
        Span<byte> buffer = stackalloc byte[MessageBytes];
        buffer.Clear();
        fixed (byte* text = buffer) CudnnApi.cudnnGetLastErrorString(text, MessageBytes);
        return NativeText.From(buffer);
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A call of the CUDA driver failed.</summary>
public sealed class CudaException : CudaNetException
{
    /// <summary>Reports a failed call; a virtual device raises the same.</summary>
    /// <param name="call">The function, such as cuMemAlloc.</param>
    /// <param name="status">What it returned.</param>
    /// <param name="detail">What else is known: a compiler's log, the kernel, the sizes.</param>
    /// <param name="inner">The cause, such as a virtual device's own exception with its findings.</param>
    public CudaException(string call, CudaStatus status, string? detail = null, Exception? inner = null)
        : base(Describe(call, status, detail), inner)
    {
        Call = call;
        Status = status;
        Detail = detail;
        Name = CudaStatusText.NameOf(status);
        Text = CudaStatusText.TextOf(status);
    }

    /// <summary>The function that failed.</summary>
    public string Call { get; }

    /// <summary>What it returned.</summary>
    public CudaStatus Status { get; }

    /// <summary>The status in NVIDIA's spelling: CUDA_ERROR_INVALID_VALUE.</summary>
    public string Name { get; }

    /// <summary>What the status means, in the driver's words where it is loaded.</summary>
    public string Text { get; }

    /// <summary>What else is known, such as the log of the PTX compiler.</summary>
    public string? Detail { get; }

    /// <summary>True if the context is lost: every further call in it fails the same way, and its memory with it.</summary>
    public bool IsSticky => CudaStatusText.IsSticky(Status);

    private static string Describe(string call, CudaStatus status, string? detail)
    {
        var text = new StringBuilder($"{call}: {CudaStatusText.NameOf(status)} ({(int)status}), {CudaStatusText.TextOf(status).TrimEnd('.')}.");
        if (CudaStatusText.AdviceFor(status) is { } advice) text.Append(' ').Append(advice);
        if (!string.IsNullOrWhiteSpace(detail)) text.Append(Environment.NewLine).Append(detail.Trim());
        return text.ToString();
    }
}

/// <summary>Turns statuses into exceptions.</summary>
internal static class CudaStatusExtensions
{
    /// <summary>Raises what is not a success.</summary>
    /// <param name="status">What a call returned.</param>
    /// <param name="detail">What else is known.</param>
    /// <param name="call">The call's own text, by the compiler; its name is taken from it.</param>
    public static void Check(this CudaStatus status, string? detail = null, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != CudaStatus.Success) throw new CudaException(NativeCall.NameOf(call), status, detail);
    }
}

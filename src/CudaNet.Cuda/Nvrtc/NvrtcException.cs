using System.Runtime.CompilerServices;
using System.Text;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvrtc;

/// <summary>The run-time compiler failed. For a source that does not compile the message has the errors with their lines.</summary>
public sealed unsafe class NvrtcException : CudaNetException
{
    private const int ShownErrors = 5;

    internal NvrtcException(string call, NvrtcStatus status, string log, string? program)
        : base(Describe(call, status, log, program))
    {
        Call = call;
        Status = status;
        Log = log;
        Diagnostics = NvrtcDiagnostic.Parse(log);
    }

    /// <summary>The function that failed.</summary>
    public string Call { get; }

    /// <summary>What it returned.</summary>
    public NvrtcStatus Status { get; }

    /// <summary>All that the compiler said.</summary>
    public string Log { get; }

    /// <summary>The same by message.</summary>
    public IReadOnlyList<NvrtcDiagnostic> Diagnostics { get; }

    private static string Describe(string call, NvrtcStatus status, string log, string? program)
    {
        var text = new StringBuilder(program is null ? call : $"{call}, {program}").Append(": ").Append(NameOf(status));
        if (status == NvrtcStatus.BuiltinOperationFailure && NvrtcBuiltins.Name is { } builtins)
            text.Append($". {builtins} is not here; install the package of NVRTC's built-ins of the same version (Debian non-free: libnvrtc-builtins11.8)");
        text.Append('.');
        var errors = NvrtcDiagnostic.Parse(log).Where(message => message.Severity != NvrtcSeverity.Warning).ToList();
        foreach (var error in errors.Take(ShownErrors)) text.AppendLine().Append(error);
        if (errors.Count > ShownErrors) text.AppendLine().Append($"and {errors.Count - ShownErrors} more");
        if (errors.Count == 0 && log.Length > 0) text.AppendLine().Append(log);
        return text.ToString();
    }

    private static string NameOf(NvrtcStatus status) =>
        NativeText.From(NvrtcApi.nvrtcGetErrorString(status)) is { } name ? $"{name} ({(int)status})" : $"{status} ({(int)status})";
}

/// <summary>Turns statuses into exceptions.</summary>
internal static class NvrtcStatusExtensions
{
    public static void Check(this NvrtcStatus status, string log = "", string? program = null, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != NvrtcStatus.Success) throw new NvrtcException(NativeCall.NameOf(call), status, log, program);
    }
}

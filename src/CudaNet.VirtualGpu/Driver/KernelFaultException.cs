namespace CudaNet.VirtualGpu;

/// <summary>A kernel that ran and in which the checkers found something. Device memory stays usable.</summary>
public sealed class KernelFaultException : VirtualGpuException
{
    internal KernelFaultException(LaunchResult result)
        : base(Describe(result)) => Result = result;

    /// <summary>The result of the launch, findings and counters.</summary>
    public LaunchResult Result { get; }

    private static string Describe(LaunchResult result)
    {
        const int Shown = 5;
        var lines = result.Findings.Take(Shown).Select((finding, index) => $"{index + 1}. {finding}");
        string more = result.Findings.Count > Shown ? $"\n… and {result.Findings.Count - Shown} more." : "";
        return $"Kernel '{result.Kernel}': {result.Findings.Count} findings.\n{string.Join('\n', lines)}{more}";
    }
}

namespace CudaNet.Cuda.Driver;

/// <summary>A launch was refused before it reached the device: arguments, sizes or shared memory do not fit the kernel.</summary>
public sealed class CudaLaunchException : CudaNetException
{
    /// <summary>Lists why.</summary>
    public CudaLaunchException(string kernel, IReadOnlyList<string> reasons)
        : base($"Kernel '{kernel}': " + (reasons.Count == 1 ? reasons[0] : string.Join("; ", reasons.Select((reason, i) => $"{i + 1}. {reason}"))) + ".")
    {
        Kernel = kernel;
        Reasons = reasons;
    }

    /// <summary>The kernel.</summary>
    public string Kernel { get; }

    /// <summary>Each thing that does not fit.</summary>
    public IReadOnlyList<string> Reasons { get; }
}

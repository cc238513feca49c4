namespace CudaNet.Cuda;

/// <summary>A library of CUDA is not on this machine, or lacks an entry point. Says what was looked for and what to install.</summary>
public sealed class CudaLibraryException : CudaNetException
{
    internal CudaLibraryException(string library, IReadOnlyList<string> lookedFor, string advice, string? reason)
        : base($"{library} is not here: looked for {(lookedFor.Count == 0 ? "nothing" : string.Join(", ", lookedFor))}" +
            $"{(reason is null ? "" : $" ({reason.TrimEnd('.')})")}. {advice}")
    {
        Library = library;
        LookedFor = lookedFor;
    }

    internal CudaLibraryException(string library, string file, string entryPoint, string availability)
        : base($"{library}: {file} has no {entryPoint}, which is {availability}. Install a version that has it.")
    {
        Library = library;
        LookedFor = [file];
        EntryPoint = entryPoint;
    }

    /// <summary>The library, as people name it: "CUDA driver", "NVRTC".</summary>
    public string Library { get; }

    /// <summary>File names that were tried.</summary>
    public IReadOnlyList<string> LookedFor { get; }

    /// <summary>The function that the found version lacks; null where the library itself is missing.</summary>
    public string? EntryPoint { get; }
}

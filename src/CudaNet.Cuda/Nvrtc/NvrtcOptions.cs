namespace CudaNet.Cuda.Nvrtc;

/// <summary>How NVRTC compiles. What is not here can be given word by word in <see cref="Additional"/>.</summary>
public sealed record NvrtcOptions
{
    /// <summary>compute_80 for PTX, which any card from 8.0 on takes and where inline PTX is not looked into; sm_80 for a CUBIN
    /// of that card, which runs the assembler and so checks all.</summary>
    public string Architecture { get; init; } = "compute_80";

    /// <summary>The C++ dialect. Always given, since the compiler's own default differs by version and was older than C++11.</summary>
    public string Standard { get; init; } = "c++17";

    /// <summary>Fast, less exact arithmetic.</summary>
    public bool FastMath { get; init; }

    /// <summary>False keeps products and sums apart, as the host rounds them; null leaves it to the compiler, which joins them.</summary>
    public bool? FusedMultiplyAdd { get; init; }

    /// <summary>Source lines in the code, for profilers and error reports.</summary>
    public bool LineInfo { get; init; }

    /// <summary>Registers that a thread may have; null for no limit.</summary>
    public int? MaxRegisters { get; init; }

    /// <summary>Functions without an attribute are for the device.</summary>
    public bool DefaultDevice { get; init; }

    /// <summary>Macros: an empty value defines the name only.</summary>
    public IReadOnlyDictionary<string, string> Defines { get; init; } = new Dictionary<string, string>();

    /// <summary>Folders of headers.</summary>
    public IReadOnlyList<string> IncludePaths { get; init; } = [];

    /// <summary>Other options, as for the command-line compiler.</summary>
    public IReadOnlyList<string> Additional { get; init; } = [];

    /// <summary>The options word by word, always in the same order, so that they can be part of a cache's key.</summary>
    public string[] ToArguments()
    {
        List<string> arguments = [$"--gpu-architecture={Architecture}", $"--std={Standard}"];
        if (FastMath) arguments.Add("--use_fast_math");
        if (FusedMultiplyAdd is { } fused) arguments.Add(fused ? "--fmad=true" : "--fmad=false");
        if (LineInfo) arguments.Add("-lineinfo");
        if (MaxRegisters is { } registers) arguments.Add($"--maxrregcount={registers}");
        if (DefaultDevice) arguments.Add("-default-device");
        foreach (var (name, value) in Defines.OrderBy(define => define.Key, StringComparer.Ordinal))
            arguments.Add(value.Length == 0 ? $"-D{name}" : $"-D{name}={value}");
        foreach (var path in IncludePaths) arguments.Add($"-I{path}");
        arguments.AddRange(Additional);
        return [.. arguments];
    }
}

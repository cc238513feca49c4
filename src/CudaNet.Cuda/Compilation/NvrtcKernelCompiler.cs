using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CudaNet.Cuda.Kernels;
using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Cuda.Compilation;

/// <summary>Compiles by NVRTC: code of a card where the version knows it, else PTX that the driver compiles further. For cards only.</summary>
public sealed partial class NvrtcKernelCompiler : IKernelCompiler
{
    private readonly IReadOnlyDictionary<string, string> _headers;
    private readonly IReadOnlyList<int> _architectures;

    /// <summary>Takes the NVRTC that is found.</summary>
    /// <param name="headers">Headers by name; null for those of <c>kernels/</c>.</param>
    /// <exception cref="CudaLibraryException">It is not installed.</exception>
    public NvrtcKernelCompiler(IReadOnlyDictionary<string, string>? headers = null)
    {
        _headers = headers ?? KernelSources.Headers;
        _architectures = NvrtcCompiler.SupportedArchitectures;
        Version = $"NVRTC {NvrtcCompiler.Version}";
    }

    /// <inheritdoc/>
    public string Version { get; }

    /// <inheritdoc/>
    /// <exception cref="KernelCompilationException">It does not compile.</exception>
    /// <exception cref="NvrtcException">NVRTC itself does not work: its message says what to install.</exception>
    public byte[] Compile(string name, string source, IReadOnlyList<string> defines, string architecture)
    {
        ArgumentNullException.ThrowIfNull(defines);
        var target = TargetOf(architecture);
        using var program = new NvrtcProgram(source, name, _headers);
        try
        {
            program.Compile(new NvrtcOptions { Architecture = target, Additional = [.. defines.Select(define => $"-D{define}")] });
            return target.StartsWith("sm_", StringComparison.Ordinal) ? program.GetCubin() : Encoding.UTF8.GetBytes(program.GetPtx());
        }
        catch (NvrtcException error) when (error.Status == NvrtcStatus.Compilation)
        {
            var first = error.Diagnostics.FirstOrDefault(message => message.Severity != NvrtcSeverity.Warning);
            throw new KernelCompilationException(Version, string.Join(' ', defines.Prepend(target)), first?.File ?? name, first?.Line ?? 0, first?.Message ?? "it does not compile", error.Log, error);
        }
    }

    /// <summary>The card itself, or the PTX of the newest one before it.</summary>
    private string TargetOf(string architecture)
    {
        var asked = Architectures().Match(architecture);
        if (!asked.Success) throw new ArgumentException($"'{architecture}' is no architecture such as sm_80.", nameof(architecture));
        if (asked.Groups["letter"].Length > 0) return architecture;
        var number = int.Parse(asked.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        if (_architectures.Contains(number)) return architecture;
        var before = _architectures.Where(known => known < number).DefaultIfEmpty(0).Max();
        return before > 0 ? $"compute_{before}"
            : throw new KernelCompilationException(Version, architecture, architecture, 0, $"the oldest architecture of this version is sm_{_architectures.Min()}: install an older NVRTC", "");
    }

    [GeneratedRegex(@"^sm_(?<number>\d{2,3})(?<letter>[af]?)$")]
    private static partial Regex Architectures();
}

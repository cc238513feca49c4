using System.Globalization;
using System.Text.RegularExpressions;

namespace CudaNet.Cuda.Nvrtc;

/// <summary>A message of the compiler.</summary>
/// <param name="File">The name that the program or the header was given; "ptxas" for the assembler behind it.</param>
/// <param name="Line">From 1; of the generated PTX where <paramref name="File"/> is "ptxas"; 0 where the compiler names none.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">Its number, such as "177-D"; null for none.</param>
/// <param name="Message">What it says.</param>
public sealed partial record NvrtcDiagnostic(string File, int Line, NvrtcSeverity Severity, string? Code, string Message)
{
    /// <summary>The messages of a log, in its order.</summary>
    public static IReadOnlyList<NvrtcDiagnostic> Parse(string log)
    {
        var found = new List<NvrtcDiagnostic>();
        foreach (var text in log.Split('\n'))
        {
            var line = text.TrimEnd('\r');
            if (FromCompiler().Match(line) is { Success: true } source)
                found.Add(new(source.Groups["file"].Value, Number(source.Groups["line"].Value), Severe(source.Groups["kind"].Value),
                    source.Groups["code"] is { Success: true, Value: var code } ? code : null, source.Groups["text"].Value));
            else if (FromAssembler().Match(line) is { Success: true } assembled)
                found.Add(new("ptxas", Number(assembled.Groups["line"].Value), Severe(assembled.Groups["kind"].Value), null, assembled.Groups["text"].Value));
            else if (FromDriver().Match(line) is { Success: true } general)
                found.Add(new(general.Groups["tool"].Value, 0, Severe(general.Groups["kind"].Value), null, general.Groups["text"].Value));
        }
        return found;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{File}({Line}): {(Severity == NvrtcSeverity.Warning ? "warning" : "error")}{(Code is null ? "" : $" #{Code}")}: {Message}";

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static NvrtcSeverity Severe(string kind) => kind switch
    {
        "warning" => NvrtcSeverity.Warning,
        "catastrophic error" or "fatal" => NvrtcSeverity.CatastrophicError,
        _ => NvrtcSeverity.Error,
    };

    [GeneratedRegex(@"^(?<file>.+)\((?<line>\d+)\): (?<kind>catastrophic error|error|warning)( #(?<code>\d+-D))?: (?<text>.*)$")]
    private static partial Regex FromCompiler();

    [GeneratedRegex(@"^ptxas .*, line (?<line>\d+); (?<kind>error|fatal|warning)\s*: (?<text>.*)$")]
    private static partial Regex FromAssembler();

    [GeneratedRegex(@"^(?<tool>nvrtc|ptxas)(\s*:)? (?<kind>error|fatal|warning)\s*: (?<text>.*)$")]
    private static partial Regex FromDriver();
}

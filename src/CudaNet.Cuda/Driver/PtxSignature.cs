using System.Globalization;
using System.Text.RegularExpressions;

namespace CudaNet.Cuda.Driver;

/// <summary>The parameters of the kernels in a PTX text, to check arguments before a launch: the driver does not, and a
/// wrong one is a crash on the device.</summary>
public static partial class PtxSignature
{
    /// <summary>The kernels of a text with their parameters.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<KernelParameter>> Parse(string ptx)
    {
        var kernels = new Dictionary<string, IReadOnlyList<KernelParameter>>(StringComparer.Ordinal);
        foreach (Match entry in Entries().Matches(Comments().Replace(ptx, " ")))
            kernels[entry.Groups["name"].Value] = [.. Parameters().Matches(entry.Groups["list"].Value).Select(Read)];
        return kernels;
    }

    /// <summary>Refuses arguments that do not fit.</summary>
    /// <exception cref="CudaLaunchException">Count, size or kind differ; all differences are listed.</exception>
    public static void Check(string kernel, IReadOnlyList<KernelParameter> parameters, ReadOnlySpan<KernelArgument> arguments)
    {
        if (parameters.Count != arguments.Length)
            throw new CudaLaunchException(kernel, [$"it has {parameters.Count} parameters ({string.Join(", ", parameters.Select(p => p.Type))}), {arguments.Length} arguments were given"]);
        List<string>? reasons = null;
        for (var i = 0; i < arguments.Length; i++)
            if (!parameters[i].Takes(arguments[i]))
                (reasons ??= []).Add($"parameter {i} is {parameters[i].Type} of {parameters[i].Size} bytes, the argument is {arguments[i]}");
        if (reasons is not null) throw new CudaLaunchException(kernel, reasons);
    }

    private static KernelParameter Read(Match match)
    {
        var type = match.Groups["type"].Value;
        var size = int.Parse(type.AsSpan(1), CultureInfo.InvariantCulture) / 8;
        if (match.Groups["count"] is { Success: true, Value: var text })
        {
            var count = int.Parse(text, CultureInfo.InvariantCulture);
            return new(match.Groups["name"].Value, KernelArgumentKind.Structure, size * count, $"{type}[{count}]");
        }
        return new(match.Groups["name"].Value, KindOf(type), size, type);
    }

    private static KernelArgumentKind KindOf(string type) => type[0] switch
    {
        'f' => KernelArgumentKind.Float,
        'u' or 's' => KernelArgumentKind.Integer,
        _ => KernelArgumentKind.Any,
    };

    [GeneratedRegex(@"\.entry\s+(?<name>[A-Za-z_$%][\w$]*)\s*(\((?<list>[^)]*)\))?")]
    private static partial Regex Entries();

    [GeneratedRegex(@"\.param\s+(\.align\s+\d+\s+)?\.(?<type>[busf]\d+)\s+(\.ptr(\s+\.\w+)*(\s+\.align\s+\d+)?\s+)?(?<name>[\w$%]+)\s*(\[\s*(?<count>\d+)\s*\])?")]
    private static partial Regex Parameters();

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();
}

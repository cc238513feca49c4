// Damages the kernels and looks whether a test sees it: a suite that lets damage pass proves nothing.
//
//   dotnet build -c Release
//   dotnet run tools/kernels/mutate.cs [--count N] [--only FILE] [--list]
//
// Each damage is one small change of a kernel file: a barrier removed, a bound shifted by one, a wrong lane mask, a missing
// tail, a wrong neutral element, a sum that is a difference, rows that overlap. The family is compiled with it by clang and its
// tests run on the virtual GPU from that PTX (CUDANET_KERNELS). A change that alters no PTX, or does not compile, is none.
// Candidates are found by patterns and drawn evenly over files and kinds, the same ones every time.
// Ends with "N of M damages were caught"; the exit code is zero from 95 % on. Takes a few seconds a damage.
#:project ../../src/CudaNet.Cuda/CudaNet.Cuda.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Kernels;

var root = Directory.GetCurrentDirectory();
if (!File.Exists(Path.Combine(root, "CudaNet.sln"))) return Fail("Run it from the root of the repository.");
if (!ClangKernelCompiler.IsAvailable) return Fail("clang-14 is not installed: apt-get install clang-14.");
var count = int.Parse(Option("--count") ?? "60", CultureInfo.InvariantCulture);
var only = Option("--only");

(string Kind, string Pattern, string Replacement)[] kinds =
[
    ("barrier removed", @"__syncthreads\(\);", ""),
    ("wait of the copy pipeline removed", @"cp_async_wait<0>\(\);", ""),
    ("bound off by one", @"(?<=\b[a-z]\w* )<(?= [a-z][\w.]*[);&])", "<="),
    ("tail not guarded", @"if \(\w+ >= [\w.]+\) return;", ""),
    ("wrong lane mask", @"FULL_MASK", "0x0000FFFFu"),
    ("half of the warp left out", @"d = 16; d > 0", "d = 8; d > 0"),
    ("wrong neutral element", @"-INFINITY_F", "0.0f"),
    ("sign", @"(?<=[\w)\]] )\+(?= [a-z(])", "-"),
    ("factor", @"(?<=[\w)\]]) \* (?=[a-z(])", " + "),
    ("lane", @"& 31\b", "& 15"),
    ("warp", @">> 5\b", ">> 4"),
    ("condition turned", @"(?<=\w )==(?= \w)", "!="),
    ("one condition too few", @"(?<=[\w)\]] )&&(?= )", "||"),
    ("wrong block", @"blockIdx\.y", "blockIdx.x"),
    ("wrong start", @"(?<=\b(int|float) \w+ = )0(\.0f)?(?=[,;])", "1"),
];

var damages = new List<Damage>();
foreach (var family in KernelCatalogue.All.Where(family => only is null || family.Source == only))
{
    var path = Path.Combine(root, "kernels", family.Source + ".cu");
    // What a generator makes has no file.
    if (!File.Exists(path)) continue;
    var text = File.ReadAllText(path);
    foreach (var (kind, pattern, replacement) in kinds)
    {
        // The middle one of the occurrences in code: neither the first line of the file nor its last.
        var places = Regex.Matches(text, pattern).Where(match => IsCode(text, match.Index)).ToList();
        if (places.Count > 0) damages.Add(new(family, kind, text, places[places.Count / 2], replacement));
        if (places.Count > 4) damages.Add(new(family, kind, text, places[places.Count / 5], replacement));
    }
}
// Every k-th, so that each file and each kind has its share.
var chosen = damages.Where((_, i) => (long)i * count / damages.Count != (long)(i - 1) * count / damages.Count || damages.Count <= count).ToList();
if (args.Contains("--list"))
{
    foreach (var damage in chosen) Console.WriteLine(damage);
    return 0;
}

int caught = 0, tried = 0;
foreach (var damage in chosen)
{
    var watch = Stopwatch.StartNew();
    var verdict = Try(damage);
    if (verdict is not null)
    {
        tried++;
        if (verdict.Value) caught++;
    }
    Console.WriteLine($"{(verdict is null ? "none    " : verdict.Value ? "caught  " : "SURVIVED")} {damage} ({watch.Elapsed.TotalSeconds:F0} s)");
}
Console.WriteLine($"{caught} of {tried} damages were caught");
return tried > 0 && caught >= 0.95 * tried ? 0 : 1;

// True if a test failed, null if the damage changes nothing or does not compile.
bool? Try(Damage damage)
{
    var folder = Directory.CreateTempSubdirectory("cudanet-mutate-").FullName;
    try
    {
        var compiler = new ClangKernelCompiler { LineInfo = false };
        var texts = new List<(KernelSpec, string)>();
        var changed = false;
        try
        {
            foreach (var (spec, ptx) in damage.Family.Ahead.AsParallel().Select(spec => (spec, Encoding.UTF8.GetString(compiler.Compile(damage.Family.Source + ".cu", damage.Text, spec.DefineList, "sm_80")))))
            {
                texts.Add((spec, ptx));
                changed |= ptx != KernelSources.Ptx(spec);
            }
        }
        catch (Exception error) when (error is KernelCompilationException or AggregateException)
        {
            return null;
        }
        if (!changed) return null;
        using (var archive = File.Create(Path.Combine(folder, damage.Family.Source + ".zip"))) KernelSources.WriteArchive(archive, texts);
        return !TestsPass(damage.Family, folder);
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

bool TestsPass(KernelFamily family, string folder)
{
    // The test class bears the family's name or its last words: attention_backward and AttentionBackwardTests, conv_winograd and WinogradTests.
    var name = string.Concat(family.Source.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
    var classes = Directory.GetFiles(Path.Combine(root, "tests", "CudaKernels.Tests"), "*Tests.cs").Select(Path.GetFileNameWithoutExtension)
        .Where(file => name.StartsWith(file![..^"Tests".Length].TrimEnd('s'), StringComparison.OrdinalIgnoreCase) || name.EndsWith(file![..^"Tests".Length], StringComparison.OrdinalIgnoreCase) || file!.StartsWith(name.TrimEnd('s'), StringComparison.OrdinalIgnoreCase)).ToList();
    var filter = string.Join('|', classes.Select(file => $"FullyQualifiedName~.{file}.").Append($"Name~A_sample_runs_without&Name~{family.Source}."));
    var start = new ProcessStartInfo("dotnet", ["test", "-c", "Release", "--no-build", "tests/CudaKernels.Tests", "--filter", filter])
    {
        WorkingDirectory = root,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    start.Environment["CUDANET_KERNELS"] = folder;
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEndAsync();
    _ = process.StandardError.ReadToEndAsync();
    // A kernel that hangs is one that was caught.
    if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
    {
        process.Kill(entireProcessTree: true);
        return false;
    }
    if (output.Result.Contains("No test matches", StringComparison.Ordinal)) throw new InvalidOperationException($"No test of {family.Source} was found by {filter}.");
    return process.ExitCode == 0;
}

string? Option(string name) => Array.IndexOf(args, name) is var at && at >= 0 && at + 1 < args.Length ? args[at + 1] : null;

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}

// Not in a comment, nor in a line of the preprocessor.
static bool IsCode(string text, int index)
{
    var start = text.LastIndexOf('\n', Math.Max(0, index - 1)) + 1;
    var before = text[start..index];
    return !before.Contains("//", StringComparison.Ordinal) && !before.TrimStart().StartsWith('#');
}

internal sealed record Damage(KernelFamily Family, string Kind, string Original, Match Place, string Replacement)
{
    public string Text => string.Concat(Original.AsSpan(0, Place.Index), Replacement, Original.AsSpan(Place.Index + Place.Length));

    public override string ToString()
    {
        var line = Original.AsSpan(0, Place.Index).Count('\n') + 1;
        return $"{Family.Source}.cu:{line} {Kind}: {Original.Split('\n')[line - 1].Trim()}";
    }
}

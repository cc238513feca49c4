using System.Collections.Concurrent;
using System.IO.Compression;

namespace CudaNet.Cuda.Kernels;

/// <summary>The kernels' CUDA C, and the PTX that clang made of it, as they are embedded in this assembly.</summary>
public static class KernelSources
{
    private const string Folder = "kernels/";

    private static readonly ConcurrentDictionary<string, string> Texts = new();
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> Archives = new();

    /// <summary>A file of <c>kernels/</c>: <c>softmax.cu</c>, <c>common.cuh</c>, <c>clang.cuh</c>.</summary>
    /// <exception cref="FileNotFoundException">There is none of that name.</exception>
    public static string Text(string file) => Texts.GetOrAdd(file, static name =>
    {
        using var stream = Open(name) ?? throw new FileNotFoundException($"No kernel file {name} is embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    /// <summary>The headers, by name: what a compiler has to find beside a kernel file.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } = typeof(KernelSources).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".cuh", StringComparison.Ordinal))
        .Select(name => name[Folder.Length..]).ToDictionary(name => name, Text);

    /// <summary>The embedded PTX of a specialisation, null if it is not compiled ahead.</summary>
    public static string? Ptx(KernelSpec spec) => Archives.GetOrAdd(spec.Source, Read).GetValueOrDefault(spec.Name);

    /// <summary>Names of the specialisations whose PTX is embedded for a file.</summary>
    public static IEnumerable<string> EmbeddedNames(string source) => Archives.GetOrAdd(source, Read).Keys;

    /// <summary>Writes an archive of PTX texts; equal texts give equal bytes.</summary>
    public static void WriteArchive(Stream target, IEnumerable<(KernelSpec Spec, string Ptx)> texts)
    {
        using var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (spec, ptx) in texts.OrderBy(text => text.Spec.Name, StringComparer.Ordinal))
        {
            var entry = archive.CreateEntry(spec.Name + ".ptx", CompressionLevel.SmallestSize);
            entry.LastWriteTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var writer = new StreamWriter(entry.Open());
            writer.Write(ptx);
        }
    }

    private static IReadOnlyDictionary<string, string> Read(string source)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        using var stream = Open($"{source}.zip");
        if (stream is null) return texts;
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (var entry in archive.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            texts[Path.GetFileNameWithoutExtension(entry.Name)] = reader.ReadToEnd();
        }
        return texts;
    }

    // Changed kernels can be tried without building: what lies in the folder CUDANET_KERNELS comes first.
    private static Stream? Open(string file) => Environment.GetEnvironmentVariable("CUDANET_KERNELS") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, file))
        ? File.OpenRead(Path.Combine(folder, file))
        : typeof(KernelSources).Assembly.GetManifestResourceStream(Folder + file);
}

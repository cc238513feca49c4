using System.Collections.Concurrent;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Cuda.Compilation;

/// <summary>Compiles each program once: what it made is kept in memory, and on the disk for the next process.</summary>
/// <param name="compiler">What compiles.</param>
/// <param name="disk">The cache on the disk; null for none.</param>
/// <param name="headers">The headers that the compiler uses, since they are part of each program; null for those of <c>kernels/</c>.</param>
public sealed class CachedKernelCompiler(IKernelCompiler compiler, KernelDiskCache? disk, IReadOnlyDictionary<string, string>? headers = null) : IKernelCompiler
{
    private readonly ConcurrentDictionary<string, Lazy<byte[]>> _known = new(StringComparer.Ordinal);
    private readonly string[] _headers = [.. (headers ?? KernelSources.Headers).OrderBy(header => header.Key, StringComparer.Ordinal).SelectMany(header => new[] { header.Key, header.Value })];

    /// <inheritdoc/>
    public string Version => compiler.Version;

    /// <inheritdoc/>
    public byte[] Compile(string name, string source, IReadOnlyList<string> defines, string architecture)
    {
        var key = KernelDiskCache.KeyOf([Version, architecture, name, source, $"{defines.Count}", .. defines, .. _headers]);
        var result = _known.GetOrAdd(key, _ => new(() => ReadOrCompile(key, name, source, defines, architecture)));
        try
        {
            return result.Value;
        }
        catch
        {
            // What failed may work next time: a full disk, an interrupted compiler.
            _known.TryRemove(new(key, result));
            throw;
        }
    }

    private byte[] ReadOrCompile(string key, string name, string source, IReadOnlyList<string> defines, string architecture)
    {
        if (disk?.Read(key) is { } kept) return kept;
        var compiled = compiler.Compile(name, source, defines, architecture);
        disk?.Write(key, compiled);
        return compiled;
    }
}

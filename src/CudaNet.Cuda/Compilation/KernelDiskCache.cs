using System.Security.Cryptography;
using System.Text;
using CudaNet.IO;

namespace CudaNet.Cuda.Compilation;

/// <summary>Compiled kernels in a folder. Processes may share it: files appear whole, and one that is damaged counts as none.</summary>
/// <param name="folder">Where the files lie; made when the first is written.</param>
public sealed class KernelDiskCache(string folder)
{
    // The hash binds the content to its key, so that a file under another's name is seen as well.
    private static readonly byte[] Mark = "CudaNet kernel 1\n"u8.ToArray();

    /// <summary>Where the files lie.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>The cache that the environment asks for: CUDANET_CACHE, and none if that is empty; else cudanet in XDG_CACHE_HOME
    /// or in the user's folder of caches.</summary>
    public static KernelDiskCache? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("CUDANET_CACHE") is { } named) return named.Length > 0 ? new(Path.Combine(named, "kernels")) : null;
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches && Path.IsPathRooted(caches)) return new(Path.Combine(caches, "cudanet", "kernels"));
        var home = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) : Environment.GetEnvironmentVariable("HOME");
        if (string.IsNullOrEmpty(home)) return null;
        return new(OperatingSystem.IsWindows() ? Path.Combine(home, "cudanet", "kernels") : Path.Combine(home, ".cache", "cudanet", "kernels"));
    }

    /// <summary>A key: the SHA-256 of parts, in hexadecimal. Where one part ends and the next begins counts.</summary>
    public static string KeyOf(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is kept under a key; null if nothing is, or it is damaged or cannot be read.</summary>
    public byte[]? Read(string key)
    {
        try
        {
            var file = File.ReadAllBytes(PathOf(key));
            if (file.Length < Mark.Length + SHA256.HashSizeInBytes || !file.AsSpan().StartsWith(Mark)) return null;
            var content = file[(Mark.Length + SHA256.HashSizeInBytes)..];
            return file.AsSpan(Mark.Length, SHA256.HashSizeInBytes).SequenceEqual(HashOf(key, content)) ? content : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps something under a key. A folder that cannot be written is no error: it is compiled again next time.</summary>
    public void Write(string key, byte[] content)
    {
        try
        {
            AtomicFile.Write(PathOf(key), (byte[])[.. Mark, .. HashOf(key, content), .. content]);
        }
        catch (IOException)
        {
            // A cache may fail; the kernel is there.
        }
    }

    /// <summary>The file of a key.</summary>
    internal string PathOf(string key) => Path.Combine(Folder, key[..2], key);

    private static byte[] HashOf(string key, byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(key));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}

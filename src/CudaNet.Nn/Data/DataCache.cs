using System.Security.Cryptography;
using System.Text;
using CudaNet.IO;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Data;

/// <summary>Files that are made once and kept: data that was prepared, or fetched. Beside each stands its SHA-256 (FILE.sha256), so that
/// one that is damaged, changed or of another recipe is noticed and made again.</summary>
public static class DataCache
{
    /// <summary>The file, made if it is not there as it should be.</summary>
    /// <param name="path">Where it is kept.</param>
    /// <param name="key">Says all that it depends on: sources, options, a version. Another key makes it anew.</param>
    /// <param name="make">Writes it under the name that is passed; it is moved into its place when it is whole.</param>
    /// <returns>True if it was made, false if it was there.</returns>
    public static bool Ensure(string path, string key, Action<string> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(make);
        var keyHash = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        if (File.Exists(path) && File.Exists(Note(path)) && File.ReadAllText(Note(path)) is var note && note == NoteOf(path, keyHash)) return false;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}{Path.GetExtension(path)}");
        try
        {
            make(temporary);
            File.Move(temporary, path, overwrite: true);
            AtomicFile.Write(Note(path), Encoding.UTF8.GetBytes(NoteOf(path, keyHash)));
        }
        finally
        {
            File.Delete(temporary);
        }
        return true;
    }

    /// <summary>Raises an error unless a file has a known SHA-256.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sha256">64 hexadecimal digits.</param>
    /// <exception cref="DataFormatException">It has another one.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static void Verify(string path, string sha256)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        var found = HashOf(path);
        if (!found.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw new DataFormatException(path, null, $"the SHA-256 is {found}, not {sha256.ToLowerInvariant()}", "The file is damaged or of another version: get it again.");
    }

    /// <summary>SHA-256 of a file, 64 hexadecimal digits in lower case.</summary>
    public static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Hex(SHA256.HashData(stream));
    }

    private static string Note(string path) => path + ".sha256";

    /// <summary>As sha256sum writes it, so that <c>sha256sum -c</c> reads it, and the recipe in a comment.</summary>
    private static string NoteOf(string path, string keyHash) => $"# key {keyHash}\n{HashOf(path)}  {Path.GetFileName(path)}\n";

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}

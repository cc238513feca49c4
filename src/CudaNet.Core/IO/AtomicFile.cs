namespace CudaNet.IO;

/// <summary>Writes files whole or not at all: what stood under a name stays until its successor is complete on the disk.</summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary file in the same folder, flushes it to the disk, then renames it over <paramref name="path"/>.</summary>
    /// <param name="path">The file to make or replace; a link is followed. Missing folders above it are created. A device
    /// under /dev is written to directly, as there is nothing to replace.</param>
    /// <param name="write">Writes the content; the stream is closed afterwards.</param>
    /// <exception cref="IOException">The disk is full or the folder cannot be written. No temporary file is left and an
    /// earlier file is unchanged, as after any exception from <paramref name="write"/>.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        string target = FollowLink(Path.GetFullPath(path));
        if (Directory.Exists(target))
            throw new IOException($"{path}: this is a folder, so no file can be written under this name. Give the name of a file.");
        bool device = !OperatingSystem.IsWindows() && target.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(target);
        string? temporary = device ? null : Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            if (temporary is not null)
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using (var stream = new FileStream(temporary ?? target, temporary is null ? FileMode.Open : FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: temporary is not null);
            }
            if (temporary is not null)
                File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e)
        {
            Delete(temporary);
            if (e is IOException or UnauthorizedAccessException)
                throw new IOException($"{path}: cannot be written: {e.Message.TrimEnd('.')}. {(File.Exists(target) ? "What stood there is unchanged. " : "")}Free space on the disk, or choose a folder that can be written.", e);
            throw;
        }
    }

    /// <summary>Writes bytes like <see cref="Write(string, Action{Stream})"/>.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> content) => Write(path, stream => stream.Write(content.Span));

    private static string FollowLink(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static void Delete(string? temporary)
    {
        try
        {
            if (temporary is not null)
                File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error tells more than one about cleaning up.
        }
    }
}

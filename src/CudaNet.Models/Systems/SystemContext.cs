using CudaNet.Plotting;

namespace CudaNet.Models.Systems;

/// <summary>What a system is given: where to print and draw, and how thorough to be.</summary>
public sealed class SystemContext
{
    /// <summary>Where it prints.</summary>
    public TextWriter Out { get; init; } = TextWriter.Null;

    /// <summary>Folder for pictures and files; null for none.</summary>
    public string? Folder { get; init; }

    /// <summary>True for less data and fewer epochs: thresholds are then those of the quick form.</summary>
    public bool Quick { get; init; }

    /// <summary>Folder of the IDX files of MNIST or "fashion"; null for the digits that are shipped.</summary>
    public string? Data { get; init; }

    /// <summary>Decides all random numbers.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Asks the system to end.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Files that were written.</summary>
    public IReadOnlyList<string> Files => _files;

    private readonly List<string> _files = [];

    /// <summary>Saves a picture under a name, if there is a folder, and says so.</summary>
    public void Draw(string name, Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Write(name, picture.Save);
    }

    /// <summary>Writes a text under a name, if there is a folder, and says so.</summary>
    public void Write(string name, string text) => Write(name, path => IO.AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(text)));

    private void Write(string name, Action<string> write)
    {
        if (Folder is null) return;
        var path = Path.Combine(Folder, name);
        write(path);
        _files.Add(path);
        Out.WriteLine($"wrote {path}");
    }
}

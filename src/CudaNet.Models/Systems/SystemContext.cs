using CudaNet.Plotting;

namespace CudaNet.Models.Systems;

/// <summary>What a system is given: where to print and draw, and how thorough to be.</summary>
public sealed record SystemContext
{
    /// <summary>Where it prints.</summary>
    public TextWriter Out { get; init; } = TextWriter.Null;

    /// <summary>Folder for pictures and files; null for none.</summary>
    public string? Folder { get; init; }

    /// <summary>True for the quick form: one seed, and less data and fewer epochs where the full form takes long. Bounds are those of the
    /// full form, except where that little training cannot reach them: there the system has a second, lower one beside the first.</summary>
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

    /// <summary>One of two numbers: that of the full form or that of the quick one.</summary>
    public int Pick(int full, int quick) => Quick ? quick : full;

    /// <summary>A stream of random numbers of its own, decided by the seed.</summary>
    /// <param name="part">Which: different parts are independent.</param>
    public RandomStream Random(int part = 0) => new(Seed * 1000 + part);

    private void Write(string name, Action<string> write)
    {
        if (Folder is null) return;
        var path = Path.Combine(Folder, name);
        write(path);
        _files.Add(path);
        Out.WriteLine($"wrote {path}");
    }
}

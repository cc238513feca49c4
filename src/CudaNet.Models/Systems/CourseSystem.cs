using System.Globalization;
using System.Runtime.CompilerServices;

namespace CudaNet.Models.Systems;

/// <summary>One thing that the course describes and this project runs.</summary>
/// <param name="id">Chapter and name: "04.xor".</param>
/// <param name="title">Title for people.</param>
/// <param name="sentence">What the notes say of it, in one sentence.</param>
/// <param name="file">Where it is written; the compiler knows.</param>
public abstract class CourseSystem(string id, string title, string sentence, [CallerFilePath] string file = "")
{
    /// <summary>Chapter and name: "04.xor".</summary>
    public string Id => id;

    /// <summary>Title for people.</summary>
    public string Title => title;

    /// <summary>What the notes say of it, in one sentence.</summary>
    public string Sentence => sentence;

    /// <summary>Number of the chapter.</summary>
    public int Chapter => int.Parse(id.AsSpan(0, id.IndexOf('.')), CultureInfo.InvariantCulture);

    /// <summary>Its source below the repository's root: "src/CudaNet.Models/…".</summary>
    public string File => Path.Join("src", "CudaNet.Models", Path.GetFileName(Path.GetDirectoryName(file)), Path.GetFileName(file)).Replace('\\', '/');

    /// <summary>Shows it: prints, and draws into the context's folder.</summary>
    public abstract void Run(SystemContext context);

    /// <summary>Measures it for the context's seed.</summary>
    /// <returns>Figures with their bounds; the system works when all are within. Their names depend on no seed.</returns>
    public abstract IEnumerable<Figure> Check(SystemContext context);
}

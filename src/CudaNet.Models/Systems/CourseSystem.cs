using System.Globalization;

namespace CudaNet.Models.Systems;

/// <summary>One thing that the course describes and this project runs.</summary>
public abstract class CourseSystem
{
    /// <summary>Chapter and name: "04.xor".</summary>
    public abstract string Id { get; }

    /// <summary>Title for people.</summary>
    public abstract string Title { get; }

    /// <summary>What the notes say of it, in one sentence.</summary>
    public abstract string Sentence { get; }

    /// <summary>Number of the chapter.</summary>
    public int Chapter => int.Parse(Id.AsSpan(0, Id.IndexOf('.')), CultureInfo.InvariantCulture);

    /// <summary>Shows it: prints, and draws into the context's folder.</summary>
    public abstract void Run(SystemContext context);

    /// <summary>Measures it.</summary>
    /// <returns>Figures with their bounds; the system works when all are within.</returns>
    public abstract IReadOnlyList<Figure> Check(SystemContext context);
}

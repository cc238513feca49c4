using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Models.Systems;

/// <summary>All systems of the course.</summary>
[RequiresUnreferencedCode(ByReflection)]
public static class CourseSystems
{
    internal const string ByReflection = "Systems are found by reflection; a trimmed program keeps only what it uses.";

    private static readonly Lazy<IReadOnlyList<CourseSystem>> Found = new(Find);

    /// <summary>All systems, by id.</summary>
    public static IReadOnlyList<CourseSystem> All => Found.Value;

    /// <summary>The system with an id.</summary>
    /// <exception cref="UnknownNameException">There is none; the message names the nearest.</exception>
    public static CourseSystem Get(string id) =>
        All.FirstOrDefault(system => string.Equals(system.Id, id, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("system", id, [.. All.Select(system => system.Id)]);

    /// <summary>A class in a chapter's folder is enough: nothing else has to be told.</summary>
    private static List<CourseSystem> Find() =>
    [
        .. typeof(CourseSystems).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(CourseSystem)) && !type.IsAbstract)
            .Select(type => (CourseSystem)Activator.CreateInstance(type)!)
            .OrderBy(system => system.Id, StringComparer.Ordinal),
    ];
}

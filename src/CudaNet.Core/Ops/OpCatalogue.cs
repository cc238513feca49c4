using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace CudaNet.Ops;

/// <summary>All operations, found by their definitions: nothing is listed by hand.</summary>
[RequiresUnreferencedCode("Definitions are found by reflection; a trimmed program keeps only what it uses.")]
public static class OpCatalogue
{
    /// <summary>Every definition, by name.</summary>
    public static IReadOnlyList<OpDefinition> All { get; } = [.. Find(typeof(OpCatalogue).Assembly).OrderBy(d => d.Name, StringComparer.Ordinal)];

    /// <summary>The definition of a name, in any casing; null if there is none.</summary>
    public static OpDefinition? TryGet(string name) => All.FirstOrDefault(d => d.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The definitions in an assembly, for packages that bring operations of their own.</summary>
    public static IEnumerable<OpDefinition> Find(Assembly assembly) =>
        from type in assembly.GetTypes()
        where !type.IsAbstract && !type.ContainsGenericParameters && type.IsAssignableTo(typeof(IOpDefinition))
        select (OpDefinition)type.GetProperty(nameof(IOpDefinition.Entry), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}

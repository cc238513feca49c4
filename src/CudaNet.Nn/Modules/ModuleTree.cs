using System.Runtime.CompilerServices;

namespace CudaNet.Nn;

/// <summary>Walks over a module and all that is below it.</summary>
internal static class ModuleTree
{
    /// <summary>All parameters and buffers under all their names: what the state dict holds. Random streams are no part of it.</summary>
    public static IEnumerable<(string Name, State Slot)> Slots(Module root)
    {
        foreach (var (name, state) in All<State>(root))
            if (state is not RandomStream) yield return (name, state);
    }

    /// <summary>All parameters and buffers, each under its first name.</summary>
    public static IEnumerable<(string Name, State Slot)> DistinctSlots(Module root)
    {
        var seen = new HashSet<State>(ReferenceEqualityComparer.Instance);
        foreach (var entry in Slots(root))
            if (seen.Add(entry.Slot)) yield return entry;
    }

    /// <summary>All members of a kind under all their names: one that is shared appears several times.</summary>
    public static IEnumerable<(string Name, T Value)> All<T>(Module root) where T : class => Walk<T>(root, "", []);

    /// <summary>All members of a kind, each under its first name.</summary>
    public static IEnumerable<(string Name, T Value)> Distinct<T>(Module root) where T : class
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var entry in All<T>(root))
            if (seen.Add(entry.Value)) yield return entry;
    }

    public static IEnumerable<(string Name, Module Module)> Modules(Module root)
    {
        var seen = new HashSet<Module>(ReferenceEqualityComparer.Instance) { root };
        return Below(root, "", seen).Prepend(("", root));
    }

    private static IEnumerable<(string Name, Module Module)> Below(Module module, string prefix, HashSet<Module> seen)
    {
        foreach (var (name, value) in module.Members())
        {
            if (value is not Module child || !seen.Add(child)) continue;
            var path = ModuleMembers.Join(prefix, name);
            yield return (path, child);
            foreach (var entry in Below(child, path, seen)) yield return entry;
        }
    }

    /// <param name="module">Where to look.</param>
    /// <param name="prefix">Its name.</param>
    /// <param name="path">The modules above it: a module that holds its owner would be walked for ever.</param>
    private static IEnumerable<(string Name, T Value)> Walk<T>(Module module, string prefix, HashSet<Module> path) where T : class
    {
        if (!path.Add(module)) yield break;
        foreach (var (local, value) in module.Members())
        {
            var name = ModuleMembers.Join(prefix, local);
            if (value is T found)
            {
                if (found is State state) GiveName(state, name);
                yield return (name, found);
            }
            else if (value is Module child)
            {
                foreach (var entry in Walk<T>(child, name, path)) yield return entry;
            }
        }
        path.Remove(module);
    }

    /// <summary>The longest path wins: the module that was asked last may be only a part of the network.</summary>
    private static void GiveName(State state, string name)
    {
        if (state.Name.Length == 0 || name.EndsWith("." + state.Name, StringComparison.Ordinal)) state.Name = name;
    }
}

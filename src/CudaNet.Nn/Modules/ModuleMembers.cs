using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace CudaNet.Nn;

/// <summary>Finds what a module owns. A type is looked at once, its instances each time, since lists may grow.</summary>
internal static class ModuleMembers
{
    /// <summary>What must be left of a module's type when a program is trimmed.</summary>
    public const DynamicallyAccessedMemberTypes Kept = DynamicallyAccessedMemberTypes.AllFields | DynamicallyAccessedMemberTypes.AllProperties;

    private static readonly ConcurrentDictionary<Type, Member[]> Known = new();

    public static IEnumerable<(string Name, object Value)> Of(Module module)
    {
        var type = module.GetType();
        if (!Known.TryGetValue(type, out var members)) Known[type] = members = Find(type);
        foreach (var member in members)
            foreach (var entry in Expand(member.Name, member.Field.GetValue(module)))
                yield return entry;
    }

    private static IEnumerable<(string Name, object Value)> Expand(string name, object? value)
    {
        switch (value)
        {
            case State or Module:
                yield return (name, value);
                break;
            case IDictionary entries:
                foreach (DictionaryEntry entry in entries)
                    foreach (var found in Expand(Join(name, Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!), entry.Value)) yield return found;
                break;
            case IEnumerable elements and not string:
                var i = 0;
                foreach (var element in elements)
                    foreach (var found in Expand(Join(name, (i++).ToString(CultureInfo.InvariantCulture)), element)) yield return found;
                break;
        }
    }

    public static string Join(string prefix, string name) => prefix.Length == 0 ? name : name.Length == 0 ? prefix : $"{prefix}.{name}";

    /// <summary>Fields of base types come first, then in the order of declaration. Auto-properties count by their field.</summary>
    private static Member[] Find([DynamicallyAccessedMembers(Kept)] Type type)
    {
        var members = new List<Member>();
        for (var t = type; t is not null && t != typeof(Module); t = t.BaseType)
        {
            var fields = t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(field => MayOwn(field.FieldType)).OrderBy(Place);
            members.InsertRange(0, fields.Select(field => new Member(NameOf(t, field), field)));
        }
        return [.. members];
    }

    /// <summary>Reflection may find fields in the order in which they were first asked for; native code has no tokens, and keeps the order.</summary>
    private static int Place(FieldInfo field) => field.HasMetadataToken() ? field.MetadataToken : 0;

    /// <summary>State, modules, and lists and dictionaries of these, as the field's type says.</summary>
    private static bool MayOwn(Type type)
    {
        if (typeof(State).IsAssignableFrom(type) || typeof(Module).IsAssignableFrom(type)) return true;
        if (type.IsArray) return MayOwn(type.GetElementType()!);
        if (!typeof(IEnumerable).IsAssignableFrom(type)) return false;
        for (var t = type; t is not null; t = t.BaseType)
            if (t.IsGenericType && t.GetGenericArguments().Any(MayOwn)) return true;
        return false;
    }

    private static string NameOf([DynamicallyAccessedMembers(Kept)] Type type, FieldInfo field)
    {
        // The compiler calls the field of property P "<P>k__BackingField" and that of a captured parameter "<p>P".
        var close = field.Name.IndexOf('>');
        var name = close > 0 ? field.Name[1..close] : field.Name;
        var attribute = field.GetCustomAttribute<StateNameAttribute>()
            ?? type.GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)?.GetCustomAttribute<StateNameAttribute>();
        return attribute?.Name ?? SnakeCase(name);
    }

    /// <summary>RunningMean → running_mean, Fc1 → fc1, _layers → layers.</summary>
    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        var trimmed = name.TrimStart('_');
        for (var i = 0; i < trimmed.Length; i++)
        {
            if (i > 0 && char.IsUpper(trimmed[i]) && (!char.IsUpper(trimmed[i - 1]) || (i + 1 < trimmed.Length && char.IsLower(trimmed[i + 1]))))
                text.Append('_');
            text.Append(char.ToLowerInvariant(trimmed[i]));
        }
        return text.ToString();
    }

    private sealed record Member(string Name, FieldInfo Field);
}

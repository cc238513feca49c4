using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CudaNet.IO;

namespace CudaNet.Models.Systems;

/// <summary>The last check of each system, full and quick, kept in a file; from it come the state in lists and the page of all systems.</summary>
public sealed class CheckLog
{
    private static readonly CheckJson Json = new(new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly string _path;
    private readonly Dictionary<(string Id, bool Quick), SystemCheck> _checks;

    private CheckLog(string path, IEnumerable<SystemCheck> checks) => (_path, _checks) = (path, checks.ToDictionary(check => (check.Id, check.Quick)));

    /// <summary>Where the command keeps it.</summary>
    public static string DefaultPath => Path.Combine("runs", "systems.json");

    /// <summary>Where the repository keeps the one that its page shows.</summary>
    public static string RecordedPath => Path.Combine("docs", "systems.json");

    /// <summary>Reads it; a file that is missing or of another form counts as empty.</summary>
    public static CheckLog Open(string path)
    {
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllText(path), Json.ListSystemCheck) is { } checks)
                return new(path, checks.DistinctBy(check => (check.Id, check.Quick)));
        }
        catch (JsonException)
        {
            // It is only a memory of checks, which the next one renews.
        }
        return new(path, []);
    }

    /// <summary>The last full check of a system, or the last quick one if there is none; null for none.</summary>
    public SystemCheck? Of(string id) => Of(id, quick: false) ?? Of(id, quick: true);

    /// <summary>The last check of a system in one form; null for none.</summary>
    public SystemCheck? Of(string id, bool quick) => _checks.GetValueOrDefault((id, quick));

    /// <summary>Takes checks without writing them; each replaces the one of its system and form.</summary>
    public CheckLog With(params IEnumerable<SystemCheck> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        foreach (var check in checks) _checks[(check.Id, check.Quick)] = check;
        return this;
    }

    /// <summary>Takes checks as <see cref="With"/> does, and writes the file.</summary>
    public void Add(params IEnumerable<SystemCheck> checks)
    {
        With(checks);
        // A check a line, so that versions can be compared.
        AtomicFile.Write(_path, Encoding.UTF8.GetBytes($"[\n{string.Join(",\n", All.Select(check => JsonSerializer.Serialize(check, Json.SystemCheck)))}\n]\n"));
    }

    /// <summary>All checks, by id, the full one of a system first.</summary>
    public IEnumerable<SystemCheck> All => _checks.Values.OrderBy(check => check.Id, StringComparer.Ordinal).ThenBy(check => check.Quick);

    /// <summary>About how many processor seconds a check takes, by its last one; null where that is not known. A quick one takes no more
    /// than its share of the seeds of a full one.</summary>
    public double? SecondsOf(string id, bool quick) => Of(id, quick)?.ProcessorSeconds ?? (quick ? Of(id, quick: false)?.ProcessorSeconds / SystemCheck.Seeds.Count : null);
}

/// <summary>The code for its JSON, made while compiling.</summary>
[JsonSerializable(typeof(List<SystemCheck>))]
internal sealed partial class CheckJson : JsonSerializerContext;

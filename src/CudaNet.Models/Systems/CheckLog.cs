using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CudaNet.IO;

namespace CudaNet.Models.Systems;

/// <summary>The last check of each system, kept in a file; from it come the state in lists and the page of all systems.</summary>
public sealed class CheckLog
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string _path;
    private readonly SortedDictionary<string, SystemCheck> _checks;

    private CheckLog(string path, SortedDictionary<string, SystemCheck> checks) => (_path, _checks) = (path, checks);

    /// <summary>Where the command keeps it.</summary>
    public static string DefaultPath => Path.Combine("runs", "systems.json");

    /// <summary>Reads it; a file that is missing or of another form counts as empty.</summary>
    public static CheckLog Open(string path)
    {
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize<List<SystemCheck>>(File.ReadAllText(path), Json) is { } checks)
                return new(path, new(checks.ToDictionary(check => check.Id), StringComparer.Ordinal));
        }
        catch (JsonException)
        {
            // It is only a memory of checks, which the next one renews.
        }
        return new(path, new(StringComparer.Ordinal));
    }

    /// <summary>The last check of a system; null for none.</summary>
    public SystemCheck? Of(string id) => _checks.GetValueOrDefault(id);

    /// <summary>Takes a check and writes the file. A quick one does not replace a full one.</summary>
    public void Add(SystemCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        if (check.Quick && Of(check.Id) is { Quick: false }) return;
        _checks[check.Id] = check;
        AtomicFile.Write(_path, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(_checks.Values, Json)));
    }
}

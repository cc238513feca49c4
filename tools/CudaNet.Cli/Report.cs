using System.Text;
using System.Text.Json;
using CudaNet.IO;

namespace CudaNet.Cli;

/// <summary>The figures of a command for programs.</summary>
internal sealed class Report(string command)
{
    private readonly Dictionary<string, double> _figures = [];
    private readonly List<IReadOnlyDictionary<string, object?>> _rows = [];

    public bool Ok { get; private set; } = true;

    public string? Error { get; private set; }

    public void Figure(string name, double value) => _figures[name] = value;

    public void Row(params ReadOnlySpan<(string Name, object? Value)> cells)
    {
        var row = new Dictionary<string, object?>();
        foreach (var (name, value) in cells) row[name] = value;
        _rows.Add(row);
    }

    public void Fail(string? error = null) => (Ok, Error) = (false, error ?? Error);

    public void Save(string path)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("command", command);
            json.WriteBoolean("ok", Ok);
            if (Error is not null) json.WriteString("error", Error);
            json.WriteStartObject("figures");
            foreach (var (name, value) in _figures) Write(json, name, value);
            json.WriteEndObject();
            json.WriteStartArray("rows");
            foreach (var row in _rows)
            {
                json.WriteStartObject();
                foreach (var (name, value) in row) Write(json, name, value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.Write(Encoding.UTF8.GetBytes("\n"));
        AtomicFile.Write(path, buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool truth: json.WriteBooleanValue(truth); break;
            case int whole: json.WriteNumberValue(whole); break;
            case long whole: json.WriteNumberValue(whole); break;
            // JSON has no NaN and no infinity.
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case double: json.WriteNullValue(); break;
            case IEnumerable<int> list:
                json.WriteStartArray();
                foreach (var item in list) json.WriteNumberValue(item);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(value.ToString()); break;
        }
    }
}

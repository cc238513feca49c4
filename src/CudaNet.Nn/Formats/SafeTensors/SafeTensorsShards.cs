using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CudaNet.IO;

namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>Tensors spread over several safetensors files, with an index of which file has which: how models above a few
/// gigabytes are published. Files are opened when a tensor of theirs is asked for.</summary>
public sealed class SafeTensorsShards : IDisposable
{
    /// <summary>The index's usual name.</summary>
    public const string IndexName = "model.safetensors.index.json";

    private const string Fix = "Give the index and all files that it names in one folder.";

    private readonly string _folder;
    private readonly Dictionary<string, string> _fileOf;
    private readonly Dictionary<string, SafeTensorsFile> _open = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    private SafeTensorsShards(string name, string folder, Dictionary<string, string> fileOf)
    {
        (Name, _folder, _fileOf) = (name, folder, fileOf);
    }

    /// <summary>The path of the index.</summary>
    public string Name { get; }

    /// <summary>The names of all tensors in the order of the index.</summary>
    public IEnumerable<string> Names => _fileOf.Keys;

    /// <summary>The files, each once.</summary>
    public IEnumerable<string> Files => _fileOf.Values.Distinct(StringComparer.Ordinal);

    /// <summary>Reads an index.</summary>
    /// <param name="path">The index, or the folder that holds it under its usual name.</param>
    /// <exception cref="DataFormatException">The index is damaged, or a file is missing.</exception>
    public static SafeTensorsShards Open(string path)
    {
        string index = Directory.Exists(path) ? Path.Combine(path, IndexName) : path;
        var shards = Parse(File.ReadAllBytes(index), index);
        foreach (string file in shards.Files)
            if (!File.Exists(Path.Combine(shards._folder, file)))
                throw new DataFormatException(index, null, $"the file \"{file}\" that it names is not there", Fix);
        return shards;
    }

    /// <summary>Reads one tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="DataFormatException">Its file is damaged, or does not have it.</exception>
    /// <exception cref="DTypeException">The engine has not its element type.</exception>
    public Tensor Read(string name, Device? device = null)
    {
        if (!_fileOf.TryGetValue(name, out string? file))
            throw new KeyNotFoundException($"{Name}: there is no tensor \"{name}\". The index has {_fileOf.Count}: {string.Join(", ", Names.Take(8))}{(_fileOf.Count > 8 ? ", …" : "")}.");
        SafeTensorsFile? open;
        lock (_gate)
            if (!_open.TryGetValue(file, out open))
                _open[file] = open = SafeTensorsFile.Open(Path.Combine(_folder, file));
        return open.Contains(name) ? open.Read(name, device) : throw new DataFormatException(Name, null, $"tensor \"{name}\" is not in \"{file}\", where the index has it", Fix);
    }

    /// <summary>Reads all tensors.</summary>
    /// <inheritdoc cref="Read"/>
    public IReadOnlyDictionary<string, Tensor> ReadAll(Device? device = null) => Names.ToDictionary(name => name, name => Read(name, device));

    /// <summary>Writes tensors as files of limited size and their index.</summary>
    /// <param name="folder">Where; made if it is missing.</param>
    /// <param name="tensors">Tensors by name; their order is kept.</param>
    /// <param name="maxBytes">A file gets another tensor as long as it has at most so many bytes with it.</param>
    public static void Save(string folder, IReadOnlyDictionary<string, Tensor> tensors, long maxBytes = 5_000_000_000)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var parts = new List<Dictionary<string, Tensor>>();
        long bytes = 0, total = 0;
        foreach (var (name, tensor) in tensors)
        {
            long size = tensor.ElementCount * tensor.DType.Size();
            if (parts.Count == 0 || (bytes > 0 && bytes + size > maxBytes))
            {
                parts.Add([]);
                bytes = 0;
            }
            parts[^1].Add(name, tensor);
            (bytes, total) = (bytes + size, total + size);
        }
        Directory.CreateDirectory(folder);
        string FileName(int k) => string.Create(CultureInfo.InvariantCulture, $"model-{k + 1:D5}-of-{parts.Count:D5}.safetensors");
        for (int k = 0; k < parts.Count; k++)
        {
            var writer = new SafeTensorsWriter { Metadata = { ["format"] = "pt" } };
            writer.AddAll("", parts[k]);
            writer.Save(Path.Combine(folder, FileName(k)));
        }
        var files = new JsonObject();
        for (int k = 0; k < parts.Count; k++)
            foreach (var name in parts[k].Keys) files[name] = FileName(k);
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = files };
        AtomicFile.Write(Path.Combine(folder, IndexName), Encoding.UTF8.GetBytes(index.ToJsonString()));
    }

    /// <summary>Closes all files.</summary>
    public void Dispose()
    {
        foreach (var file in _open.Values)
            file.Dispose();
    }

    internal static SafeTensorsShards Parse(ReadOnlyMemory<byte> content, string name)
    {
        var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(content);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw new DataFormatException(name, null, "there is no weight_map in it", "Give the index of a model in several safetensors files.");
            foreach (var entry in map.EnumerateObject())
            {
                string? file = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
                // A name with a folder could lead anywhere.
                if (string.IsNullOrEmpty(file) || file != Path.GetFileName(file) || file.Contains('\\', StringComparison.Ordinal) || file is "." or "..")
                    throw new DataFormatException(name, null, $"tensor \"{entry.Name}\" is in {entry.Value.GetRawText()}, which is no file of the index's folder", Fix);
                if (!fileOf.TryAdd(entry.Name, file))
                    throw new DataFormatException(name, null, $"tensor \"{entry.Name}\" occurs twice", Fix);
            }
        }
        catch (JsonException e)
        {
            throw new DataFormatException(name, null, $"this is no correct JSON ({e.Message.Split(". ", 2)[0].TrimEnd('.')})", Fix, e);
        }
        catch (InvalidOperationException e)
        {
            throw new DataFormatException(name, null, "a name is no correct text", Fix, e);
        }
        return new SafeTensorsShards(name, Path.GetDirectoryName(Path.GetFullPath(name))!, fileOf);
    }
}

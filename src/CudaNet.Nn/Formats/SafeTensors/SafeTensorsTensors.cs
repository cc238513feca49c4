namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>Tensors of the engine to and from safetensors, and a module's weights.</summary>
public static class SafeTensorsTensors
{
    /// <summary>Adds tensors under their names with a prefix.</summary>
    public static void AddAll(this SafeTensorsWriter writer, string prefix, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var (name, tensor) in tensors) writer.Add(prefix + name, tensor.DType, tensor.Shape.Span, tensor.ToBytes());
    }

    /// <summary>Reads one tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="DTypeException">The engine has not its element type.</exception>
    public static Tensor Read(this SafeTensorsFile file, string name, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Tensor.FromBytes(file.ReadBytes(name), new Shape([.. file[name].Shape]), file.DTypeOf(name), device);
    }

    /// <summary>Reads all tensors.</summary>
    /// <exception cref="DTypeException">The engine has not an element type.</exception>
    public static IReadOnlyDictionary<string, Tensor> ReadAll(this SafeTensorsFile file, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Names.ToDictionary(name => name, name => file.Read(name, device));
    }

    /// <summary>Writes a module's parameters and buffers as PyTorch would.</summary>
    /// <exception cref="IOException">The file cannot be written; an earlier one is unchanged.</exception>
    public static void Save(this Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        var writer = new SafeTensorsWriter { Metadata = { ["format"] = "pt" } };
        writer.AddAll("", module.StateDict());
        writer.Save(path);
    }

    /// <summary>Reads parameters and buffers from a safetensors file, or from several by their index or the folder that holds
    /// it; what a checkpoint holds of its run is left out.</summary>
    /// <exception cref="DataFormatException">The file is damaged.</exception>
    /// <exception cref="StateDictException">The names or shapes do not fit.</exception>
    public static void Load(this Module module, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (Directory.Exists(path) || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            using var shards = SafeTensorsShards.Open(path);
            module.LoadStateDict(shards.ReadAll(), strict);
            return;
        }
        using var file = SafeTensorsFile.Open(path);
        module.LoadStateDict(file.Names.Where(name => !Training.TrainingCheckpoint.IsTrainingTensor(name)).ToDictionary(name => name, name => file.Read(name)), strict);
    }
}

using System.Text.Json;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Nn.Training;

/// <summary>A run in one safetensors file. The model's tensors stand under their own names, so that the file is also the
/// model's for every program that reads safetensors; the rest stands under names that begin with "@".</summary>
public static class TrainingCheckpoint
{
    private const string Optimizer = "@optimizer.", Random = "@random.", Scaler = "@scaler.", Best = "@best.";

    /// <summary>Key of the text of the metadata that says where the run stands.</summary>
    public const string StateKey = "cudanet.training";

    /// <summary>True for the name of a tensor that is no part of the model.</summary>
    public static bool IsTrainingTensor(string name) => name.StartsWith('@');

    /// <summary>Writes a checkpoint, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; an earlier one is unchanged.</exception>
    public static void Save(string path, Module model, Optimizer optimizer, TrainingState state, IReadOnlyDictionary<string, string>? metadata = null, GradScaler? scaler = null)
    {
        var writer = new SafeTensorsWriter();
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>()) writer.Metadata[key] = value;
        writer.Metadata["format"] = "pt";
        writer.Metadata[StateKey] = JsonSerializer.Serialize(new TrainingPlace(state.Epoch, state.Batch, state.Step, Bits(state.LossSum), state.Correct, state.Seen,
            state.HasClasses, Bits(state.BestLoss), state.EpochsWithoutProgress, state.History), TrainingPlaceJson.Default.TrainingPlace);
        writer.AddAll("", model.StateDict());
        writer.AddAll(Optimizer, optimizer.StateDict());
        writer.AddAll(Random, model.NamedRandomStreams().ToDictionary(entry => entry.Name, entry => entry.Stream.Value));
        if (scaler is not null) writer.AddAll(Scaler, scaler.StateDict());
        if (state.BestWeights is not null) writer.AddAll(Best, state.BestWeights);
        writer.Save(path);
    }

    /// <summary>Reads a checkpoint into a model and optimiser built as they were. Nothing changes when it does not fit.</summary>
    /// <exception cref="DataFormatException">The file is damaged.</exception>
    /// <exception cref="TrainingException">It is no checkpoint, or one of another model or optimiser.</exception>
    public static void Load(string path, Module model, Optimizer optimizer, TrainingState state, GradScaler? scaler = null)
    {
        using var file = SafeTensorsFile.Open(path);
        var place = ReadPlace(file);
        var all = file.ReadAll();
        try
        {
            // All are checked before one changes.
            var weights = Part(all, "");
            var slots = Part(all, Optimizer);
            StateDicts.Check(model.GetType().Name, [.. ModuleTree.Slots(model)], weights);
            if (scaler is not null) StateDicts.Check(nameof(GradScaler), scaler.Slots, Part(all, Scaler));
            optimizer.LoadStateDict(slots);
            model.LoadStateDict(weights);
            scaler?.LoadStateDict(Part(all, Scaler));
            var streams = Part(all, Random);
            foreach (var (name, stream) in model.NamedRandomStreams())
                if (streams.TryGetValue(name, out var value)) stream.Assign(value);
        }
        catch (StateDictException error)
        {
            throw new TrainingException($"{path}: the checkpoint does not fit: {error.Message}", error);
        }
        place.CopyTo(state);
        state.BestWeights = Part(all, Best) is { Count: > 0 } best ? best : null;
    }

    /// <summary>Where the run of a checkpoint stands; null for a file that is none.</summary>
    /// <exception cref="DataFormatException">The text is damaged.</exception>
    public static TrainingState? StateIn(SafeTensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Metadata.ContainsKey(StateKey)) return null;
        var state = new TrainingState();
        ReadPlace(file).CopyTo(state);
        return state;
    }

    private static TrainingPlace ReadPlace(SafeTensorsFile file)
    {
        if (!file.Metadata.TryGetValue(StateKey, out var text))
            throw new TrainingException($"{file.Name}: this file holds tensors, but not the place of a training run. Give a checkpoint that CudaNet wrote, or load the tensors by Module.Load.");
        try
        {
            var place = JsonSerializer.Deserialize(text, TrainingPlaceJson.Default.TrainingPlace);
            return place is { Epoch: >= 0, Batch: >= 0, Step: >= 0, Seen: >= 0, History: not null } && place.History.TrueForAll(epoch => epoch is not null) ? place
                : throw new JsonException("a number is negative or the history is missing");
        }
        catch (JsonException error)
        {
            throw new DataFormatException(file.Name, null, $"the place of the run is damaged ({error.Message.TrimEnd('.')})", "Use an earlier checkpoint, or begin again.", error);
        }
    }

    private static Dictionary<string, Tensor> Part(IReadOnlyDictionary<string, Tensor> all, string prefix) => all
        .Where(entry => prefix.Length == 0 ? !IsTrainingTensor(entry.Key) : entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);

    /// <summary>Sums go as bits: a decimal that is read back must not differ in the last place.</summary>
    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}

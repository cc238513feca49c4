using System.Text.Json.Serialization;

namespace CudaNet.Nn.Training;

/// <summary>Where a run stands, as its checkpoint says.</summary>
/// <remarks>Sums are bits: see <see cref="TrainingCheckpoint"/>.</remarks>
internal sealed record TrainingPlace(int Epoch, int Batch, long Step, long LossSum, long Correct, long Seen, bool HasClasses, long BestLoss,
    int EpochsWithoutProgress, List<EpochResult> History)
{
    public void CopyTo(TrainingState state)
    {
        (state.Epoch, state.Batch, state.Step, state.Correct, state.Seen, state.HasClasses) = (Epoch, Batch, Step, Correct, Seen, HasClasses);
        (state.LossSum, state.BestLoss, state.EpochsWithoutProgress) = (BitConverter.Int64BitsToDouble(LossSum), BitConverter.Int64BitsToDouble(BestLoss), EpochsWithoutProgress);
        state.History.Clear();
        state.History.AddRange(History);
    }
}

/// <summary>Its code for JSON, made while compiling.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingPlace))]
internal sealed partial class TrainingPlaceJson : JsonSerializerContext;

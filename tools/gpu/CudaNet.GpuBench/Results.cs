using System.Text.Json;
using System.Text.Json.Serialization;

namespace CudaNet.GpuBench;

/// <summary>A measurement.</summary>
/// <param name="Workload">What was done, the same name in every program.</param>
/// <param name="By">Who did it: ours, cublas, cudnn, torch, torch.compile, torch.sdpa.</param>
/// <param name="Microseconds">Best of several averages.</param>
/// <param name="Flops">Operations of the formula.</param>
/// <param name="Bytes">Bytes that have to move at least.</param>
internal sealed record Measurement(string Workload, string By, double Microseconds, double Flops, double Bytes);

/// <summary>The measurements of one program on one card.</summary>
/// <param name="Card">Its name.</param>
/// <param name="Versions">Driver and libraries.</param>
/// <param name="PeakTensorFlops">Peak of the tensor cores in bf16, from multiprocessors and clock; 0 if unknown.</param>
/// <param name="PeakBandwidth">Bytes a second; 0 if unknown.</param>
/// <param name="Measurements">The measurements.</param>
internal sealed record Results(string Card, IReadOnlyDictionary<string, string> Versions, double PeakTensorFlops, double PeakBandwidth, IReadOnlyList<Measurement> Measurements)
{
    public static JsonSerializerOptions Json { get; } = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
}

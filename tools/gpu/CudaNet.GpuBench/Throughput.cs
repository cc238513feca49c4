using System.Globalization;
using System.Text.Json;
using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;

namespace CudaNet.GpuBench;

/// <summary>Measures all workloads.</summary>
internal static class Throughput
{
    public static int Run(CudaBackend backend, string folder, bool tiny)
    {
        Device.Default = backend.Device;
        var properties = backend.Driver.Properties;
        var measurements = new List<Measurement>();
        using var watch = new GpuStopwatch(backend, tiny);
        foreach (var workload in OwnWorkloads.All(backend, tiny).Concat(Peers(backend, tiny)))
        {
            var measured = new Measurement(workload.Name, workload.By, watch.Microseconds(workload.Enqueue), workload.Flops, workload.Bytes);
            measurements.Add(measured);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measured.Workload,-44} {measured.By,-8} {measured.Microseconds,12:F1} µs {measured.Flops / measured.Microseconds / 1e6,8:F1} TFLOP/s {measured.Bytes / measured.Microseconds / 1e3,8:F0} GB/s"));
            workload.Dispose();
        }
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ours.json"), JsonSerializer.Serialize(
            new Results(properties.Name, Versions(backend), Peaks.TensorFlops(properties), properties.PeakBandwidth, measurements), Results.Json));
        return 0;
    }

    private static IEnumerable<Workload> Peers(CudaBackend backend, bool tiny)
    {
        if (backend.Driver is not LibCudaDriver) yield break;
        using var context = CudaContext.Primary(backend.Device.Index);
        context.SetCurrent();
        foreach (var workload in Try("cuBLAS", () => PeerWorkloads.Cublas(backend, tiny))) yield return workload;
        foreach (var workload in Try("cuDNN", () => PeerWorkloads.Cudnn(backend, tiny))) yield return workload;
    }

    private static IReadOnlyList<Workload> Try(string library, Func<IReadOnlyList<Workload>> make)
    {
        try
        {
            return make();
        }
        catch (CudaNetException error)
        {
            Console.WriteLine($"{library} is not measured: {error.Message.ReplaceLineEndings(" ")}");
            return [];
        }
    }

    private static Dictionary<string, string> Versions(CudaBackend backend)
    {
        var versions = new Dictionary<string, string> { ["driver"] = backend.Driver.DriverVersion.ToString(), ["compute capability"] = backend.Driver.Properties.ComputeCapability.ToString() };
        foreach (var row in Cuda.CudaEnvironment.Describe())
            if (row.Version is { } version) versions[row.Library] = version;
        return versions;
    }
}

/// <summary>Something that is enqueued again and again.</summary>
/// <param name="Name">What it does, the same in every program.</param>
/// <param name="By">Who does it.</param>
/// <param name="Flops">Operations of the formula.</param>
/// <param name="Bytes">Bytes that have to move at least.</param>
/// <param name="Enqueue">Puts it into the stream once.</param>
internal sealed record Workload(string Name, string By, double Flops, double Bytes, Action Enqueue) : IDisposable
{
    /// <summary>Gives memory back.</summary>
    public Action? Release { get; init; }

    public void Dispose() => Release?.Invoke();
}

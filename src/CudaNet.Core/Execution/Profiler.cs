using System.Diagnostics;
using System.Text.Json;
using CudaNet.IO;

namespace CudaNet.Execution;

/// <summary>Records the time of every step while it is the current one, and writes it in the format of Chrome's trace
/// viewer (chrome://tracing, Perfetto).</summary>
public sealed class Profiler : IDisposable
{
    private static volatile Profiler? _current;

    private readonly List<Event> _events = [];
    private readonly Profiler? _outer = _current;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Begins recording, until disposed.</summary>
    public Profiler() => _current = this;

    /// <summary>What was recorded.</summary>
    public IReadOnlyList<Event> Events => _events;

    internal static Profiler? Current => _current;

    /// <summary>Ends recording; the events stay.</summary>
    public void Dispose() => _current = _outer;

    /// <summary>Time by step name: calls, total and share, the longest first.</summary>
    public IReadOnlyList<(string Name, int Calls, TimeSpan Total)> Summary() =>
        [.. _events.GroupBy(e => e.Name).Select(g => (g.Key, g.Count(), TimeSpan.FromMicroseconds(g.Sum(e => e.Microseconds)))).OrderByDescending(row => row.Item3)];

    /// <summary>Writes a Chrome trace.</summary>
    /// <exception cref="IOException">The file cannot be written; an earlier one is unchanged.</exception>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    private void WriteTo(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteStartArray("traceEvents");
        foreach (var step in _events)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            json.WriteString("cat", step.Op);
            json.WriteString("ph", "X");
            json.WriteNumber("ts", step.StartMicroseconds);
            json.WriteNumber("dur", step.Microseconds);
            json.WriteNumber("pid", 1);
            json.WriteString("tid", step.Device);
            json.WriteStartObject("args");
            json.WriteString("shape", step.Shape);
            json.WriteNumber("flops", step.Flops);
            json.WriteNumber("bytes", step.Bytes);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal void Add(Step step, Device device, long start, long end) => _events.Add(new(
        step.Name,
        step.Op.Name,
        step.Outputs[0].Type.ToString(),
        device.ToString(),
        Stopwatch.GetElapsedTime(_start, start).TotalMicroseconds,
        Stopwatch.GetElapsedTime(start, end).TotalMicroseconds,
        step.Flops,
        step.Bytes));

    /// <summary>One run of one step.</summary>
    /// <param name="Name">The fused ops.</param>
    /// <param name="Op">The kind of step.</param>
    /// <param name="Shape">Type and shape of its (first) output.</param>
    /// <param name="Device">Where it ran.</param>
    /// <param name="StartMicroseconds">Since the profiler began.</param>
    /// <param name="Microseconds">How long it took.</param>
    /// <param name="Flops">Floating-point operations.</param>
    /// <param name="Bytes">Bytes read and written, each operand counted once.</param>
    public sealed record Event(string Name, string Op, string Shape, string Device, double StartMicroseconds, double Microseconds, long Flops, long Bytes);
}

using System.Globalization;
using CudaNet.Nn.Formats.TensorBoard;

namespace CudaNet.Nn.Training;

/// <summary>A log as an event file of TensorBoard: <c>tensorboard --logdir FOLDER</c> shows it. Each run makes a file of its own in the folder.</summary>
public sealed class TensorBoardLog : TrainingLog
{
    private readonly FileStream _stream;

    /// <summary>Makes the file.</summary>
    /// <param name="folder">Where; it is created.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public TensorBoardLog(string folder)
    {
        Directory.CreateDirectory(folder);
        var now = DateTimeOffset.UtcNow;
        Path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeSeconds():D10}.cudanet.{Environment.ProcessId}.{now.Ticks % TimeSpan.TicksPerSecond}"));
        _stream = new(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(new(Now, 0, FileVersion: "brain.Event:2"));
        Flush();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override void Scalar(string tag, long step, double value) => Write(new(Now, step, tag, Scalar: (float)value));

    /// <inheritdoc/>
    public override void Histogram(string tag, long step, ReadOnlySpan<double> values) => Write(new(Now, step, tag, Histogram: TensorBoardHistogram.Of(values)));

    /// <inheritdoc/>
    public override void Flush() => _stream.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _stream.Dispose();
    }

    private static double Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    private void Write(TensorBoardEvent entry) => RecordFraming.Write(_stream, entry.Encode());
}

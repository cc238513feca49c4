using System.Globalization;
using CsvHelper;

namespace CudaNet.Nn.Training;

/// <summary>A log as a CSV file with the columns step, tag and value. An earlier file is gone on with.</summary>
public sealed class CsvLog : TrainingLog
{
    private readonly CsvWriter _csv;

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public CsvLog(string path)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        _csv = new(new StreamWriter(stream), CultureInfo.InvariantCulture);
        Path = path;
        if (stream.Position == 0) Row("step", "tag", "value");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override void Scalar(string tag, long step, double value) =>
        Row(step.ToString(CultureInfo.InvariantCulture), tag, value.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override void Flush() => _csv.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _csv.Dispose();
    }

    private void Row(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields) _csv.WriteField(field);
        _csv.NextRecord();
    }
}

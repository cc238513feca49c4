using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Data;

/// <summary>Reads CIFAR-10 in its binary form: files of records of 3,073 bytes, a label and 32 × 32 pixels of red, then green, then blue.</summary>
/// <remarks>Krizhevsky 2009. The data does not come with CudaNet.</remarks>
public static class Cifar10
{
    private const int Side = 32, Channels = 3, ImageBytes = Channels * Side * Side, RecordBytes = 1 + ImageBytes, Classes = 10;

    private static readonly string[] TrainFiles = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];

    /// <summary>Names of the classes, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads data_batch_1.bin … data_batch_5.bin and test_batch.bin of a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing; the message names it.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    public static (LabelledImages Train, LabelledImages Test) Load(string folder)
    {
        string[] names = [.. TrainFiles, "test_batch.bin"];
        var missing = names.Where(name => !File.Exists(Path.Combine(folder, name))).ToArray();
        if (missing.Length > 0)
            throw new FileNotFoundException($"{folder}: {string.Join(", ", missing)} {(missing.Length == 1 ? "is" : "are")} missing. Give the folder cifar-10-batches-bin of the binary version.", missing[0]);
        return (Read([.. TrainFiles.Select(name => Path.Combine(folder, name))]), Read(Path.Combine(folder, "test_batch.bin")));
    }

    /// <summary>Reads files one after another.</summary>
    /// <exception cref="DataFormatException">A file is empty or cut off, or holds a label that is none.</exception>
    public static LabelledImages Read(params ReadOnlySpan<string> files)
    {
        var records = new List<(string File, byte[] Bytes)>();
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.Length == 0 || bytes.Length % RecordBytes != 0)
                throw new DataFormatException(file, bytes.Length - bytes.Length % RecordBytes, $"{bytes.Length:N0} bytes are no whole number of records of {RecordBytes:N0}", "Copy the file again, or give one of the binary version.");
            records.Add((file, bytes));
        }
        var count = records.Sum(r => r.Bytes.Length / RecordBytes);
        var (pixels, labels) = (new byte[count * ImageBytes], new byte[count]);
        var at = 0;
        foreach (var (file, bytes) in records)
            for (var k = 0; k < bytes.Length; k += RecordBytes, at++)
            {
                if (bytes[k] >= Classes) throw new DataFormatException(file, k, $"label {bytes[k]} is not between 0 and {Classes - 1}", "Give a file of ten classes in the binary version.");
                labels[at] = bytes[k];
                bytes.AsSpan(k + 1, ImageBytes).CopyTo(pixels.AsSpan(at * ImageBytes));
            }
        return new(pixels, labels, Side, Side) { Channels = Channels };
    }
}

using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Data;

/// <summary>Reads a folder of images: each folder in it is a class, and its files are the class's images.</summary>
public static class ImageFolder
{
    /// <summary>What makes bytes [channels, height, width] of a file, all of one size.</summary>
    /// <param name="path">The file.</param>
    public delegate byte[] Decoder(string path);

    /// <summary>Names of files that are taken for images.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    /// <summary>Reads all images, classes and files in the order of their names.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="decode">Decodes and scales one file.</param>
    /// <param name="height">Rows that the decoder gives.</param>
    /// <param name="width">Columns that the decoder gives.</param>
    /// <param name="channels">Channels that the decoder gives.</param>
    /// <returns>The images and the names of their classes.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="DataFormatException">There are no classes or more than 256, a class without images, or a file that cannot be decoded.</exception>
    public static (LabelledImages Images, IReadOnlyList<string> ClassNames) Read(string folder, Decoder decode, int height, int width, int channels = 3)
    {
        ArgumentNullException.ThrowIfNull(decode);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder. Give one with a folder of images for each class.");
        var classes = Directory.GetDirectories(folder).Order(StringComparer.Ordinal).ToArray();
        if (classes.Length is 0 or > 256) throw new DataFormatException(folder, null, $"there are {classes.Length} folders in it", "Give a folder with 1 to 256 folders, each with the images of a class.");
        var size = height * width * channels;
        var files = classes.SelectMany((path, label) =>
        {
            var images = Directory.GetFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToArray();
            return images.Length > 0 ? images.Select(file => (File: file, Label: (byte)label)) : throw new DataFormatException(path, null, "the class has no image", $"Put images ({string.Join(", ", Extensions)}) there, or take the folder away.");
        }).ToArray();
        var pixels = new byte[files.Length * size];
        for (var i = 0; i < files.Length; i++)
        {
            var bytes = decode(files[i].File);
            if (bytes.Length != size) throw new DataFormatException(files[i].File, null, $"the decoder gave {bytes.Length} bytes, not {channels}·{height}·{width}", "Let it scale all images to one size.");
            bytes.CopyTo(pixels, i * size);
        }
        return (new(pixels, [.. files.Select(file => file.Label)], height, width) { Channels = channels }, [.. classes.Select(path => Path.GetFileName(path)!)]);
    }
}

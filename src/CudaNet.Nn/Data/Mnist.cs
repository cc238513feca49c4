using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Data;

/// <summary>Finds and reads MNIST and what has its form: four IDX files, plain or gzip, of images and labels, ten classes.</summary>
public static class Mnist
{
    private const string Folder = "data/mnist";
    private const string FashionFolder = "/usr/share/datasets/fashion-mnist";
    private const int Classes = 10;

    /// <summary>Names of MNIST's classes: the digits.</summary>
    public static IReadOnlyList<string> DigitNames { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>Names of Fashion-MNIST's classes.</summary>
    public static IReadOnlyList<string> FashionNames { get; } =
        ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>Finds the folder of a data set.</summary>
    /// <param name="data">null: the 10,000 digits that come with the program. "fashion": the folder of Debian's package
    /// dataset-fashion-mnist. Anything else: a folder; its classes are called by Fashion-MNIST's names when its own name
    /// contains "fashion", by digits otherwise.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder; the message says what to do.</exception>
    public static MnistSource Locate(string? data = null)
    {
        if (data is null)
            return new MnistSource("MNIST", FindShipped(), DigitNames);
        if (data == "fashion")
        {
            if (!Directory.Exists(FashionFolder))
                throw new DirectoryNotFoundException($"Fashion-MNIST: {FashionFolder} is missing. On Debian: apt-get install dataset-fashion-mnist. Elsewhere give the folder of its four IDX files instead of \"fashion\".");
            return new MnistSource("Fashion-MNIST", FashionFolder, FashionNames);
        }
        if (!Directory.Exists(data))
            throw new DirectoryNotFoundException($"{data}: there is no such folder. Give the folder of the four IDX files of MNIST or Fashion-MNIST, \"fashion\" for Debian's package, or nothing for the digits that come with CudaNet.");

        string folder = Path.GetFullPath(data);
        bool fashion = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).Contains("fashion", StringComparison.OrdinalIgnoreCase);
        return fashion ? new MnistSource("Fashion-MNIST", folder, FashionNames) : new MnistSource("MNIST", folder, DigitNames);
    }

    /// <summary>Reads the data set that <see cref="Locate"/> finds.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">One of the four files is missing.</exception>
    /// <exception cref="DataFormatException">A file is damaged, or the files do not fit to one another.</exception>
    public static MnistData Load(string? data = null) => Load(Locate(data));

    /// <summary>Reads a data set.</summary>
    /// <inheritdoc cref="Load(string?)"/>
    public static MnistData Load(MnistSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Every missing file is known before the first is read.
        string trainImages = Find(source.Folder, "train-images", "idx3"), trainLabels = Find(source.Folder, "train-labels", "idx1");
        string testImages = Find(source.Folder, "t10k-images", "idx3"), testLabels = Find(source.Folder, "t10k-labels", "idx1");
        var train = Read(trainImages, trainLabels);
        var test = Read(testImages, testLabels);
        if ((train.Height, train.Width) != (test.Height, test.Width))
            throw new DataFormatException(testImages, null, $"the images are {test.Height}×{test.Width}, those of {Path.GetFileName(trainImages)} {train.Height}×{train.Width}", "Take all four files from one data set.");
        return new MnistData(source, train, test);
    }

    private static LabelledImages Read(string imageFile, string labelFile)
    {
        var images = IdxFile.Read(imageFile);
        if (images is not { Type: IdxElementType.UInt8, Shape: [_, > 0, > 0] })
            throw new DataFormatException(imageFile, 2, $"{Describe(images)} are no images, which are UInt8 [count, height, width]", "Give the image file of MNIST or of a data set of its form.");
        var labels = IdxFile.Read(labelFile);
        if (labels is not { Type: IdxElementType.UInt8, Shape: [_] })
            throw new DataFormatException(labelFile, 2, $"{Describe(labels)} are no labels, which are UInt8 [count]", "Give the label file of MNIST or of a data set of its form.");

        int count = images.Shape[0];
        if (count != labels.Shape[0])
            throw new DataFormatException(labelFile, 4, $"{labels.Shape[0]} labels stand against {count} images in {Path.GetFileName(imageFile)}", "Take both files from one data set.");
        if (count == 0)
            throw new DataFormatException(imageFile, 4, "the file holds no image", "Give files with at least one image.");
        int wrong = labels.Data.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        if (wrong >= 0)
            throw new DataFormatException(labelFile, 8 + wrong, $"label {labels.Data[wrong]} of image {wrong} is not between 0 and {Classes - 1}", "Give labels of ten classes.");
        return new LabelledImages(images.Data, labels.Data, images.Shape[1], images.Shape[2]);
    }

    private static string Describe(IdxFile file) => $"{file.Type} [{string.Join(", ", file.Shape)}]";

    private static string Find(string folder, string stem, string kind)
    {
        // Some archives unpack with a dot in place of the dash.
        string[] names = [$"{stem}-{kind}-ubyte", $"{stem}-{kind}-ubyte.gz", $"{stem}.{kind}-ubyte", $"{stem}.{kind}-ubyte.gz"];
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{folder}: there is no such folder. Give the folder of the four IDX files.");
        return names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{folder}: {names[0]} or {names[1]} is missing. The folder must hold the images and labels of both train and t10k; copy the missing file there.", names[0]);
    }

    /// <summary>Beside the program, else in a folder above it or above the current one (a checkout of the repository).</summary>
    private static string FindShipped()
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
                if (File.Exists(Path.Combine(at.FullName, Folder, "train-images-idx3-ubyte.gz")))
                    return Path.Combine(at.FullName, Folder);
        throw new DirectoryNotFoundException($"MNIST: the digits that come with CudaNet are missing: {Path.Combine(AppContext.BaseDirectory, Folder)}. Copy the folder {Folder} of the repository there, or give a folder of IDX files.");
    }
}

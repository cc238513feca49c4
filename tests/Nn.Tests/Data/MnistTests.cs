using System.Security.Cryptography;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats;

namespace CudaNet.Tests.Data;

public sealed class MnistTests
{
    private const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    /// <summary>Four small files of MNIST's form.</summary>
    private static TemporaryFolder Small(string suffix = ".gz", int side = 4)
    {
        var folder = new TemporaryFolder();
        foreach (var (stem, count) in new[] { ("train", 20), ("t10k", 5) })
        {
            new IdxFile(IdxElementType.UInt8, [count, side, side], new byte[count * side * side]).Save(folder[$"{stem}-images-idx3-ubyte{suffix}"]);
            new IdxFile(IdxElementType.UInt8, [count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]).Save(folder[$"{stem}-labels-idx1-ubyte{suffix}"]);
        }
        return folder;
    }

    private static string Refusal(TemporaryFolder folder) => Assert.Throws<DataFormatException>(() => Mnist.Load(folder.Path))!.Message;

    [Test]
    public void The_shipped_digits_are_found_beside_the_program()
    {
        var source = Mnist.Locate();
        Assert.Multiple(() =>
        {
            Assert.That(source.Folder, Does.StartWith(AppContext.BaseDirectory));
            Assert.That(source.Name, Is.EqualTo("MNIST"));
            Assert.That(source.ClassNames, Is.EqualTo(Mnist.DigitNames));
        });
    }

    [Test]
    public void The_shipped_digits_are_9000_to_train_and_1000_to_test()
    {
        var data = Mnist.Load();
        int[] train = new int[10], test = new int[10];
        foreach (byte label in data.Train.Labels)
            train[label]++;
        foreach (byte label in data.Test.Labels)
            test[label]++;
        Assert.Multiple(() =>
        {
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((9000, 1000)));
            Assert.That((data.Train.Height, data.Train.Width, data.Test.Height, data.Test.Width), Is.EqualTo((28, 28, 28, 28)));
            Assert.That(train, Is.EqualTo(new[] { 901, 1014, 892, 929, 882, 777, 912, 963, 850, 880 }));
            Assert.That(test, Is.EqualTo(new[] { 100, 113, 99, 103, 98, 86, 102, 107, 94, 98 }));
            Assert.That(data.Train.Labels[..100].Distinct().Count(), Is.EqualTo(10), "classes are mixed");
        });
    }

    [Test]
    public void The_shipped_digits_are_those_of_their_readme()
    {
        var data = Mnist.Load();
        string readme = File.ReadAllText(Path.Combine(data.Source.Folder, "README.md"));
        foreach (string file in Directory.EnumerateFiles(data.Source.Folder, "*.gz"))
        {
            var content = new MemoryStream();
            IdxFile.Read(file).Write(content);
            Assert.That(readme, Does.Contain(Convert.ToHexStringLower(SHA256.HashData(content.ToArray()))), file);
            Assert.That(readme, Does.Contain(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))), file);
        }
    }

    [Test]
    public void No_digit_stands_both_in_train_and_in_test()
    {
        var data = Mnist.Load();
        var seen = Enumerable.Range(0, data.Train.Count).Select(i => Convert.ToHexString(data.Train.Image(i))).ToHashSet();
        Assert.That(Enumerable.Range(0, data.Test.Count).Count(i => seen.Contains(Convert.ToHexString(data.Test.Image(i)))), Is.Zero);
    }

    [TestCase("")]
    [TestCase(".gz")]
    public void Files_are_read_plain_and_packed(string suffix)
    {
        using var folder = Small(suffix);
        var data = Mnist.Load(folder.Path);
        Assert.That((data.Train.Count, data.Test.Count, data.Train.Height), Is.EqualTo((20, 5, 4)));
    }

    [Test]
    public void Images_beyond_the_last_cannot_be_asked_for()
    {
        using var folder = Small();
        var test = Mnist.Load(folder.Path).Test;
        Assert.That(() => test.Image(5).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_folder_called_fashion_has_the_names_of_clothes()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["my-Fashion"]);
        Directory.CreateDirectory(folder["digits"]);
        Assert.Multiple(() =>
        {
            Assert.That(Mnist.Locate(folder["my-Fashion"] + "/").ClassNames[9], Is.EqualTo("Ankle boot"));
            Assert.That(Mnist.Locate(folder["digits"]).ClassNames[9], Is.EqualTo("9"));
            Assert.That(Mnist.FashionNames, Has.Count.EqualTo(10).And.Unique);
        });
    }

    [Test]
    public void Fashion_is_found_or_the_command_to_install_it_is_told()
    {
        if (!Directory.Exists(DebianFolder))
        {
            Assert.That(() => Mnist.Locate("fashion"), Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains("apt-get install dataset-fashion-mnist"));
            return;
        }
        var data = Mnist.Load("fashion");
        Assert.That((data.Source.Name, data.Train.Count, data.Test.Count, data.Train.Width), Is.EqualTo(("Fashion-MNIST", 60000, 10000, 28)));
    }

    [Test]
    public void A_missing_folder_is_named_with_the_fix()
    {
        Assert.That(() => Mnist.Load("no/such/folder"), Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains("no/such/folder: there is no such folder. Give the folder of the four IDX files"));
        Assert.That(() => Mnist.Load(new MnistSource("x", "no/such/folder", Mnist.DigitNames)), Throws.TypeOf<DirectoryNotFoundException>());
    }

    [TestCase("train-images-idx3-ubyte")]
    [TestCase("train-labels-idx1-ubyte")]
    [TestCase("t10k-images-idx3-ubyte")]
    [TestCase("t10k-labels-idx1-ubyte")]
    public void A_missing_file_is_named_with_the_fix(string name)
    {
        using var folder = Small();
        File.Delete(folder[name + ".gz"]);
        Assert.That(() => Mnist.Load(folder.Path), Throws.TypeOf<FileNotFoundException>().With.Message.Contains($"{name} or {name}.gz is missing").And.Message.Contains("copy the missing file there"));
    }

    [Test]
    public void Different_numbers_of_images_and_labels_are_refused()
    {
        using var folder = Small();
        new IdxFile(IdxElementType.UInt8, [4], new byte[4]).Save(folder["t10k-labels-idx1-ubyte.gz"]);
        Assert.That(Refusal(folder), Does.Contain("t10k-labels-idx1-ubyte.gz: at byte 4: 4 labels stand against 5 images in t10k-images-idx3-ubyte.gz. Take both files from one data set"));
    }

    [Test]
    public void Images_of_two_sizes_are_refused()
    {
        using var folder = Small();
        new IdxFile(IdxElementType.UInt8, [5, 3, 3], new byte[45]).Save(folder["t10k-images-idx3-ubyte.gz"]);
        Assert.That(Refusal(folder), Does.Contain("the images are 3×3, those of train-images-idx3-ubyte.gz 4×4"));
    }

    [Test]
    public void Files_in_the_wrong_place_are_refused()
    {
        using var folder = Small();
        File.Copy(folder["train-labels-idx1-ubyte.gz"], folder["train-images-idx3-ubyte.gz"], overwrite: true);
        Assert.That(Refusal(folder), Does.Contain("UInt8 [20] are no images, which are UInt8 [count, height, width]"));

        using var other = Small();
        File.Copy(other["train-images-idx3-ubyte.gz"], other["train-labels-idx1-ubyte.gz"], overwrite: true);
        Assert.That(Refusal(other), Does.Contain("UInt8 [20, 4, 4] are no labels, which are UInt8 [count]"));
    }

    [Test]
    public void A_label_beyond_the_ten_classes_is_refused()
    {
        using var folder = Small();
        new IdxFile(IdxElementType.UInt8, [5], [0, 1, 2, 10, 4]).Save(folder["t10k-labels-idx1-ubyte.gz"]);
        Assert.That(Refusal(folder), Does.Contain("at byte 11: label 10 of image 3 is not between 0 and 9"));
    }

    [Test]
    public void Files_without_an_image_are_refused()
    {
        using var folder = Small();
        new IdxFile(IdxElementType.UInt8, [0, 4, 4], []).Save(folder["train-images-idx3-ubyte.gz"]);
        new IdxFile(IdxElementType.UInt8, [0], []).Save(folder["train-labels-idx1-ubyte.gz"]);
        Assert.That(Refusal(folder), Does.Contain("the file holds no image"));
    }
}

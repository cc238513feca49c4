using CudaNet.Nn.Data;
using CudaNet.Nn.Formats;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class DataFileTests
{
    [Test]
    public void Cifar_records_are_a_label_and_three_planes()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, k) in new[] { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin" }.Select((name, k) => (name, k)))
            File.WriteAllBytes(folder[name], [.. Enumerable.Range(0, 3).SelectMany(i => Record((byte)((k + i) % 10), (byte)(10 * k + i)))]);
        var (train, test) = Cifar10.Load(folder.Path);
        Assert.That((train.Count, test.Count, train.Channels, train.Height, train.Width, train.ImageSize), Is.EqualTo((15, 3, 3, 32, 32, 3072)));
        Assert.That(train.Labels, Is.EqualTo(new byte[] { 0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6 }));
        var batch = new ImageDataset(train).Collate([4], default);
        Assert.That(batch.Inputs.Shape, Is.EqualTo(new Shape(1, 3, 32, 32)));
        // Record 4 is the second of file 1: red 11, green 12, blue 13.
        Assert.That(batch.Inputs.Mean((int[])[2, 3]).ToArray<float>(), Is.EqualTo(new[] { 11 / 255f, 12 / 255f, 13 / 255f }).Within(1e-6f));
        Assert.That(Cifar10.ClassNames, Has.Count.EqualTo(10));
    }

    [Test]
    public void A_damaged_cifar_file_is_refused_with_its_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.bin"], [.. Record(3, 1), .. Record(12, 1)]);
        Assert.That(Assert.Throws<DataFormatException>(() => Cifar10.Read(folder["a.bin"]))!.Message, Does.Contain("at byte 3073: label 12"));
        File.WriteAllBytes(folder["b.bin"], Record(3, 1)[..3000]);
        Assert.That(Assert.Throws<DataFormatException>(() => Cifar10.Read(folder["b.bin"]))!.Message, Does.Contain("3,000 bytes"));
        File.WriteAllBytes(folder["c.bin"], []);
        Assert.Throws<DataFormatException>(() => Cifar10.Read(folder["c.bin"]));
        Assert.That(Assert.Throws<FileNotFoundException>(() => Cifar10.Load(folder.Path))!.Message, Does.Contain("data_batch_1.bin").And.Contain("test_batch.bin").And.Contain("are missing"));
    }

    [Test]
    public void All_channels_of_an_image_are_moved_alike()
    {
        var images = new LabelledImages([.. Enumerable.Range(0, 27).Select(i => (byte)(1 + i % 9))], [0], 3, 3) { Channels = 3 };
        var moved = new ImageDataset(images, ImageTransforms.RandomShift(1));
        for (var epoch = 0; epoch < 5; epoch++)
        {
            var planes = moved.Collate([0], new(1, epoch)).Inputs.ToArray<float>().Chunk(9).ToArray();
            Assert.That(planes[1], Is.EqualTo(planes[0]));
            Assert.That(planes[2], Is.EqualTo(planes[0]));
        }
    }

    [Test]
    public void A_table_has_features_and_classes()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["iris.csv"], "id,length,width,species\n1, 5.1,3.5,setosa\n2,7,3.2,\"versicolor\"\n3,-6.3e0,2.5,setosa\n");
        var table = CsvTable.Read(folder["iris.csv"], "species", leaveOut: ["id"]);
        Assert.That(table.X.ToArray<float>(), Is.EqualTo(new[] { 5.1f, 3.5f, 7, 3.2f, -6.3f, 2.5f }));
        Assert.That(table.Y.ToArray<long>(), Is.EqualTo(new[] { 0L, 1, 0 }));
        Assert.That(table.Features, Is.EqualTo(new[] { "length", "width" }));
        Assert.That(table.Classes, Is.EqualTo(new[] { "setosa", "versicolor" }));
        var regression = CsvTable.Read(folder["iris.csv"], "width", classes: false, leaveOut: ["id", "species"]);
        Assert.That(regression.Y.ToArray<float>(), Is.EqualTo(new[] { 3.5f, 3.2f, 2.5f }));
    }

    [TestCase("a,b\n1,x\n", "a", false, "'x' in line 2, column 'b', is no number")]
    [TestCase("a,b\n1,2\nnan,3\n", "a", false, "'nan' in line 3, column 'a', is no number")]
    [TestCase("a,b\n1,2\n,3\n", "b", false, "'' in line 3, column 'a', is no number")]
    [TestCase("a,b\n1,2\n", "c", true, "there is no column 'c' among a, b")]
    [TestCase("a\n1\n", "a", true, "there is no column beside 'a'")]
    [TestCase("a,b\n", "a", true, "there is no line below the header")]
    [TestCase("", "a", true, "there is no header")]
    [TestCase("a,b\n1,2\n3\n", "b", true, "line 3 cannot be read")]
    public void A_table_that_cannot_be_used_is_refused_with_its_place(string text, string target, bool classes, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.csv"], text);
        Assert.That(Assert.Throws<DataFormatException>(() => CsvTable.Read(folder["t.csv"], target, classes))!.Message, Does.Contain(expected));
    }

    [Test]
    public void A_folder_of_folders_is_a_data_set()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, files) in new[] { ("dog", 2), ("cat", 1) })
        {
            Directory.CreateDirectory(folder[name]);
            for (var i = 0; i < files; i++) File.WriteAllBytes(Path.Combine(folder[name], $"{i}.png"), [(byte)(name.Length + i)]);
            File.WriteAllText(Path.Combine(folder[name], "notes.txt"), "no image");
        }
        var (images, names) = ImageFolder.Read(folder.Path, path => [.. Enumerable.Repeat(File.ReadAllBytes(path)[0], 4)], 2, 2, 1);
        Assert.That(names, Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(images.Labels, Is.EqualTo(new byte[] { 0, 1, 1 }));
        Assert.That(images.Image(2).ToArray(), Is.EqualTo(new byte[] { 4, 4, 4, 4 }));
        Assert.Throws<DataFormatException>(() => ImageFolder.Read(folder.Path, _ => [1], 2, 2, 1));
        Directory.CreateDirectory(folder["empty"]);
        Assert.That(Assert.Throws<DataFormatException>(() => ImageFolder.Read(folder.Path, _ => [1, 2, 3, 4], 2, 2, 1))!.Message, Does.Contain("the class has no image"));
        Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Read(folder["none"], _ => [], 1, 1));
    }

    [Test]
    public void Folds_test_every_sample_once_and_keep_the_classes_shares()
    {
        byte[] labels = [.. Enumerable.Range(0, 103).Select(i => (byte)(i % 10 == 0 ? 1 : 0))];
        var folds = DataSplit.StratifiedFolds(labels, 5, seed: 2);
        Assert.That(folds, Has.Count.EqualTo(5));
        Assert.That(folds.SelectMany(fold => fold.Test).Order(), Is.EqualTo(Enumerable.Range(0, 103)));
        foreach (var (train, test) in folds)
        {
            Assert.That(train.Intersect(test), Is.Empty);
            Assert.That(train.Length + test.Length, Is.EqualTo(103));
            Assert.That(test.Length, Is.InRange(20, 21));
            Assert.That(test.Count(i => labels[i] == 1), Is.InRange(2, 3));
        }
        Assert.That(DataSplit.StratifiedFolds(labels, 5, seed: 2)[0].Test, Is.EqualTo(folds[0].Test));
        Assert.That(DataSplit.StratifiedFolds(labels, 5, seed: 3)[0].Test, Is.Not.EqualTo(folds[0].Test));
        Assert.Throws<ArgumentException>(() => DataSplit.StratifiedFolds([1, 2], 3));
    }

    private static byte[] Record(byte label, byte red) =>
        [label, .. Enumerable.Repeat(red, 1024), .. Enumerable.Repeat((byte)(red + 1), 1024), .. Enumerable.Repeat((byte)(red + 2), 1024)];
}

using CudaNet.IO;

namespace CudaNet.Tests.IO;

public sealed class AtomicFileTests
{
    private static void Full(Stream stream)
    {
        stream.Write(new byte[100_000]);
        throw new IOException("No space left on device");
    }

    [Test]
    public void A_new_file_is_written_and_nothing_else_is_left()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a.bin"], new byte[] { 1, 2, 3 });
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(folder["a.bin"]), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(folder.Names, Is.EqualTo(new[] { "a.bin" }));
        });
    }

    [Test]
    public void An_earlier_file_is_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "a long earlier text");
        AtomicFile.Write(folder["a.txt"], "new"u8.ToArray());
        Assert.That(File.ReadAllText(folder["a.txt"]), Is.EqualTo("new"));
    }

    [Test]
    public void Missing_folders_are_created()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["x/y/a.txt"], "new"u8.ToArray());
        Assert.That(File.ReadAllText(folder["x/y/a.txt"]), Is.EqualTo("new"));
    }

    [Test]
    public void A_full_disk_keeps_the_earlier_file_and_leaves_no_other()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "earlier");
        Assert.That(() => AtomicFile.Write(folder["a.txt"], Full), Throws.InstanceOf<IOException>().With.Message.Contains("a.txt: cannot be written: No space left on device. What stood there is unchanged. Free space"));
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(folder["a.txt"]), Is.EqualTo("earlier"));
            Assert.That(folder.Names, Is.EqualTo(new[] { "a.txt" }));
        });
    }

    [Test]
    public void Any_exception_of_the_writer_comes_through_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => AtomicFile.Write(folder["a.txt"], _ => throw new InvalidOperationException("mine")), Throws.InvalidOperationException.With.Message.EqualTo("mine"));
        Assert.That(folder.Names, Is.Empty);
    }

    [Test]
    public void A_device_is_written_to_and_stays_a_device()
    {
        if (!File.Exists("/dev/full"))
            Assert.Ignore("This system has no /dev/full.");
        Assert.That(() => AtomicFile.Write("/dev/full", new byte[100_000]), Throws.InstanceOf<IOException>().With.Message.Contains("/dev/full: cannot be written"));
        AtomicFile.Write("/dev/null", new byte[10]);
        using var device = File.OpenRead("/dev/full");
        Assert.Multiple(() =>
        {
            Assert.That(device.ReadByte(), Is.Zero, "/dev/full gives zeros when read");
            Assert.That(Directory.EnumerateFiles("/dev", "*.tmp"), Is.Empty);
        });
    }

    [Test]
    public void A_link_stays_a_link_and_its_target_is_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["target.txt"], "earlier");
        File.CreateSymbolicLink(folder["link.txt"], folder["target.txt"]);
        AtomicFile.Write(folder["link.txt"], "new"u8.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(folder["target.txt"]), Is.EqualTo("new"));
            Assert.That(new FileInfo(folder["link.txt"]).LinkTarget, Is.Not.Null);
        });
    }

    [Test]
    public void A_folder_in_the_place_of_the_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => AtomicFile.Write(folder.Path, new byte[1]), Throws.InstanceOf<IOException>().With.Message.Contains("this is a folder"));
    }
}

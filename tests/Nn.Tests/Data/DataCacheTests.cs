using CudaNet.Nn.Data;
using CudaNet.Nn.Formats;

namespace CudaNet.Tests.Data;

[TestFixture]
internal sealed class DataCacheTests
{
    [Test]
    public void A_file_is_made_once_and_again_when_it_is_damaged_or_of_another_recipe()
    {
        using var folder = new TemporaryFolder();
        var path = folder["cache/a.bin"];
        var made = 0;
        bool Get(string key) => DataCache.Ensure(path, key, to => File.WriteAllText(to, $"{key}{++made}"));
        Assert.That((Get("v1"), Get("v1"), File.ReadAllText(path)), Is.EqualTo((true, false, "v11")));
        File.AppendAllText(path, "x");
        Assert.That((Get("v1"), File.ReadAllText(path)), Is.EqualTo((true, "v12")), "damaged");
        Assert.That((Get("v2"), Get("v2"), File.ReadAllText(path)), Is.EqualTo((true, false, "v23")), "of another recipe");
        File.Delete(path + ".sha256");
        Assert.That((Get("v2"), made), Is.EqualTo((true, 4)), "not known to be whole");
        Assert.That(Directory.GetFiles(folder["cache"]), Has.Length.EqualTo(2), "no partial file is left");
    }

    [Test]
    public void What_cannot_be_made_leaves_what_there_was()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.bin"];
        DataCache.Ensure(path, "v1", to => File.WriteAllText(to, "good"));
        Assert.That(() => DataCache.Ensure(path, "v2", to =>
        {
            File.WriteAllText(to, "half");
            throw new InvalidOperationException("no more");
        }), Throws.InvalidOperationException);
        Assert.That(File.ReadAllText(path), Is.EqualTo("good"));
        Assert.That(folder.Names, Is.EquivalentTo(new[] { "a.bin", "a.bin.sha256" }));
    }

    [Test]
    public void A_known_hash_is_held_against_the_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "abc");
        // The SHA-256 of "abc" in FIPS 180.
        const string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        Assert.That(DataCache.HashOf(folder["a"]), Is.EqualTo(abc));
        DataCache.Verify(folder["a"], abc.ToUpperInvariant());
        Assert.That(() => DataCache.Verify(folder["a"], new string('0', 64)), Throws.TypeOf<DataFormatException>().With.Message.Contain(abc));
    }
}

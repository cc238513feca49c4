using System.Text;
using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Formats.SafeTensors;

namespace CudaNet.Tests.Formats;

public sealed class SafeTensorsShardsTests
{
    [Test]
    public void Tensors_over_several_files_are_read_as_from_one()
    {
        using var folder = new TemporaryFolder();
        var module = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 4));
        SafeTensorsShards.Save(folder.Path, module.StateDict(), maxBytes: 600);
        var other = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 4));
        using var shards = SafeTensorsShards.Open(folder.Path);
        other.Load(folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(shards.Files.Count(), Is.EqualTo(2));
            Assert.That(shards.Names, Is.EqualTo(module.StateDict().Keys));
            foreach (var (name, tensor) in module.StateDict())
            {
                Assert.That(shards.Read(name).ToArray<float>(), Is.EqualTo(tensor.ToArray<float>()), name);
                Assert.That(other.StateDict()[name].ToArray<float>(), Is.EqualTo(tensor.ToArray<float>()), name);
            }
            Assert.That(() => shards.Read("none"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("0.weight"));
        });
    }

    [Test]
    public void Broken_indices_are_refused_with_their_reason()
    {
        using var folder = new TemporaryFolder();
        string Refusal(string json)
        {
            File.WriteAllText(folder["i.json"], json);
            return Assert.Throws<DataFormatException>(() =>
            {
                using var shards = SafeTensorsShards.Open(folder["i.json"]);
                shards.ReadAll();
            })!.Message;
        }
        File.WriteAllBytes(folder["empty.safetensors"], [2, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8]);
        File.WriteAllBytes(folder["cut.safetensors"], [9, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8]);
        Assert.Multiple(() =>
        {
            Assert.That(Refusal("{"), Does.Contain("JSON"));
            Assert.That(Refusal("{\"weight_map\": 3}"), Does.Contain("no weight_map"));
            Assert.That(Refusal("""{"weight_map": {"a": "../etc.safetensors"}}"""), Does.Contain("no file of the index's folder"));
            Assert.That(Refusal("""{"weight_map": {"a": 1}}"""), Does.Contain("no file of the index's folder"));
            Assert.That(Refusal("""{"weight_map": {"a": "gone.safetensors"}}"""), Does.Contain("gone.safetensors"));
            Assert.That(Refusal("""{"weight_map": {"a": "empty.safetensors"}}"""), Does.Contain("not in \"empty.safetensors\""));
            Assert.That(Refusal("""{"weight_map": {"a": "cut.safetensors"}}"""), Does.Contain("cut off"));
        });
    }

    [Test]
    public void Damaged_indices_are_accepted_or_refused_and_cost_little()
    {
        byte[] content = Encoding.UTF8.GetBytes("""{"metadata": {"total_size": 100}, "weight_map": {"a.weight": "model-00001-of-00002.safetensors", "b.weight": "model-00002-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}""");
        Mutations.Run(Mutations.Files(100_000), random => Mutations.Damage(content, random), file => SafeTensorsShards.Parse(file, "i.json").Dispose(), extraBytes: 30_000);
    }
}

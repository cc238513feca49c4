using System.Text.Json;
using CudaNet.Models.Language;
using CudaNet.Models.Mnist;
using CudaNet.Models.Systems;

namespace CudaNet.Tests.Mnist;

public class OptionsTests
{
    [Test]
    public void What_an_older_checkpoint_does_not_name_has_its_default()
    {
        Assert.That(OptionsJson.Read("""{ "Layers": 2 }""", OptionsJson.Default.GptOptions), Is.EqualTo(new GptOptions { Layers = 2 }));
        Assert.That(OptionsJson.Read("""{ "Model": "cnn" }""", OptionsJson.Default.MnistOptions), Is.EqualTo(new MnistOptions { Model = "cnn" }));
    }

    [Test]
    public void A_damaged_text_is_refused([Values("{", "[1]", """{ "Layers": "two" }""")] string text) =>
        Assert.That(() => OptionsJson.Read(text, OptionsJson.Default.GptOptions), Throws.InstanceOf<JsonException>());

    [Test]
    public void Options_are_restored()
    {
        var gpt = new GptOptions { Vocabulary = 300, Data = "kjv", LearningRate = 1e-3, Mixed = true, Seed = 7 };
        Assert.That(OptionsJson.Read(JsonSerializer.Serialize(gpt, OptionsJson.Default.GptOptions), OptionsJson.Default.GptOptions), Is.EqualTo(gpt));
    }
}

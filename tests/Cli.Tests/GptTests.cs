using System.Text.Json;

namespace CudaNet.Tests;

[TestFixture, NonParallelizable]
internal sealed class GptTests
{
    [Test]
    public void A_small_GPT_is_trained_resumed_and_writes()
    {
        using var folder = new TemporaryFolder();
        string[] model = ["--vocabulary", "300", "--layers", "1", "--size", "16", "--heads", "2", "--context", "16", "--batch", "4", "--every", "3"];
        var (code, text, error) = Command.Run(["train", "gpt", .. model, "--steps", "6", "--out", folder["run"], "--json", folder["t.json"]]);
        Assert.That(code, Is.Zero, error);
        Assert.That(text, Does.Contain("bits/byte").And.Contain("order-5 Kneser–Ney n-gram").And.Contain("wrote"));
        using var json = JsonDocument.Parse(File.ReadAllText(folder["t.json"]));
        Assert.That(json.RootElement.GetProperty("figures").GetProperty("bits_per_byte").GetDouble(), Is.InRange(2.0, 6.0));
        Assert.That(json.RootElement.GetProperty("rows").GetArrayLength(), Is.EqualTo(2));
        Assert.That(Command.Run("train", "gpt", "--resume", "--size", "32", "--out", folder["run"]).Error, Does.Contain("--size 32 contradicts"));
        Assert.That(Command.Run("train", "gpt", "--resume", "--out", folder["run"]).Out, Does.Contain("resumed after step 6"));

        var (generated, written, _) = Command.Run("generate", "And God", "--model", folder["run"], "--tokens", "5", "--seed", "3");
        Assert.That(generated, Is.Zero);
        Assert.That(written, Does.StartWith("And God"));
        Assert.That(Command.Run("generate", "And God", "--model", folder["run"], "--tokens", "5", "--seed", "3").Out, Is.EqualTo(written));
        Assert.That(Command.Run("generate", "And God", "--model", folder["run"], "--tokens", "4", "--beams", "3").Code, Is.Zero);
        Assert.That(Command.Run("generate", "x", "--model", folder["none"]).Error, Does.Contain("Give the folder of a run"));
        Assert.That(Command.Run("generate", "x", "--model", folder["run"], "--top-p", "2").Error, Does.Contain("TopP is 2"));
    }
}

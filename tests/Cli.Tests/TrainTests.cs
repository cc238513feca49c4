using System.IO.Compression;
using System.Text.Json;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Formats.TensorBoard;

namespace CudaNet.Tests;

[TestFixture, NonParallelizable]
internal sealed class TrainTests
{
    [Test]
    public void Training_prints_a_table_and_writes_checkpoint_pictures_and_figures()
    {
        using var folder = new TemporaryFolder();
        var (code, text, error) = Command.Run("train", "mnist", "--limit", "3000", "--epochs", "3", "--out", folder["run"], "--json", folder["t.json"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(text, Does.Contain("epoch   train loss").And.Contain("101,770 parameters").And.Contain("of the test images are right").And.Contain("recall"));
        Assert.That(Directory.GetFiles(folder["run"]).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Is.EqualTo(new[] { "checkpoint.safetensors", "confusion.png", "learning-curve.png", "metrics.csv", "mistakes.png" }));
        using var json = JsonDocument.Parse(File.ReadAllText(folder["t.json"]));
        Assert.That(json.RootElement.GetProperty("figures").GetProperty("test_accuracy").GetDouble(), Is.GreaterThan(0.85));
        Assert.That(json.RootElement.GetProperty("rows").GetArrayLength(), Is.EqualTo(3));
        Assert.That(Command.Run("inspect", Path.Combine(folder["run"], "checkpoint.safetensors")).Out, Does.Contain("fc1.weight").And.Contain("training: 3 epochs"));
    }

    [Test]
    public void A_log_holds_what_the_table_shows()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Command.Run("train", "mnist", "--limit", "1000", "--epochs", "2", "--out", folder["run"], "--log", folder["log"], "--detect-anomaly", "--json", folder["t.json"]);
        Assert.That(code, Is.Zero, error);
        using var json = JsonDocument.Parse(File.ReadAllText(folder["t.json"]));
        var accuracy = json.RootElement.GetProperty("figures").GetProperty("test_accuracy").GetDouble();
        var events = TensorBoardEvent.ReadAll(Directory.GetFiles(folder["log"], "events.*").Single());
        Assert.That(events.Last(e => e.Tag == "test/accuracy").Scalar, Is.EqualTo((float)accuracy));
        Assert.That(events.Count(e => e.Histogram is not null), Is.EqualTo(2 * 4), "weights and biases of two layers");
        Assert.That(File.ReadAllLines(Path.Combine(folder["log"], "scalars.csv")), Has.Length.GreaterThan(10));
    }

    [Test]
    public void A_convolutional_network_trains()
    {
        using var folder = new TemporaryFolder();
        var (code, text, error) = Command.Run("train", "mnist", "--model", "cnn", "--limit", "1500", "--epochs", "2", "--out", folder["run"], "--json", folder["t.json"]);
        Assert.That(code, Is.Zero, error);
        using var json = JsonDocument.Parse(File.ReadAllText(folder["t.json"]));
        Assert.That(json.RootElement.GetProperty("figures").GetProperty("test_accuracy").GetDouble(), Is.GreaterThan(0.8), text);
    }

    [Test]
    public void A_run_that_Ctrl_C_stopped_goes_on_to_exactly_the_same_weights()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("a process cannot be sent Ctrl-C there");
        using var folder = new TemporaryFolder();
        string[] options = ["train", "mnist", "--limit", "1000", "--epochs", "60", "--batch", "32"];
        Assert.That(Command.Run([.. options, "--out", folder["whole"]]).Code, Is.Zero);

        using var process = Command.Start([.. options, "--out", folder["cut"]]);
        var errors = process.StandardError.ReadToEndAsync();
        // Some epochs are done when the fourth line of the table comes.
        string? line;
        while ((line = process.StandardOutput.ReadLine()) is not null && !line.StartsWith("    4", StringComparison.Ordinal)) { }
        if (!process.HasExited) Command.Interrupt(process);
        var rest = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(130).Or.EqualTo(0), errors.Result);
        if (process.ExitCode == 130)
        {
            Assert.That(rest, Does.Contain("Go on with: cudanet train mnist --resume --out"));
            Assert.That(Directory.GetFileSystemEntries(folder["cut"]), Has.Length.EqualTo(1), "only the checkpoint, no partial file");
            var (code, text, error) = Command.Run("train", "mnist", "--resume", "--out", folder["cut"]);
            Assert.That(code, Is.Zero, error);
            Assert.That(text, Does.Contain("resumed after epoch"));
        }
        Assert.That(Weights(folder["cut"]), Is.EqualTo(Weights(folder["whole"])));
    }

    [Test]
    public void Resume_refuses_options_that_contradict_the_run()
    {
        using var folder = new TemporaryFolder();
        Assert.That(Command.Run("train", "mnist", "--limit", "200", "--epochs", "1", "--out", folder["run"]).Code, Is.Zero);
        var (code, _, error) = Command.Run("train", "mnist", "--resume", "--seed", "5", "--out", folder["run"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("--seed 5 contradicts the run that is resumed, which has 1"));
    }

    [Test]
    public void A_damaged_checkpoint_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(Command.Run("train", "mnist", "--limit", "200", "--epochs", "1", "--out", folder["run"]).Code, Is.Zero);
        var path = Path.Combine(folder["run"], "checkpoint.safetensors");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        var (code, _, error) = Command.Run("train", "mnist", "--resume", "--out", folder["run"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith($"cudanet: {path}:").And.Contain("cut off").Or.Contain("at byte"));
    }

    [TestCase("train-images-idx3-ubyte.gz"), TestCase("t10k-labels-idx1-ubyte.gz")]
    public void Damaged_data_is_refused_and_nothing_is_written(string victim)
    {
        using var folder = new TemporaryFolder();
        CopyDigits(folder.Path);
        var bytes = File.ReadAllBytes(folder[victim]);
        File.WriteAllBytes(folder[victim], bytes[..(bytes.Length / 2)]);
        var (code, _, error) = Command.Run("train", "mnist", "--data", folder.Path, "--out", folder["run"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("cudanet: ").And.Contain(victim));
        Assert.That(Directory.Exists(folder["run"]), Is.False);
    }

    [Test]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        CopyDigits(folder.Path);
        File.Delete(folder["t10k-images-idx3-ubyte.gz"]);
        var (code, _, error) = Command.Run("train", "mnist", "--data", folder.Path, "--out", folder["run"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("t10k-images-idx3-ubyte"));
    }

    private static byte[] Weights(string run)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(run, "checkpoint.safetensors"));
        return [.. file.Names.Order(StringComparer.Ordinal).SelectMany(name => file.ReadBytes(name))];
    }

    private static void CopyDigits(string to)
    {
        foreach (var file in Directory.GetFiles(Mnist.Locate().Folder, "*.gz")) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}

using System.Text.Json;

namespace CudaNet.Tests;

[TestFixture, NonParallelizable]
internal sealed class CommandLineTests
{
    [TestCase("--help", "cudanet train mnist"), TestCase("train mnist --help", "--resume"), TestCase("systems check --help", "--all --quick"), TestCase("verify --help", "--op MatMul"), TestCase("run --help", "cudanet run resnet.onnx"), TestCase("embed --help", "--file questions.txt"), TestCase("inspect --help", "cudanet inspect")]
    public void Help_has_examples(string line, string expected)
    {
        var (code, text, _) = Command.Run(line.Split(' '));
        Assert.That(code, Is.Zero);
        Assert.That(text, Does.Contain("Examples:").And.Contain(expected));
    }

    [TestCase("trian", "'trian' is no command of cudanet. Did you mean train?")]
    [TestCase("train mnsit", "'mnsit' is no command of cudanet train. Did you mean mnist?")]
    [TestCase("train mnist --epoch 3", "'--epoch' is no option of cudanet train mnist. Did you mean --epochs?")]
    [TestCase("train mnist --epochs x", "--epochs takes a whole number, not 'x'.")]
    [TestCase("train mnist --lr fast", "--lr takes a number, not 'fast'.")]
    [TestCase("train mnist --epochs 0", "Epochs are 0.")]
    [TestCase("train mnist --model mpl", "'mpl' is no model. Did you mean mlp?")]
    [TestCase("train mnist --device gpu", "no backend for 'gpu'")]
    [TestCase("train mnist --data /nowhere/at/all", "/nowhere/at/all: there is no such folder.")]
    [TestCase("train mnist --out /proc/nothing", "/proc/nothing: nothing can be written to this folder")]
    [TestCase("train mnist --resume --out /nowhere/at/all", "there is no checkpoint to go on from")]
    [TestCase("systems", "name what to do: list, run, check, gallery, document.")]
    [TestCase("systems run 04.xro", "'04.xro' is no system. Did you mean 04.xor?")]
    [TestCase("systems check", "Give the id of a system, --chapter N, or --all")]
    [TestCase("systems check --chapter 99", "Chapter 99 has no system.")]
    [TestCase("systems check 04.xor --all", "Give only one of")]
    [TestCase("systems gallery 04.xor --all", "Give only one of")]
    [TestCase("verify --op MatMull", "'MatMull' is no op. Did you mean MatMul?")]
    [TestCase("inspect /nowhere", "/nowhere: there is no such file.")]
    [TestCase("inspect /tmp", "this is a folder")]
    [TestCase("run /nowhere", "/nowhere: there is no such file.")]
    [TestCase("embed query", "There is nothing to rank.")]
    [TestCase("embed query sentence --model /nowhere", "/nowhere/model.onnx: there is no such file.")]
    [TestCase("completion fish", "'fish' is no shell.")]
    public void A_mistake_gets_one_line_that_names_it(string line, string expected)
    {
        var (code, _, error) = Command.Run(line.Split(' '));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("cudanet: ").And.Contain(expected));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(error, Does.Not.Contain("   at "));
    }

    [Test]
    public void A_GGUF_file_is_looked_into()
    {
        using var folder = new TemporaryFolder();
        var writer = new CudaNet.Nn.Formats.Gguf.GgufWriter { Metadata = { ["general.architecture"] = "llama", ["tokenizer.ggml.tokens"] = new[] { "a", "b" } } };
        writer.Add("blk.0.weight", Tensor.Ones([4, 32]), CudaNet.Nn.Formats.Gguf.GgufType.Q8_0);
        writer.Save(folder["m.gguf"]);
        var (code, text, _) = Command.Run("inspect", folder["m.gguf"]);
        Assert.That(code, Is.Zero);
        Assert.That(text, Does.Contain("blk.0.weight").And.Contain("Q8_0").And.Contain("[4, 32]").And.Contain("136").And.Contain("general.architecture: llama").And.Contain("tokenizer.ggml.tokens: 2 of String"));
    }

    [Test]
    public void Debug_shows_the_stack() => Assert.That(Command.Run("inspect", "/nowhere", "--debug").Error, Does.Contain("   at "));

    [Test]
    public void A_system_is_checked_and_its_figures_are_written()
    {
        using var folder = new TemporaryFolder();
        var (code, text, _) = Command.Run("systems", "check", "06.mse", "--json", folder["f.json"]);
        Assert.That(code, Is.Zero);
        Assert.That(text, Does.Contain("1 system works, "));
        using var json = JsonDocument.Parse(File.ReadAllText(folder["f.json"]));
        var root = json.RootElement;
        Assert.That(root.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "command", "ok", "figures", "rows" }));
        Assert.That(root.GetProperty("command").GetString(), Is.EqualTo("systems check"));
        Assert.That(root.GetProperty("ok").GetBoolean(), Is.True);
        Assert.That(root.GetProperty("figures").GetProperty("systems").GetDouble(), Is.EqualTo(1));
        Assert.That(root.GetProperty("rows").GetArrayLength(), Is.EqualTo(4));
        Assert.That(folder.Names, Is.EqualTo(new[] { "f.json" }));
        // Its time is known now.
        var (left, _, error) = Command.Run("systems", "check", "06.mse", "--skip-slower", "0");
        Assert.That((left, error), Is.EqualTo((1, "cudanet: --skip-slower 0 leaves nothing to check. Give more seconds." + Environment.NewLine)));
    }

    [Test]
    public void A_failure_is_written_too()
    {
        using var folder = new TemporaryFolder();
        Assert.That(Command.Run("inspect", folder["no"], "--json", folder["f.json"]).Code, Is.EqualTo(1));
        using var json = JsonDocument.Parse(File.ReadAllText(folder["f.json"]));
        Assert.That(json.RootElement.GetProperty("ok").GetBoolean(), Is.False);
        Assert.That(json.RootElement.GetProperty("error").GetString(), Does.Contain("no such file"));
    }

    [Test]
    public void A_full_disk_makes_the_command_fail()
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("there is no /dev/full on this system");
        var (code, _, error) = Command.Run("systems", "list", "--json", "/dev/full");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("cudanet: /dev/full: cannot be written"));
    }

    [Test]
    public void Verify_passes_for_an_op_and_writes_a_row()
    {
        using var folder = new TemporaryFolder();
        var (code, text, _) = Command.Run("verify", "--op", "relu", "--json", folder["v.json"]);
        Assert.That(code, Is.Zero, text);
        Assert.That(text, Does.Contain("Relu").And.Contain("0 failed"));
        using var json = JsonDocument.Parse(File.ReadAllText(folder["v.json"]));
        Assert.That(json.RootElement.GetProperty("rows")[0].GetProperty("op").GetString(), Is.EqualTo("Relu"));
    }

    [Test]
    public void Explain_shows_a_training_step_of_at_most_twenty_steps_and_writes_drawing_and_trace()
    {
        using var folder = new TemporaryFolder();
        var (code, text, _) = Command.Run("explain", "mnist", "--out", folder.Path, "--json", folder["e.json"]);
        Assert.That(code, Is.Zero);
        Assert.That(text, Does.Contain("101,770").And.Contain("MatMul"));
        Assert.That(folder.Names, Is.EqualTo(new[] { "e.json", "graph.dot", "trace.json" }));
        using var json = JsonDocument.Parse(File.ReadAllText(folder["e.json"]));
        Assert.That(json.RootElement.GetProperty("figures").GetProperty("steps").GetInt32(), Is.LessThanOrEqualTo(20));
        using var trace = JsonDocument.Parse(File.ReadAllText(folder["trace.json"]));
        Assert.That(trace.RootElement.GetProperty("traceEvents").GetArrayLength(), Is.GreaterThan(100));
    }

    [TestCase("cudanet tr", "train"), TestCase("cudanet train mnist --mo", "--model"), TestCase("cudanet systems run 04", "04.xor"), TestCase("cudanet verify --op MatM", "MatMul"), TestCase("cudanet train mnist --model c", "cnn")]
    public void The_shell_completes(string line, string expected)
    {
        var (code, text, _) = Command.Run($"[suggest:{line.Length}]", line);
        Assert.That(code, Is.Zero);
        Assert.That(text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries), Does.Contain(expected));
    }

    [TestCase("bash", "complete -o default -F _cudanet cudanet"), TestCase("zsh", "compdef _cudanet cudanet"), TestCase("pwsh", "Register-ArgumentCompleter")]
    public void Each_shell_has_its_script(string shell, string expected) => Assert.That(Command.Run("completion", shell).Out, Does.Contain(expected));

    [Test]
    public void Info_tells_of_the_cpu() => Assert.That(Command.Run("info").Out, Does.Contain("device cpu     ready").And.Contain("GFLOP/s"));
}

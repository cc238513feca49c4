using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CudaNet.Bench.Commands;

/// <summary>A small program as its users get it: published once for this state of the libraries, then started again and again.</summary>
internal sealed class PublishedProgram
{
    private readonly string _program;

    private PublishedProgram(string folder, string name) => (Folder, _program) = (folder, Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name));

    /// <summary>The name that the SDK has for a machine like this one.</summary>
    private static string Runtime =>
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private string Folder { get; }

    /// <summary>Bytes that are shipped: all files but debug symbols and documentation.</summary>
    internal double Bytes => new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Extension is not (".pdb" or ".dbg" or ".xml")).Sum(file => (double)file.Length);

    /// <summary>Publishes a project of the folder bench/.</summary>
    /// <param name="project">Its name.</param>
    /// <param name="property">PublishAot or PublishReadyToRun.</param>
    /// <exception cref="InvalidOperationException">There is no SDK, no compiler or no source here, or publishing failed.</exception>
    internal static PublishedProgram Of(string project, string property)
    {
        var root = Root();
        // The libraries beside this program are of the same build: another state of theirs is another folder.
        var state = string.Join('-', new[] { typeof(Tensor), typeof(Cpu.CpuBackend), typeof(Onnx.OnnxModel) }.Select(type => type.Module.ModuleVersionId.ToString("N")[..8]));
        var folder = Path.Combine(root, "artifacts", "bench", $"{project}-{property}-{state}");
        if (!Directory.Exists(folder))
        {
            CommonOptions.ShowProgress($"publishing {project} ({property})");
            var draft = $"{folder}.{Environment.ProcessId}";
            Run("dotnet", "publish", Path.Combine(root, "bench", project), "-c", "Release", "-r", Runtime, "--self-contained", property == "PublishAot" ? "true" : "false",
                $"-p:{property}=true", "-o", draft, "-v", "q", "--nologo");
            Directory.Move(draft, folder);
        }
        return new(folder, project);
    }

    /// <summary>Starts it and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">Its answer is wrong.</exception>
    internal void Start(params string[] arguments) => Run(_program, arguments);

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        // An SDK that runs this program would pass its own paths on.
        foreach (var name in new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "GLIBC_TUNABLES" })
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}. {output}");
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CudaNet.sln")))
                return folder.FullName;
        throw new InvalidOperationException("The source is not above this program, so nothing can be published.");
    }
}

using System.Diagnostics;

namespace CudaNet.Tests;

/// <summary>Runs the classes over the driver on one that is written in C for these tests: lifetimes, arguments and structures
/// need no card. Each scenario has a process of its own, since a process has one driver.</summary>
public sealed class FakeDriverTests
{
    private DirectoryInfo? _folder;

    private static IEnumerable<string> Names => FakeDriverScenarios.All.Keys;

    private string Library => Path.Combine(_folder!.FullName, "libcuda.so.1");

    [OneTimeSetUp]
    public void Compile()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("The driver for tests is compiled with gcc, which is looked for on Linux only.");
        _folder = Directory.CreateTempSubdirectory("cudanet-driver");
        var sources = Path.Combine(TestContext.CurrentContext.TestDirectory, "abi");
        var (code, output) = Run("gcc", null, "-std=c11", "-O1", "-Wall", "-shared", "-fPIC", "-I", sources, Path.Combine(sources, "fake_driver.c"), "-o", Library);
        if (code is null) Assert.Ignore($"gcc cannot be run here: {output}");
        Assert.That(code, Is.Zero, output);
    }

    [OneTimeTearDown]
    public void Clean() => _folder?.Delete(recursive: true);

    [TestCaseSource(nameof(Names))]
    public void Scenario(string name)
    {
        var (code, output) = Run("dotnet", Library, typeof(FakeDriverTests).Assembly.Location, name);
        Assert.That(code, Is.Zero, output);
    }

    private static (int? Code, string Output) Run(string command, string? driver, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (driver is not null) start.Environment["CUDANET_CUDA_LIBRARY"] = driver;
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd() + errors.Result;
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (null, error.Message);
        }
    }
}

using System.Diagnostics;
using CudaNet.Cuda;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Nvrtc;
using CudaNet.Execution;

namespace CudaNet.Tests;

/// <summary>A process without the driver and without NVRTC, whatever this machine has.</summary>
public sealed class MissingLibraryTests
{
    private const string Nowhere = "/nowhere/library.so";

    private static readonly Dictionary<string, Action> Attempts = new()
    {
        ["driver"] = () => _ = new LibCudaDriver(),
        ["backend"] = () => Backends.Get(Device.Cuda),
        ["compiler"] = () => _ = new NvrtcKernelCompiler(),
        ["program"] = () => _ = new NvrtcProgram(""),
        ["choice of compilers"] = () => _ = KernelCompilers.ForCard(),
        ["environment"] = () => _ = CudaEnvironment.Describe(),
        ["availability"] = () => Trace.Assert(!CudaDriver.IsAvailable && !NvrtcCompiler.IsAvailable),
    };

    private readonly Dictionary<string, string> _results = [];

    [OneTimeSetUp]
    public void Run()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MissingLibraryTests).Assembly.Location, nameof(MissingLibraryTests)]) { RedirectStandardOutput = true };
        start.Environment["CUDANET_CUDA_LIBRARY"] = start.Environment["CUDANET_NVRTC_LIBRARY"] = Nowhere;
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.Split('\t') is [var name, var result])
                _results[name] = result;
        process.WaitForExit();
        Assert.That((process.ExitCode, _results.Count), Is.EqualTo((0, Attempts.Count)));
    }

    /// <summary>What the process does: each attempt on a line, with the exception that it raised.</summary>
    internal static void Report()
    {
        foreach (var (name, attempt) in Attempts)
        {
            var result = "fine";
            try
            {
                attempt();
            }
            catch (Exception error)
            {
                result = $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}";
            }
            Console.WriteLine($"{name}\t{result}");
        }
    }

    [TestCase("driver")]
    [TestCase("backend")]
    public void Without_a_driver_the_exception_says_what_to_install(string attempt) =>
        Assert.That(_results[attempt], Does.StartWith("CudaLibraryException: CUDA driver is not here: looked for " + Nowhere).And.Contain("Install NVIDIA's driver"));

    [TestCase("compiler")]
    [TestCase("program")]
    public void Without_NVRTC_the_exception_says_what_to_install(string attempt) =>
        Assert.That(_results[attempt], Does.StartWith("CudaLibraryException: NVRTC is not here: looked for " + Nowhere).And.Contain("Install CUDA's run-time compiler"));

    [TestCase("choice of compilers")]
    [TestCase("environment")]
    [TestCase("availability")]
    public void Asking_what_is_there_raises_nothing(string attempt) => Assert.That(_results[attempt], Is.EqualTo("fine"));
}

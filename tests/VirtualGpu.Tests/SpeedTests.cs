using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>How fast the machine runs: <c>dotnet test tests/VirtualGpu.Tests -c Release --filter Name~Speed_of -v n</c>.</summary>
[Explicit("A measurement, for a quiet machine.")]
public sealed class SpeedTests
{
    [TestCase("gemm_simt", false)]
    [TestCase("gemm_simt", true)]
    [TestCase("gemm_tensor", false)]
    [TestCase("gemm_tensor", true)]
    public void Speed_of_a_matrix_product(string name, bool checks)
    {
        const int N = 256;
        using var device = new TestDevice(checks ? CheckOptions.All : CheckOptions.None);
        DevicePointer a = device.Upload(new float[N * N]), b = device.Upload(new float[N * N]), c = device.Upload(new float[N * N]);
        var kernel = device.Kernel("gemm", name);
        List<double> rates = [];
        LaunchResult result = null!;
        for (int run = 0; run < 12; run++)
        {
            result = device.Device.Launch(kernel, new Dim3(N / 64, N / 64), kernel.MaxThreadsPerBlock, 0, a, b, c, N, N, N);
            rates.Add(result.Counters.ThreadInstructions / result.Elapsed.TotalSeconds / 1e6);
        }

        rates.Sort();
        TestContext.Out.WriteLine($"{name}, checks {(checks ? "on" : "off")}: median {rates[6]:F0}, best {rates[^1]:F0}, worst {rates[0]:F0} M thread instructions/s, {result.Counters.Flops / result.Elapsed.TotalSeconds / 1e9:F2} GFLOP/s");
        Assert.That(rates[^1], Is.GreaterThan(100));
    }
}

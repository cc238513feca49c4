using CudaNet.Cuda;
using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;
using CudaNet.Cuda.Nvml;

namespace CudaNet.Tests;

/// <summary>Without a driver, or without a card, everything fails by a typed exception.</summary>
public sealed class NoDeviceTests
{
    private static readonly Dictionary<string, Action> NeedDriver = new()
    {
        ["count"] = () => _ = CudaDriver.DeviceCount,
        ["device"] = () => _ = new CudaDevice(),
        ["devices"] = () => _ = CudaDevice.All,
        ["context"] = () => _ = new CudaContext(),
        ["primary context"] = () => _ = CudaContext.Primary(),
        ["current context"] = () => _ = CudaContext.Current,
        ["stream"] = () => _ = new CudaStream(),
        ["event"] = () => _ = new CudaEvent(),
        ["graph"] = () => _ = new CudaGraph(),
        ["module"] = () => _ = new CudaModule(".version 7.5\n.target sm_80\n.address_size 64\n"),
        ["memory"] = () => _ = new CudaDeviceVariable<float>(16),
        ["memory from an array"] = () => { CudaDeviceVariable<int> copy = new[] { 1, 2, 3 }; },
        ["pitched memory"] = () => _ = new CudaPitchedDeviceVariable<float>(16, 4),
        ["managed memory"] = () => _ = new CudaManagedMemory<float>(16),
        ["pinned memory"] = () => _ = new CudaPageLockedHostMemory<float>(16),
        ["registered memory"] = () => _ = CudaPageLockedHostMemory<float>.Register(4096, 16),
        ["copy"] = () => CudaMemory.Copy(new CudaDevicePointer(256), new CudaDevicePointer(512), 16),
        ["fill"] = () => CudaMemory.Fill(new CudaDevicePointer(256), 0u, 16),
        ["pointer type"] = () => _ = CudaMemory.GetMemoryType(256),
        ["driver for a backend"] = () => _ = new LibCudaDriver(),
    };

    private static readonly Dictionary<string, Action> NeedLibrary = new()
    {
        [CudaLibraries.CublasKey] = () => _ = new CublasHandle(),
        [CudaLibraries.CublasLtKey] = () => _ = new CublasLt(),
        [CudaLibraries.CudnnKey] = () => _ = new CudnnHandle(),
        [CudaLibraries.NvmlKey] = () => _ = new NvmlDevice(0),
    };

    private static IEnumerable<string> DriverNames => NeedDriver.Keys;

    private static IEnumerable<string> LibraryKeys => NeedLibrary.Keys;

    [TestCaseSource(nameof(DriverNames))]
    public void What_needs_a_driver_raises_a_typed_exception(string what)
    {
        if (CudaDriver.IsAvailable) Assert.Ignore("There is a card here.");
        if (CudaLibraries.Driver.TryLoad().Handle == 0)
        {
            var error = Assert.Throws<CudaLibraryException>(() => NeedDriver[what]())!;
            Assert.That(error.Library, Is.EqualTo("CUDA driver"));
            Assert.That(error.Message, Does.Contain(CudaLibraries.Driver.Names[0]).And.Contain("Install NVIDIA's driver"));
        }
        else
        {
            var error = Assert.Throws<CudaException>(() => NeedDriver[what]())!;
            Assert.That(error.Status, Is.EqualTo(CudaStatus.NoDevice));
            Assert.That(error.Message, Does.Contain("cuInit").And.Contain("CUDA_ERROR_NO_DEVICE (100)").And.Contain("nvidia-smi"));
        }
    }

    [TestCaseSource(nameof(LibraryKeys))]
    public void A_library_without_a_device_raises_its_own_exception(string key)
    {
        if (CudaDriver.IsAvailable) Assert.Ignore("There is a card here.");
        var error = Assert.Catch<CudaNetException>(() => NeedLibrary[key]())!;
        if (CudaLibraries.All.Single(library => library.Key == key).TryLoad().Handle == 0) Assert.That(error, Is.TypeOf<CudaLibraryException>());
        else Assert.That(error, Is.TypeOf<CublasException>().Or.TypeOf<CudnnException>().Or.TypeOf<NvmlException>());
    }

    [Test]
    public void Asking_whether_there_is_a_card_raises_nothing() => Assert.That(() => CudaDriver.IsAvailable, Throws.Nothing);

    [Test]
    public void A_missing_driver_is_told_by_the_environment()
    {
        if (CudaLibraries.Driver.TryLoad().Handle != 0) Assert.Ignore("There is a driver here.");
        var row = CudaEnvironment.Describe()[0];
        Assert.That(row.Found, Is.False);
        Assert.That(row.Detail, Does.Contain(CudaLibraries.Driver.Names[0]).And.Contain("Install NVIDIA's driver"));
    }

    [Test]
    public void Failing_constructors_leave_nothing_to_finalisers()
    {
        if (CudaDriver.IsAvailable) Assert.Ignore("There is a card here.");
        foreach (var action in NeedDriver.Values.Concat(NeedLibrary.Values))
            for (var i = 0; i < 3; i++)
                Assert.Catch<CudaNetException>(() => action());
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Test]
    public unsafe void Names_of_statuses_are_those_of_the_driver()
    {
        if (CudaLibraries.Driver.TryLoad().Handle == 0) Assert.Ignore("There is no driver here to ask.");
        var compared = 0;
        foreach (var status in Enum.GetValues<CudaStatus>())
        {
            byte* name = null;
            // An older driver does not know the newest.
            if (DriverApi.cuGetErrorName(status, &name) != CudaStatus.Success) continue;
            Assert.That(CudaStatusText.NameOf(status), Is.EqualTo(NativeText.From(name)));
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(80));
    }

    [Test]
    public void Statuses_have_names_and_texts_without_a_driver()
    {
        foreach (var status in Enum.GetValues<CudaStatus>())
        {
            var error = new CudaException("cuSomething", status, "the detail");
            Assert.That(error.Name, Does.StartWith("CUDA_"));
            Assert.That(error.Message, Does.StartWith("cuSomething: " + error.Name).And.Contain($"({(int)status})").And.EndWith("the detail"));
        }
        Assert.That(new CudaException("cuSomething", (CudaStatus)12345).Message, Does.Contain("12345"));
    }
}

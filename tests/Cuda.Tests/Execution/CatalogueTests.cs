using CudaNet.Cpu.Reference;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Virtual;
using CudaNet.Execution;
using CudaNet.Ops;
using CudaNet.Verification;

namespace CudaNet.Tests.Execution;

/// <summary>The op catalogue on the virtual device: the backend as it plans, launches and copies, over kernels that every checker watches.</summary>
[NonParallelizable]
[TestFixture(false)]
[TestFixture(true)]
public sealed class CatalogueTests(bool deferred)
{
    private static readonly Device Deferred = new("virtualdeferred");
    private OpVerifier _verifier = null!;
    private Device _default;

    private static IEnumerable<TestCaseData> Ops => OpCatalogue.All.Select(op => new TestCaseData(op).SetArgDisplayNames(op.Name));

    [OneTimeSetUp]
    public void Use_the_virtual_device()
    {
        _default = Device.Default;
        // Work that is put off as long as CUDA allows shows a wait that is missing.
        Backends.Register(Deferred.Kind, static _ => new CudaBackend(Deferred, new VirtualCudaDriver(new() { MemoryBytes = 1 << 30 }, deferred: true), KernelCompilers.ForVirtualDevice()));
        Device.Default = deferred ? Deferred : Device.Virtual;
        _verifier = new(new FloatReference(), Device.Default);
    }

    [OneTimeTearDown]
    public void Use_the_default_again() => Device.Default = _default;

    [TearDown]
    public void One_op_that_loses_the_device_does_not_fail_the_others()
    {
        if (Device.Default.Backend is CudaBackend { IsLost: true }) Backends.Reset(Device.Default);
    }

    [TestCaseSource(nameof(Ops))]
    public void The_virtual_device_agrees_with_the_float64_reference(OpDefinition op)
    {
        var failures = _verifier.Verify(op).Where(result => !result.Passed).ToList();
        if (failures.Count > 0) Assert.Fail(string.Join('\n', failures.Take(8)) + (failures.Count > 8 ? $"\n… and {failures.Count - 8} more" : ""));
    }
}

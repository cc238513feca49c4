using CudaNet.Cpu.Reference;
using CudaNet.Ops;
using CudaNet.Verification;

namespace CudaNet.Tests.Execution;

/// <summary>The op catalogue on the virtual device: the backend as it plans, launches and copies, over kernels that every checker watches.</summary>
[NonParallelizable]
public sealed class CatalogueTests
{
    private static readonly OpVerifier Verifier = new(new FloatReference(), Device.Virtual);
    private Device _default;

    private static IEnumerable<TestCaseData> Ops => OpCatalogue.All.Select(op => new TestCaseData(op).SetArgDisplayNames(op.Name));

    [OneTimeSetUp]
    public void Use_the_virtual_device()
    {
        _default = Device.Default;
        Device.Default = Device.Virtual;
    }

    [OneTimeTearDown]
    public void Use_the_default_again() => Device.Default = _default;

    [TestCaseSource(nameof(Ops))]
    public void The_virtual_device_agrees_with_the_float64_reference(OpDefinition op)
    {
        var failures = Verifier.Verify(op).Where(result => !result.Passed).ToList();
        if (failures.Count > 0) Assert.Fail(string.Join('\n', failures.Take(8)) + (failures.Count > 8 ? $"\n… and {failures.Count - 8} more" : ""));
    }
}

using CudaNet.Shared;

namespace CudaNet.Tests;

/// <summary>Loads torch once for all tests here, or skips them all with the reason.</summary>
[SetUpFixture]
public sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void Load_torch_or_skip_with_the_reason()
    {
        if (TorchLoader.Problem is { } reason)
            Assert.Ignore(reason);
    }
}

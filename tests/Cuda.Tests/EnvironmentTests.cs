using CudaNet.Cuda;
using CudaNet.Cuda.Loading;

namespace CudaNet.Tests;

public sealed class EnvironmentTests
{
    [Test]
    public void Each_library_has_one_row_of_one_line()
    {
        var rows = CudaEnvironment.Describe();
        Assert.That(rows.Select(row => row.Library), Is.EqualTo(new[] { "CUDA driver", "NVRTC", "cuBLAS", "cuBLASLt", "cuDNN", "NVML" }));
        Assert.That(rows.Select(row => row.ToString()), Is.All.Not.Empty.And.All.Not.Contains("\n"));
    }

    [Test]
    public void A_missing_library_is_told_with_the_package_that_brings_it()
    {
        foreach (var row in CudaEnvironment.Describe().Where(row => !row.Found))
        {
            var library = CudaLibraries.All.Single(library => library.Title == row.Library);
            Assert.That(row.ToString(), Does.StartWith("not found").And.Contain(library.Names[0]).And.Contain("nstall").Or.Contain("comes with"), row.Library);
            Assert.That(row.Version, Is.Null);
        }
    }

    [Test]
    public void A_library_that_was_found_has_its_version_and_its_file()
    {
        foreach (var row in CudaEnvironment.Describe().Where(row => row is { Found: true, Detail: null }))
        {
            Assert.That(row.Version, Does.Match(@"\d+\.\d+"), row.Library);
            Assert.That(row.Path, Does.Exist, row.Library);
        }
    }
}

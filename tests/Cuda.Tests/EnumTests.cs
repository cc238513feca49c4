using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Nvml;
using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Tests;

/// <summary>Numbers that are fixed by the libraries' binary interface.</summary>
public sealed class EnumTests
{
    private static readonly (Enum Value, int Number)[] Constants =
    [
        (CudaFunctionAttribute.SharedSizeBytes, 1),
        (CudaFunctionAttribute.RegisterCount, 4),
        (CudaFunctionAttribute.MaxDynamicSharedSizeBytes, 8),
        (CudaFunctionAttribute.NonPortableClusterSizeAllowed, 14),
        (CudaMemoryPoolAttribute.ReleaseThreshold, 4),
        (CudaMemoryPoolAttribute.UsedMemoryHigh, 8),
        (CudaPointerAttribute.MemoryType, 2),
        (CudaPointerAttribute.IsManaged, 8),
        (CudaMemoryAdvice.SetPreferredLocation, 3),
        (CudaLimit.MallocHeapSize, 2),
        (CudaContextFlags.BlockingSync, 4),
        (CudaEventFlags.DisableTiming, 2),
        (CublasStatus.NotSupported, 15),
        (CublasComputeType.F32, 68),
        (CublasComputeType.F32FastTF32, 77),
        (CudaDataType.R16BF, 14),
        (CudaDataType.R8F_E4M3, 28),
        (CublasMath.Pedantic, 2),
        (CublasLtMatmulAttribute.Epilogue, 7),
        (CublasLtMatmulAttribute.BiasPointer, 8),
        (CublasLtEpilogue.GeluAuxBias, 4 | 32 | 128),
        (CublasLtEpilogue.DReluBGrad, 8 | 16 | 128),
        (CublasLtLayoutAttribute.StridedBatchOffset, 6),
        (CudnnDataType.BFloat16, 9),
        (CudnnStatus.NotSupported, 3000),
        (CudnnBackendDescriptorType.Tensor, 17),
        (CudnnBackendDescriptorType.OperationMatmul, 19),
        (CudnnBackendDescriptorType.ExecutionPlan, 5),
        (CudnnBackendType.BackendDescriptor, 15),
        (CudnnBackendType.Int32, 23),
        (CudnnBackendAttribute.TensorUniqueId, 906),
        (CudnnBackendAttribute.VariantPackWorkspace, 1003),
        (NvrtcStatus.Compilation, 6),
        (NvrtcStatus.BuiltinOperationFailure, 7),
        (NvmlStatus.DriverNotLoaded, 9),
        (NvmlStatus.GpuIsLost, 15),
    ];

    [TestCase(CudaStatus.InvalidValue, 1, "CUDA_ERROR_INVALID_VALUE")]
    [TestCase(CudaStatus.OutOfMemory, 2, "CUDA_ERROR_OUT_OF_MEMORY")]
    [TestCase(CudaStatus.NoDevice, 100, "CUDA_ERROR_NO_DEVICE")]
    [TestCase(CudaStatus.NoBinaryForGpu, 209, "CUDA_ERROR_NO_BINARY_FOR_GPU")]
    [TestCase(CudaStatus.InvalidPtx, 218, "CUDA_ERROR_INVALID_PTX")]
    [TestCase(CudaStatus.UnsupportedPtxVersion, 222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION")]
    [TestCase(CudaStatus.InvalidHandle, 400, "CUDA_ERROR_INVALID_HANDLE")]
    [TestCase(CudaStatus.NotFound, 500, "CUDA_ERROR_NOT_FOUND")]
    [TestCase(CudaStatus.NotReady, 600, "CUDA_ERROR_NOT_READY")]
    [TestCase(CudaStatus.IllegalAddress, 700, "CUDA_ERROR_ILLEGAL_ADDRESS")]
    [TestCase(CudaStatus.LaunchOutOfResources, 701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES")]
    [TestCase(CudaStatus.LaunchFailed, 719, "CUDA_ERROR_LAUNCH_FAILED")]
    [TestCase(CudaStatus.CooperativeLaunchTooLarge, 720, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE")]
    [TestCase(CudaStatus.GraphExecUpdateFailure, 910, "CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE")]
    [TestCase(CudaStatus.InvalidClusterSize, 912, "CUDA_ERROR_INVALID_CLUSTER_SIZE")]
    [TestCase(CudaStatus.Unknown, 999, "CUDA_ERROR_UNKNOWN")]
    public void A_status_has_its_number_and_name(CudaStatus status, int number, string name)
    {
        Assert.That((int)status, Is.EqualTo(number));
        Assert.That(CudaStatusText.NameOf(status), Is.EqualTo(name));
    }

    [TestCase(CudaDeviceAttribute.MaxThreadsPerBlock, 1)]
    [TestCase(CudaDeviceAttribute.MaxSharedMemoryPerBlock, 8)]
    [TestCase(CudaDeviceAttribute.WarpSize, 10)]
    [TestCase(CudaDeviceAttribute.ClockRate, 13)]
    [TestCase(CudaDeviceAttribute.MultiprocessorCount, 16)]
    [TestCase(CudaDeviceAttribute.MemoryClockRate, 36)]
    [TestCase(CudaDeviceAttribute.GlobalMemoryBusWidth, 37)]
    [TestCase(CudaDeviceAttribute.L2CacheSize, 38)]
    [TestCase(CudaDeviceAttribute.ComputeCapabilityMajor, 75)]
    [TestCase(CudaDeviceAttribute.ComputeCapabilityMinor, 76)]
    [TestCase(CudaDeviceAttribute.MaxSharedMemoryPerMultiprocessor, 81)]
    [TestCase(CudaDeviceAttribute.ManagedMemory, 83)]
    [TestCase(CudaDeviceAttribute.CooperativeLaunch, 95)]
    [TestCase(CudaDeviceAttribute.MaxSharedMemoryPerBlockOptin, 97)]
    [TestCase(CudaDeviceAttribute.MaxBlocksPerMultiprocessor, 106)]
    [TestCase(CudaDeviceAttribute.MemoryPoolsSupported, 115)]
    [TestCase(CudaDeviceAttribute.ClusterLaunch, 120)]
    public void A_device_attribute_has_its_number(CudaDeviceAttribute attribute, int number) => Assert.That((int)attribute, Is.EqualTo(number));

    [Test]
    public void A_constant_has_its_number() => Assert.Multiple(() =>
    {
        foreach (var (value, number) in Constants)
            Assert.That(Convert.ToInt32(value, null), Is.EqualTo(number), $"{value.GetType().Name}.{value}");
    });

    [TestCase(CudnnStatus.V8BadParameter, CudnnErrorCategory.BadParameter)]
    [TestCase(CudnnStatus.V8NotSupported, CudnnErrorCategory.NotSupported)]
    [TestCase(CudnnStatus.V8ArchMismatch, CudnnErrorCategory.NotSupported)]
    [TestCase((CudnnStatus)2002, CudnnErrorCategory.BadParameter)]
    [TestCase((CudnnStatus)3007, CudnnErrorCategory.NotSupported)]
    [TestCase((CudnnStatus)5002, CudnnErrorCategory.ExecutionFailed)]
    [TestCase(CudnnStatus.Success, CudnnErrorCategory.None)]
    public void Both_versions_of_cuDNN_have_the_same_kinds_of_failures(CudnnStatus status, CudnnErrorCategory category) =>
        Assert.That(CudnnException.CategoryOf(status), Is.EqualTo(category));

    [Test]
    public void Only_errors_of_the_device_lose_the_context()
    {
        Assert.That(CudaStatusText.IsSticky(CudaStatus.IllegalAddress), Is.True);
        Assert.That(CudaStatusText.IsSticky(CudaStatus.LaunchFailed), Is.True);
        Assert.That(CudaStatusText.IsSticky(CudaStatus.OutOfMemory), Is.False);
        Assert.That(CudaStatusText.IsSticky(CudaStatus.LaunchOutOfResources), Is.False);
        Assert.That(CudaStatusText.IsSticky(CudaStatus.InvalidValue), Is.False);
    }

    [Test]
    public void No_two_statuses_share_a_number() => Assert.That(Enum.GetValues<CudaStatus>().Select(status => (int)status), Is.Unique);
}

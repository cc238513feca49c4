using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;

namespace CudaNet.GpuBench;

/// <summary>The same workloads by NVIDIA's libraries, on the same stream.</summary>
internal static class PeerWorkloads
{
    private const long WorkspaceBytes = 256L << 20;

    /// <summary>Products by cuBLAS: bf16, f32 as written, and f32 rounded to tf32.</summary>
    public static IReadOnlyList<Workload> Cublas(CudaBackend backend, bool tiny)
    {
        var handle = new CublasHandle();
        handle.SetStream(backend.Stream);
        var workloads = new List<Workload>();
        foreach (var n in tiny ? [64] : new[] { 1024, 2048, 4096, 8192 }) workloads.Add(Product(backend, handle, n, CudaDataType.R16BF, CublasComputeType.F32, $"matmul bf16 {n}", "cublas"));
        foreach (var n in tiny ? [64] : new[] { 1024, 2048, 4096 })
        {
            workloads.Add(Product(backend, handle, n, CudaDataType.R32F, CublasComputeType.F32Pedantic, $"matmul f32 {n}", "cublas"));
            workloads.Add(Product(backend, handle, n, CudaDataType.R32F, CublasComputeType.F32FastTF32, $"matmul f32 {n}", "cublas tf32"));
        }
        return workloads;
    }

    /// <summary>Convolutions and softmax by cuDNN, with the fastest algorithm that it finds.</summary>
    public static IReadOnlyList<Workload> Cudnn(CudaBackend backend, bool tiny)
    {
        var handle = new CudnnHandle();
        handle.SetStream(backend.Stream);
        return [Convolution(backend, handle, CudnnDataType.Float, 4, "f32", tiny), Convolution(backend, handle, CudnnDataType.BFloat16, 2, "bf16", tiny), Softmax(backend, handle, tiny)];
    }

    private static Workload Product(CudaBackend backend, CublasHandle handle, int n, CudaDataType type, CublasComputeType compute, string name, string by)
    {
        var size = type == CudaDataType.R32F ? 4 : 2;
        var bytes = (long)n * n * size;
        var memory = Random(backend, 3 * bytes);
        return new(name, by, 2.0 * n * n * n, 3.0 * bytes, () => handle.GemmEx(CublasOperation.None, CublasOperation.None, n, n, n, 1,
            new(memory, type, n), new(memory + bytes, type, n), 0, new(memory + 2 * bytes, type, n), compute))
        { Release = () => Free(backend, memory) };
    }

    private static Workload Convolution(CudaBackend backend, CudnnHandle handle, CudnnDataType type, int size, string name, bool tiny)
    {
        var (batch, channels, side) = tiny ? (1, 8, 8) : (32, 64, 56);
        var image = (long)batch * channels * side * side * size;
        var memory = Random(backend, 2 * image + channels * channels * 9L * size + WorkspaceBytes);
        CudaDevicePointer x = memory, y = memory + image, w = y + image, workspace = w + (channels * channels * 9L * size + 255) / 256 * 256;
        int[] dimensions = [batch, channels, side, side];
        var tensor = new CudnnTensorDescriptor(CudnnTensorFormat.Nchw, type, dimensions);
        var filter = new CudnnFilterDescriptor(CudnnTensorFormat.Nchw, type, channels, channels, 3, 3);
        var convolution = new CudnnConvolutionDescriptor([1, 1], [1, 1], [1, 1]);
        var best = handle.FindForwardAlgorithms(tensor, x, filter, w, convolution, tensor, y, workspace, WorkspaceBytes - 512).First(found => found.Status == CudnnStatus.Success);
        return new($"conv3x3 {name} {batch}x{channels}x{side}x{side}", "cudnn", 18.0 * batch * channels * channels * side * side, 2.0 * image,
            () => handle.ConvolutionForward(1, tensor, x, filter, w, convolution, best.Algorithm, workspace, best.WorkspaceBytes, 0, tensor, y))
        { Release = () => Free(backend, memory) };
    }

    private static Workload Softmax(CudaBackend backend, CudnnHandle handle, bool tiny)
    {
        var (rows, columns) = tiny ? (8, 128) : (16384, 4096);
        var bytes = (long)rows * columns * 4;
        var memory = Random(backend, 2 * bytes);
        var tensor = new CudnnTensorDescriptor(CudnnTensorFormat.Nchw, CudnnDataType.Float, rows, columns, 1, 1);
        return new($"softmax f32 {rows}x{columns}", "cudnn", 0, 2.0 * bytes,
            () => handle.SoftmaxForward(CudnnSoftmaxAlgorithm.Accurate, CudnnSoftmaxMode.Channel, 1, tensor, memory, 0, tensor, memory + bytes))
        { Release = () => Free(backend, memory) };
    }

    /// <summary>Memory of small numbers in any floating type: zeros would be multiplied at a lower power.</summary>
    private static CudaDevicePointer Random(CudaBackend backend, long bytes)
    {
        var memory = backend.Driver.TryAllocate(bytes);
        if (memory.IsNull) throw new OutOfMemoryException($"The card has no room for {bytes:N0} bytes.");
        // 0x3C003C00 is 1.0 twice in f16, and between 0.007 and 0.008 in bf16 and f32; some bits of the mantissa vary by place.
        for (long at = 0; at + 1024 <= bytes; at += bytes / 16 / 1024 * 1024 + 1024)
            backend.Driver.FillAsync(memory + at, 0x3C003C00u + (uint)(at % 512), Math.Min(bytes - at, bytes / 16 + 1024) / 4, backend.Stream);
        backend.Synchronize();
        return memory;
    }

    private static void Free(CudaBackend backend, CudaDevicePointer memory)
    {
        backend.Synchronize();
        backend.Driver.Free(memory);
    }
}

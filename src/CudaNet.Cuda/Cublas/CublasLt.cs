using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>cuBLASLt in the current context. Any thread may use it.</summary>
public sealed unsafe class CublasLt : IDisposable
{
    private readonly Handle _handle;

    /// <summary>Starts the library.</summary>
    /// <exception cref="CudaLibraryException">It is not installed.</exception>
    /// <exception cref="CublasException">There is no device.</exception>
    public CublasLt() => _handle = new();

    /// <summary>The version of the library; raises no more than that it is not installed.</summary>
    public static Version LibraryVersion
    {
        get
        {
            // 111103 in CUDA 11, 120103 in 12: major, minor and patch in two digits each.
            var version = (int)CublasLtApi.cublasLtGetVersion();
            return new(version / 10000, version / 100 % 100, version % 100);
        }
    }

    /// <summary>Algorithms that the library proposes, the most promising first; only those that can be used.</summary>
    /// <exception cref="CublasException">There is none: the combination is not supported.</exception>
    public IReadOnlyList<CublasLtAlgorithm> FindAlgorithms(CublasLtMatmul operation, CublasLtMatrixLayout a, CublasLtMatrixLayout b, CublasLtMatrixLayout c, CublasLtMatrixLayout d,
        CublasLtPreference preference, int count = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var handle = _handle.Use();
        using var descriptor = operation.Use();
        using var layoutA = a.Use();
        using var layoutB = b.Use();
        using var layoutC = c.Use();
        using var layoutD = d.Use();
        using var wishes = preference.Use();
        var results = new LtHeuristicResult[count];
        int returned;
        fixed (LtHeuristicResult* pointer = results)
            CublasLtApi.cublasLtMatmulAlgoGetHeuristic(handle, descriptor, layoutA, layoutB, layoutC, layoutD, wishes, count, pointer, &returned).Check();
        return [.. results.Take(returned).Where(result => result.State == CublasStatus.Success).Select(result => new CublasLtAlgorithm(result))];
    }

    /// <summary>Numbers of all algorithms for these types, for a search beyond what the library proposes.</summary>
    public IReadOnlyList<int> GetAlgorithmIds(CublasLtMatmul operation, CudaDataType a, CudaDataType b, CudaDataType c, CudaDataType d, int count = 64)
    {
        using var handle = _handle.Use();
        var ids = new int[count];
        int returned;
        fixed (int* pointer = ids)
            CublasLtApi.cublasLtMatmulAlgoGetIds(handle, operation.ComputeType, operation.ScaleType, a, b, c, d, count, pointer, &returned).Check();
        return ids[..returned];
    }

    /// <summary>An algorithm by its number, to be set up by its attributes and then checked.</summary>
    public CublasLtAlgorithm CreateAlgorithm(CublasLtMatmul operation, CudaDataType a, CudaDataType b, CudaDataType c, CudaDataType d, int id)
    {
        using var handle = _handle.Use();
        LtHeuristicResult result = default;
        CublasLtApi.cublasLtMatmulAlgoInit(handle, operation.ComputeType, operation.ScaleType, a, b, c, d, id, &result.Algorithm).Check();
        return new(result);
    }

    /// <summary>The algorithm with the workspace that it needs for these operands.</summary>
    /// <exception cref="CublasException">It cannot do that.</exception>
    public CublasLtAlgorithm CheckAlgorithm(CublasLtMatmul operation, CublasLtMatrixLayout a, CublasLtMatrixLayout b, CublasLtMatrixLayout c, CublasLtMatrixLayout d, CublasLtAlgorithm algorithm)
    {
        using var handle = _handle.Use();
        using var descriptor = operation.Use();
        using var layoutA = a.Use();
        using var layoutB = b.Use();
        using var layoutC = c.Use();
        using var layoutD = d.Use();
        var native = algorithm.Native;
        LtHeuristicResult result;
        CublasLtApi.cublasLtMatmulAlgoCheck(handle, descriptor, layoutA, layoutB, layoutC, layoutD, &native, &result).Check();
        result.Algorithm = native;
        return new(result);
    }

    /// <summary>Enqueues D = epilogue(α·op(A)·op(B) + β·C).</summary>
    /// <param name="operation">What to compute.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">A.</param>
    /// <param name="layoutA">How A lies.</param>
    /// <param name="b">B.</param>
    /// <param name="layoutB">How B lies.</param>
    /// <param name="beta">β; C is not read if it is 0.</param>
    /// <param name="c">C.</param>
    /// <param name="layoutC">How C lies.</param>
    /// <param name="d">D, which may be C.</param>
    /// <param name="layoutD">How D lies.</param>
    /// <param name="algorithm">Which algorithm; null for the library's choice.</param>
    /// <param name="workspace">Memory of at least the algorithm's need.</param>
    /// <param name="workspaceBytes">Its size.</param>
    /// <param name="stream">In which stream.</param>
    public void Matmul(CublasLtMatmul operation, double alpha, CudaDevicePointer a, CublasLtMatrixLayout layoutA, CudaDevicePointer b, CublasLtMatrixLayout layoutB,
        double beta, CudaDevicePointer c, CublasLtMatrixLayout layoutC, CudaDevicePointer d, CublasLtMatrixLayout layoutD,
        CublasLtAlgorithm? algorithm = null, CudaDevicePointer workspace = default, long workspaceBytes = 0, CudaStreamHandle stream = default)
    {
        if (algorithm is not null && algorithm.WorkspaceBytes > workspaceBytes)
            throw new ArgumentException($"The algorithm needs {algorithm.WorkspaceBytes} bytes of workspace, {workspaceBytes} were given.", nameof(workspaceBytes));
        using var handle = _handle.Use();
        using var descriptor = operation.Use();
        using var useA = layoutA.Use();
        using var useB = layoutB.Use();
        using var useC = layoutC.Use();
        using var useD = layoutD.Use();
        var scale = ScaleOf(operation.ScaleType);
        CublasHandle.Scalar x = new(alpha, scale), y = new(beta, scale);
        var native = algorithm?.Native ?? default;
        CublasLtApi.cublasLtMatmul(handle, descriptor, &x, a.Value, useA, b.Value, useB, &y, c.Value, useC, d.Value, useD,
            algorithm is null ? null : &native, workspace.Value, (nuint)workspaceBytes, stream.Value).Check();
    }

    /// <summary>Lets the library go.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>A precision whose scalars have that type.</summary>
    private static CublasComputeType ScaleOf(CudaDataType type) => type switch
    {
        CudaDataType.R16F => CublasComputeType.F16,
        CudaDataType.R64F => CublasComputeType.F64,
        CudaDataType.R32I => CublasComputeType.I32,
        CudaDataType.R32F => CublasComputeType.F32,
        _ => throw new NotSupportedException($"Matmul: scalars of type {type} are not supported; use R32F, R64F, R16F or R32I."),
    };

    private sealed class Handle : NativeHandle
    {
        public Handle()
        {
            nint handle;
            CublasLtApi.cublasLtCreate(&handle).Check();
            Own(handle);
        }

        protected override bool ReleaseHandle() => CublasLtApi.cublasLtDestroy(handle) == CublasStatus.Success;
    }
}

using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Driver;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>A matrix as it lies: rows of elements side by side, or columns if transposed.</summary>
/// <param name="IsTransposed">Columns.</param>
/// <param name="Leading">Elements from one row, or column, to the next; anything where there is only one.</param>
/// <param name="BatchStride">Elements from one matrix of a batch to the next; 0 for one that all share.</param>
internal readonly record struct CublasOperand(bool IsTransposed, long Leading, long BatchStride);

/// <summary>A row-major product in the words of cuBLAS, whose matrices lie column after column: Cᵀ = Bᵀ·Aᵀ, so that the operands
/// change places and nothing is copied.</summary>
/// <param name="First">How B is taken.</param>
/// <param name="Second">How A is taken.</param>
/// <param name="LeadingFirst">Between columns of B as cuBLAS sees it.</param>
/// <param name="LeadingSecond">Between columns of A.</param>
internal readonly record struct CublasCall(CublasOperation First, CublasOperation Second, int LeadingFirst, int LeadingSecond)
{
    /// <summary>The call for C [m, n] = A [m, k] · B [k, n]; null for matrices that cuBLAS does not take: broadcast or flipped ones.</summary>
    public static CublasCall? Of(int m, int n, int k, CublasOperand a, CublasOperand b) =>
        Leading(a, rows: m, columns: k) is { } leadingA && Leading(b, rows: k, columns: n) is { } leadingB && a.BatchStride >= 0 && b.BatchStride >= 0
            ? new(Taken(b), Taken(a), leadingB, leadingA)
            : null;

    private static CublasOperation Taken(CublasOperand operand) => operand.IsTransposed ? CublasOperation.Transpose : CublasOperation.None;

    private static int? Leading(CublasOperand operand, int rows, int columns)
    {
        var (lines, length) = operand.IsTransposed ? (columns, rows) : (rows, columns);
        if (lines <= 1) return Math.Max(1, length);
        return operand.Leading >= length && operand.Leading <= int.MaxValue ? (int)Math.Max(1, operand.Leading) : null;
    }
}

/// <summary>A matrix product by cuBLAS.</summary>
internal sealed class CublasProduct : CudaStep
{
    private const long WorkspaceBytes = 32L << 20;

    private readonly LibCudaDriver _driver;
    private readonly BatchAxes _axes;
    private readonly CublasCall _call;
    private readonly int _m, _n, _k, _batch;

    private CublasProduct(CudaBackend backend, LibCudaDriver driver, Step step, BatchAxes axes, CublasCall call) : base(backend, step)
    {
        (_driver, _axes, _call) = (driver, axes, call);
        (_m, _n, _k, _batch) = ((int)step.Inputs[0].Shape[^2], (int)step.Inputs[1].Shape[^1], (int)step.Inputs[0].Shape[^1], (int)axes.Inner.Size);
    }

    /// <summary>The product of a step without epilogue; null where there is no cuBLAS, or it does not take the types or layouts.</summary>
    public static CublasProduct? TryMake(CudaBackend backend, Step step)
    {
        if (backend.Driver is not LibCudaDriver driver || !backend.Libraries.HasCublas || TypeOf(step.Inputs[0].DType) is null || step.Outputs[0].Shape.ElementCount == 0 || step.Inputs[0].Shape[^1] == 0) return null;
        var axes = new BatchAxes(step.Inputs[0].Layout, step.Inputs[1].Layout);
        var (m, n, k) = ((int)step.Inputs[0].Shape[^2], (int)step.Inputs[1].Shape[^1], (int)step.Inputs[0].Shape[^1]);
        return CublasCall.Of(m, n, k, Operand(step.Inputs[0], axes.Inner.A), Operand(step.Inputs[1], axes.Inner.B)) is { } call ? new(backend, driver, step, axes, call) : null;
    }

    /// <inheritdoc/>
    public override long ScratchBytes => WorkspaceBytes;

    /// <inheritdoc/>
    public override void Enqueue(in StepAddresses addresses, CudaStreamHandle stream)
    {
        using var scope = _driver.Enter();
        var handle = Backend.Libraries.Cublas;
        handle.SetStream(stream);
        handle.SetWorkspace(new(addresses.Scratch), WorkspaceBytes);
        var (type, compute) = TypeOf(Step.Inputs[0].DType)!.Value;
        if (compute == CublasComputeType.F32 && type == CudaDataType.R32F && Backend.Options.AllowTf32) compute = CublasComputeType.F32FastTF32;
        var size = Step.Inputs[0].DType.Size();
        for (long outer = 0; outer < _axes.Outer; outer++)
        {
            var (offsetA, offsetB) = _axes.Offsets(outer);
            CudaDevicePointer a = new(addresses.Operands[0]), b = new(addresses.Operands[1]), c = new(addresses.Operands[2]);
            handle.GemmStridedBatchedEx(_call.First, _call.Second, _n, _m, _k, 1,
                new(b + offsetB * size, type, _call.LeadingFirst, _axes.Inner.B), new(a + offsetA * size, type, _call.LeadingSecond, _axes.Inner.A), 0,
                new(c + outer * _batch * _m * _n * size, type, _n, (long)_m * _n), _batch, compute);
        }
    }

    private static CublasOperand Operand(Operand operand, long batchStride)
    {
        var matrix = MatMulSteps.Matrix.Of(operand, batchStride);
        return new(matrix.IsTransposed, matrix.Leading, matrix.BatchStride);
    }

    private static (CudaDataType Type, CublasComputeType Compute)? TypeOf(DType type) => type switch
    {
        DType.Float32 => (CudaDataType.R32F, CublasComputeType.F32),
        DType.Float64 => (CudaDataType.R64F, CublasComputeType.F64),
        DType.Float16 => (CudaDataType.R16F, CublasComputeType.F32),
        DType.BFloat16 => (CudaDataType.R16BF, CublasComputeType.F32),
        _ => null,
    };
}

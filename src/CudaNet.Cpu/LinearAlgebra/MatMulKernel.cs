using System.Numerics;
using CudaNet.Cpu.Elementwise;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>A batched matrix product, its epilogue applied to each finished tile while that is in cache.</summary>
/// <typeparam name="TA">Type of the left operand: T, or for T = float also Half, or ushort for the bits of a bfloat16.</typeparam>
/// <typeparam name="TB">Type of the right operand: as the left one's, or <see cref="Simd.BiasedByte"/> for T = float.</typeparam>
/// <typeparam name="T">Type of the sums.</typeparam>
internal sealed unsafe class MatMulKernel<TA, TB, T> : IStepKernel
    where TA : unmanaged
    where TB : unmanaged
    where T : unmanaged, INumberBase<T>
{
    private readonly BatchAxes _batch;
    private readonly GemmShape _shape;
    private readonly TileEpilogue? _epilogue;
    private readonly DType _result;
    private readonly bool _inPlace;
    private readonly int _anchorInputs = 2;

    public MatMulKernel(Step step)
    {
        var (a, b) = (step.Inputs[0], step.Inputs[1]);
        _batch = new(a.Layout, b.Layout);
        _shape = ShapeOf(_batch, a, b);
        _result = step.Outputs[0].DType;
        // Sums are made in the output itself where that has their type.
        _inPlace = typeof(TA) == typeof(T) && _result == a.DType;
        if (step.Op is not FusedEpilogue fused) return;
        _anchorInputs = fused.AnchorInputs;
        var anchor = a.Shape.With(a.Shape.Rank - 1, b.Shape[^1]);
        _epilogue = new(fused.Epilogue, anchor, [.. step.Inputs.Skip(fused.AnchorInputs).Select(extra => extra.Layout)]);
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        var size = _shape.Batch * (long)_shape.CBatch;
        using var scratch = Scratch.Rent(_inPlace ? 0 : size * sizeof(T));
        var extras = stackalloc nint[operands.Length];
        operands[_anchorInputs..].CopyTo(new(extras, operands.Length));
        for (long call = 0; call < _batch.Outer; call++)
        {
            var (offsetA, offsetB) = _batch.Offsets(call);
            TA* a = (TA*)operands[0] + offsetA;
            TB* b = (TB*)operands[1] + offsetB;
            var output = (byte*)operands[^1] + call * size * _result.Size();
            var c = _inPlace ? (T*)output : (T*)scratch.Pointer;
            if (_epilogue is null)
            {
                MatrixProduct.RunMixed(_shape, a, b, c, T.One, T.Zero, default(NoEpilogue<T>));
                if (!_inPlace) HalfConversion.Narrow(_result, (float*)c, (nint)output, size);
            }
            else
            {
                var tiles = new Tiles(_epilogue, extras, call * _shape.Batch, _shape.M, _shape.N, output, _result.Size());
                MatrixProduct.RunMixed(_shape, a, b, c, T.One, T.Zero, tiles);
            }
        }
    }

    /// <summary>The shape of one call for operands [batch…, m, k] and [batch…, k, n], C row-major.</summary>
    private static GemmShape ShapeOf(BatchAxes batch, Operand a, Operand b)
    {
        var (m, n, k) = (checked((int)a.Shape[^2]), checked((int)b.Shape[^1]), checked((int)a.Shape[^1]));
        return new(m, n, k)
        {
            Batch = checked((int)batch.Inner.Size),
            ARow = (nint)a.Layout.Strides[^2],
            AColumn = (nint)a.Layout.Strides[^1],
            ABatch = (nint)batch.Inner.A,
            BRow = (nint)b.Layout.Strides[^2],
            BColumn = (nint)b.Layout.Strides[^1],
            BBatch = (nint)batch.Inner.B,
            CRow = n,
            CBatch = (nint)m * n,
        };
    }

    private readonly struct Tiles(TileEpilogue epilogue, nint* extras, long firstBatch, int m, int n, byte* output, int resultSize) : IGemmEpilogue<T>
    {
        public void Apply(int batch, int row, int column, T* c, int rowStride, int rows, int columns)
        {
            var local = (long)batch * m + row;
            epilogue.Apply(extras, firstBatch * m + local, rows, column, columns, c, rowStride, output + (local * n + column) * resultSize, n);
        }
    }
}

using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>Works on one matrix of a batch, in Float64.</summary>
/// <param name="inputs">The operands' matrices, row-major; may be written over.</param>
/// <param name="result">The packed result.</param>
/// <param name="batch">Index in the batch, −1 if there is only one: for messages.</param>
internal delegate void MatrixFunction(double[][] inputs, double[] result, long batch);

/// <summary>Runs a function of matrices over a batch: widens to Float64, computes, rounds once.</summary>
internal sealed unsafe class MatrixKernel(Step step, int resultAxes, MatrixFunction function) : IStepKernel
{
    private readonly Operand[] _operands = [.. step.Inputs, step.Outputs[0]];
    private readonly int[] _sizes = [.. step.Inputs.Select(input => Elements(input.Shape, 2)), Elements(step.Outputs[0].Shape, resultAxes)];
    private readonly long _batch = step.Outputs[0].Shape.Slice(0, step.Outputs[0].Shape.Rank - resultAxes).ElementCount;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var pointers = operands.ToArray();
        WorkerPool.ParallelFor(_batch, 1, (start, end) =>
        {
            var inputs = new double[_sizes.Length - 1][];
            for (var k = 0; k < inputs.Length; k++) inputs[k] = new double[_sizes[k]];
            var result = new double[_sizes[^1]];
            for (var index = start; index < end; index++)
            {
                for (var k = 0; k < inputs.Length; k++) Read(pointers[k], _operands[k].DType, index, inputs[k]);
                function(inputs, result, _batch == 1 ? -1 : index);
                Write(pointers[^1], _operands[^1].DType, index, result);
            }
        });
    }

    private static int Elements(Shape shape, int axes) => checked((int)shape.Slice(shape.Rank - axes, axes).ElementCount);

    private static void Read(nint source, DType type, long index, double[] values)
    {
        var start = index * values.Length;
        if (type == DType.Float64) new ReadOnlySpan<double>((double*)source + start, values.Length).CopyTo(values);
        else
            for (var i = 0; i < values.Length; i++) values[i] = ((float*)source)[start + i];
    }

    private static void Write(nint destination, DType type, long index, double[] values)
    {
        var start = index * values.Length;
        if (type == DType.Float64) values.CopyTo(new Span<double>((double*)destination + start, values.Length));
        else
            for (var i = 0; i < values.Length; i++) ((float*)destination)[start + i] = (float)values[i];
    }
}

using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Views;

/// <summary>Copies of views, joins, paddings, windows added up, and numbers counted up.</summary>
internal static unsafe class ViewKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<Contiguous>(step => new CopyKernel(step), KernelTable.AnyLayout);
        table.Add<Concat>(step => new ConcatKernel(step, (Concat)step.Op), KernelTable.AnyLayout);
        table.Add<Pad>(step => PadKernel.Create(step), KernelTable.AnyLayout);
        table.Add<FoldWindows>(step => FoldWindowsKernel.Create(step), KernelTable.AnyLayout, static (_, types) => types[0].DType is not (DType.Bool or DType.UInt8));
        table.Add<Iota>(step => new IotaKernel(step));
    }

    /// <summary>Copies any layout row-major.</summary>
    private sealed class CopyKernel(Step step) : IStepKernel
    {
        private readonly StridedCopy _copy = new(step.Inputs[0].Shape.Span, step.Inputs[0].Layout.Strides, step.Outputs[0].Layout.Strides, step.Inputs[0].DType.Size());

        public void Run(ReadOnlySpan<nint> operands) => _copy.Run((byte*)operands[0], (byte*)operands[1]);
    }

    /// <summary>Copies each input to its part of the output.</summary>
    private sealed class ConcatKernel : IStepKernel
    {
        private readonly StridedCopy[] _copies;
        private readonly long[] _offsets;

        public ConcatKernel(Step step, Concat op)
        {
            var output = step.Outputs[0];
            _copies = new StridedCopy[step.Inputs.Count];
            _offsets = new long[_copies.Length];
            long start = 0;
            for (var k = 0; k < _copies.Length; k++)
            {
                var input = step.Inputs[k];
                _copies[k] = new(input.Shape.Span, input.Layout.Strides, output.Layout.Strides, input.DType.Size());
                _offsets[k] = start * output.Layout.Strides[op.Axis] * input.DType.Size();
                start += input.Shape[op.Axis];
            }
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            for (var k = 0; k < _copies.Length; k++) _copies[k].Run((byte*)operands[k], (byte*)operands[^1] + _offsets[k]);
        }
    }

    private sealed class IotaKernel(Step step) : IStepKernel
    {
        private readonly long _length = step.Outputs[0].Shape[0];
        private readonly DType _type = step.Outputs[0].DType;

        public void Run(ReadOnlySpan<nint> operands)
        {
            var target = (void*)operands[^1];
            switch (_type)
            {
                case DType.UInt8: for (long i = 0; i < _length; i++) ((byte*)target)[i] = unchecked((byte)i); break;
                case DType.Int32: for (long i = 0; i < _length; i++) ((int*)target)[i] = unchecked((int)i); break;
                case DType.Int64: for (long i = 0; i < _length; i++) ((long*)target)[i] = i; break;
                case DType.Float16: for (long i = 0; i < _length; i++) ((Half*)target)[i] = (Half)i; break;
                case DType.BFloat16: for (long i = 0; i < _length; i++) ((BFloat16*)target)[i] = (BFloat16)(float)i; break;
                case DType.Float32: for (long i = 0; i < _length; i++) ((float*)target)[i] = i; break;
                default: for (long i = 0; i < _length; i++) ((double*)target)[i] = i; break;
            }
        }
    }
}

using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Cpu;

/// <summary>Copies of views.</summary>
internal static class ViewKernels
{
    public static void Register(KernelTable table) => table.Add<Contiguous>(step => new CopyKernel(step), KernelTable.AnyLayout);

    /// <summary>Copies any layout row-major.</summary>
    private sealed unsafe class CopyKernel(Step step) : IStepKernel
    {
        private readonly long[] _sizes = step.Inputs[0].Shape.ToArray();
        private readonly long[] _strides = step.Inputs[0].Layout.Strides.ToArray();
        private readonly int _size = step.Inputs[0].DType.Size();

        public void Run(ReadOnlySpan<nint> operands)
        {
            var destination = (byte*)operands[1];
            Copy((byte*)operands[0], ref destination, 0);
        }

        private void Copy(byte* source, ref byte* destination, int axis)
        {
            if (axis == _sizes.Length)
            {
                Buffer.MemoryCopy(source, destination, _size, _size);
                destination += _size;
                return;
            }
            for (long i = 0; i < _sizes[axis]; i++) Copy(source + i * _strides[axis] * _size, ref destination, axis + 1);
        }
    }
}

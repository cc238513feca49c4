using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Indexing;

/// <summary>Kernels that read or write at places given by tensors of integers. A value out of range raises
/// <see cref="IndexValueException"/> before anything is read or written there.</summary>
internal static class IndexingKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<Take>(IndexedKernel.Create<TakeKernel>, static (op, operand, layout) => operand == 0 ? TakeKernel.Accepts(op, layout) : layout.IsContiguous);
        table.Add<Gather>(IndexedKernel.Create<GatherKernel>, KernelTable.AnyLayout);
        table.Add<ScatterAdd>(ScatterAddKernel.Create, KernelTable.AnyLayout, static (_, types) => types[1].DType is not (DType.Bool or DType.UInt8));
        table.Add<Scatter>(IndexedKernel.Create<ScatterKernel>, KernelTable.AnyLayout);
        table.Add<IndexAdd>(IndexAddKernel.Create, claims: static (_, types) => types[1].DType is not (DType.Bool or DType.UInt8));
        table.Add<FlatIndex>(static step => new FlatIndexKernel(step));
    }

    private sealed unsafe class FlatIndexKernel(Step step) : IStepKernel
    {
        private readonly FlatIndex _op = (FlatIndex)step.Op;
        private readonly long _count = step.Outputs[0].Shape.ElementCount;

        public void Run(ReadOnlySpan<nint> operands)
        {
            var target = (long*)operands[^1];
            for (long i = 0; i < _count; i++)
            {
                long flat = 0;
                for (var axis = 0; axis < _op.Sizes.Count; axis++)
                {
                    var (index, size) = (((long*)operands[axis])[i], _op.Sizes[axis]);
                    var place = _op.FromEnd && index < 0 ? index + size : index;
                    if ((ulong)place >= (ulong)size) IndexValues.Refuse("Indexer", index, axis, size, _op.FromEnd);
                    flat = flat * size + place;
                }
                target[i] = flat;
            }
        }
    }
}

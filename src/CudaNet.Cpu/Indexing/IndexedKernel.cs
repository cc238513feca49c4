using CudaNet.Execution;

namespace CudaNet.Cpu.Indexing;

/// <summary>Chooses a kernel by the step's first input, whose elements are moved, and its second, the indices. Only the size
/// of an element matters: nothing is computed with it.</summary>
internal static class IndexedKernel
{
    public static IStepKernel Create<TKernel>(Step step) where TKernel : struct, IIndexedKernel => step.Inputs[0].DType.Size() switch
    {
        1 => Create<TKernel, byte>(step),
        2 => Create<TKernel, ushort>(step),
        4 => Create<TKernel, uint>(step),
        _ => Create<TKernel, ulong>(step),
    };

    private static IStepKernel Create<TKernel, T>(Step step) where TKernel : struct, IIndexedKernel where T : unmanaged =>
        step.Inputs[1].DType == DType.Int32 ? TKernel.Create<T, int>(step) : TKernel.Create<T, long>(step);
}

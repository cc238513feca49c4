using CudaNet.Execution;

namespace CudaNet.Cpu.Indexing;

/// <summary>A kernel that moves elements by an index tensor, made for each size of element and type of index.</summary>
internal interface IIndexedKernel
{
    /// <summary>The kernel for elements of <typeparamref name="T"/>'s size and indices of <typeparamref name="TIndex"/>.</summary>
    static abstract IStepKernel Create<T, TIndex>(Step step) where T : unmanaged where TIndex : unmanaged;
}

using CudaNet.Execution;

namespace CudaNet.Cpu.Indexing;

/// <summary>A kernel that moves elements by an index tensor, made for each size of element and type of index.</summary>
/// <remarks>Implemented by structs: the compiler for native code makes no code for a static method of a class that is a type argument.</remarks>
internal interface IIndexedKernel
{
    /// <summary>The kernel for elements of <typeparamref name="T"/>'s size and indices of <typeparamref name="TIndex"/>.</summary>
    static abstract IStepKernel Create<T, TIndex>(Step step) where T : unmanaged where TIndex : unmanaged;
}

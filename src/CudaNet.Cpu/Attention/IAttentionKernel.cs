namespace CudaNet.Cpu.Attention;

/// <summary>An attention, or its gradient, of fixed sizes and layouts.</summary>
internal interface IAttentionKernel
{
    /// <summary>Computes it.</summary>
    void Run(AttentionPointers operands);
}

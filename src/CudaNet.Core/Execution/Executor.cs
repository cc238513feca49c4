namespace CudaNet.Execution;

/// <summary>Plans and runs graphs.</summary>
public static class Executor
{
    /// <summary>Computes values.</summary>
    internal static void Realize(params ReadOnlySpan<Tensor> tensors) => throw new NotSupportedException();
}

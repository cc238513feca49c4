using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>How the JIT is to compile kernels.</summary>
internal static class Jit
{
    /// <summary>For a method that contains a kernel's innermost loops.</summary>
    /// <remarks>Optimised at the first call: in the JIT's first tier, where operators are calls, a loop is a hundred times slower. And never inlined: the
    /// limit on what is inlined counts for a method with all that it took in, so a loop that was inlined into its caller may find its operators
    /// turned into calls, each with its vectors through memory. The second tier does that to callers of several loops, and made softmax ten times slower.</remarks>
    public const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}

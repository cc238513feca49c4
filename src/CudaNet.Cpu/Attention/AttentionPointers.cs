using System.Runtime.InteropServices;

namespace CudaNet.Cpu.Attention;

/// <summary>The operands of an attention; 0 where there is none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionPointers
{
    /// <summary>Operands 0, 1 and 2 of <see cref="PanelSet"/>.</summary>
    public nint Query, Key, Value;

    /// <summary>What the rule names beside them.</summary>
    public nint Bias, Blocks, Random;

    /// <summary>Gradients of the result and of its logarithms.</summary>
    public nint Upstream, LogUpstream;

    /// <summary>The result, or the gradient of the queries.</summary>
    public nint Output;

    /// <summary>The logarithms.</summary>
    public nint LogOutput;

    /// <summary>Gradients of keys and values.</summary>
    public nint KeyGradient, ValueGradient;
}

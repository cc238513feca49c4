using CudaNet.Execution;

namespace CudaNet.Cpu.Attention;

/// <summary>Strides in elements of [batch, heads, rows, columns].</summary>
internal readonly record struct HeadStrides(nint Batch, nint Head, nint Row, nint Column)
{
    public static HeadStrides Of(Operand operand)
    {
        var strides = operand.Layout.Strides;
        return new((nint)strides[0], (nint)strides[1], (nint)strides[2], strides.Length > 3 ? (nint)strides[3] : 0);
    }

    /// <summary>Where a head begins.</summary>
    public nint Start(long batch, long head) => ((nint)batch * Batch) + ((nint)head * Head);
}

/// <summary>Sizes of an attention: queries [B, H, S, D], keys [B, G, L, D], values [B, G, L, E].</summary>
internal readonly record struct AttentionShape(int Batch, int Heads, int Groups, int Queries, int Keys, int Depth, int ValueDepth)
{
    /// <summary>Query heads that share a key head.</summary>
    public int Shared => Heads / Groups;

    public static AttentionShape Of(Step step)
    {
        var (q, k, v) = (step.Inputs[0].Shape, step.Inputs[1].Shape, step.Inputs[2].Shape);
        return checked(new((int)q[0], (int)q[1], (int)k[1], (int)q[2], (int)k[2], (int)q[3], (int)v[3]));
    }
}

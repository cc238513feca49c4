using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Kernels;

/// <summary>Elements between neighbours of an axis; the numbers of a row lie side by side, and a stride of 0 shares.</summary>
/// <param name="Batch">Between sequences.</param>
/// <param name="Head">Between heads.</param>
/// <param name="Row">Between queries or keys.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct AttentionStrides(long Batch, long Head, long Row)
{
    /// <summary>Of a dense [batch, heads, length, depth].</summary>
    public static AttentionStrides HeadsFirst(int heads, int length, int depth) => new((long)heads * length * depth, (long)length * depth, depth);

    /// <summary>Of a dense [batch, length, heads, depth].</summary>
    public static AttentionStrides RowsFirst(int heads, int length, int depth) => new((long)heads * length * depth, depth, (long)heads * depth);
}

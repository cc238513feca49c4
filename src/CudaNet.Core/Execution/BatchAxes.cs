namespace CudaNet.Execution;

/// <summary>The batch axes of a matrix product, joined where all operands step evenly: an innermost one that the product
/// itself runs over, and what is left of them as a list of offsets.</summary>
internal sealed class BatchAxes
{
    private readonly List<(long Size, long A, long B)> _axes = [];

    public BatchAxes(Layout a, Layout b)
    {
        for (var k = 0; k < a.Shape.Rank - 2; k++)
        {
            var size = a.Shape[k];
            if (size == 1) continue;
            var (sa, sb) = (a.Strides[k], b.Strides[k]);
            if (_axes.Count > 0 && _axes[^1] is var last && last.A == sa * size && last.B == sb * size) _axes[^1] = (last.Size * size, sa, sb);
            else _axes.Add((size, sa, sb));
        }
        if (_axes.Count == 0) _axes.Add((1, 0, 0));
        Outer = 1;
        for (var k = 0; k < _axes.Count - 1; k++) Outer *= _axes[k].Size;
    }

    /// <summary>Products of one call, and the operands' steps between them.</summary>
    public (long Size, long A, long B) Inner => _axes[^1];

    /// <summary>Number of calls.</summary>
    public long Outer { get; }

    /// <summary>Where the operands of a call begin, in elements.</summary>
    public (long A, long B) Offsets(long call)
    {
        long a = 0, b = 0;
        for (var k = _axes.Count - 2; k >= 0; k--)
        {
            var index = call % _axes[k].Size;
            call /= _axes[k].Size;
            a += index * _axes[k].A;
            b += index * _axes[k].B;
        }
        return (a, b);
    }
}

using CudaNet.Cpu.Elementwise;
using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Cpu.Convolution;

/// <summary>The epilogue of a convolution on the output seen as [batch · channels, places].</summary>
internal sealed unsafe class PlaneEpilogue
{
    private readonly TileEpilogue _program;

    // Places that the program takes as one row: all of them, or those of the last axis where an operand cannot be laid
    // out over all.
    private readonly long _row;

    public PlaneEpilogue(Step step, FusedEpilogue op)
    {
        var shape = step.Outputs[0].Shape;
        var planes = shape.Slice(0, 2).Concat([shape.Slice(2, shape.Rank - 2).ElementCount]);
        var layouts = new List<Layout>();
        foreach (var extra in step.Inputs.Skip(op.AnchorInputs))
            if (extra.Layout.TryReshape(planes) is { } layout) layouts.Add(layout);
        var joined = layouts.Count == step.Inputs.Count - op.AnchorInputs;
        _program = joined ? new(op.Epilogue, planes, layouts) : new(op.Epilogue, shape, [.. step.Inputs.Skip(op.AnchorInputs).Select(extra => extra.Layout)]);
        _row = joined ? planes[^1] : shape[^1];
        Places = planes[^1];
    }

    /// <summary>Places of a plane.</summary>
    public long Places { get; }

    /// <summary>Applies the program in place to a tile.</summary>
    /// <param name="extras">The further operands.</param>
    /// <param name="plane">The tile's first plane.</param>
    /// <param name="planes">Its planes.</param>
    /// <param name="place">Its first place.</param>
    /// <param name="places">Its places.</param>
    /// <param name="tile">Its first element.</param>
    /// <param name="stride">Elements from a plane to the next.</param>
    public void Apply<T>(nint* extras, long plane, int planes, long place, int places, T* tile, long stride)
        where T : unmanaged => Apply(extras, plane, planes, place, places, (byte*)tile, stride * sizeof(T), sizeof(T), (byte*)tile, stride * sizeof(T), sizeof(T));

    /// <summary>Applies the program to a tile; strides and sizes are in bytes.</summary>
    public void Apply(nint* extras, long plane, int planes, long place, int places, byte* source, long sourceStride, int sourceSize, byte* result, long resultStride, int resultSize)
    {
        if (_row == Places)
        {
            _program.Apply(extras, plane, planes, place, places, source, sourceStride / sourceSize, result, resultStride / resultSize);
            return;
        }
        for (var p = 0; p < planes; p++)
            for (var done = 0; done < places;)
            {
                var column = (place + done) % _row;
                var count = (int)Math.Min(_row - column, places - done);
                _program.Apply(extras, (plane + p) * (Places / _row) + (place + done) / _row, 1, column, count,
                    source + p * sourceStride + (long)done * sourceSize, 0, result + p * resultStride + (long)done * resultSize, 0);
                done += count;
            }
    }
}

namespace CudaNet.Ops;

/// <summary>What the indexing ops share.</summary>
internal static class Indexing
{
    /// <summary>Refuses an index tensor that is not of Int32 or Int64.</summary>
    public static void CheckIndices(TensorType indices, string operation)
    {
        if (indices.DType is not (DType.Int32 or DType.Int64))
            throw new DTypeException($"{operation}: the indices are {indices.DType.ShortName()}. Use .To(DType.Int64){(indices.DType == DType.Bool ? ", or MaskedSelect for a mask" : "")}.");
    }

    /// <summary>Refuses an index tensor that differs from the values elsewhere than along the axis.</summary>
    public static void CheckBeside(Shape values, Shape indices, int axis, string operation)
    {
        if (values.Rank != indices.Rank || values.Without(axis) != indices.Without(axis))
            throw new ShapeException($"{operation}: indices {indices} and values {values} differ beside axis {axis}. Only that axis may differ.");
    }

    /// <summary>All inputs with the batch as axis 0.</summary>
    public static Tensor[] Aligned(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        var batch = inputs.First((_, k) => batched[k]).Shape[0];
        var aligned = new Tensor[inputs.Count];
        for (var k = 0; k < aligned.Length; k++) aligned[k] = batched[k] ? inputs[k] : inputs[k].ExpandTo(inputs[k].Shape.Insert(0, batch));
        return aligned;
    }

    /// <summary>Indices [batch, …] into each example's own axis of <paramref name="size"/> elements, as indices into the axis
    /// that joins batch and examples.</summary>
    public static Tensor OfJoined(Tensor indices, long size)
    {
        var shape = indices.Shape;
        var example = Tensor.Iota(shape[0], DType.Int64, indices.Device).Reshape([shape[0], .. Enumerable.Repeat(1L, shape.Rank - 1)]);
        return new FlatIndex([shape[0], size], false).Apply(example.ExpandTo(shape), indices.To(DType.Int64));
    }
}

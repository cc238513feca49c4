namespace CudaNet.Nn.Data;

/// <summary>Tensors whose axis 0 counts samples, held in the memory of the host.</summary>
public sealed class TensorDataset : Dataset
{
    private readonly Column[] _columns;
    private readonly Device _device;

    /// <summary>A data set of inputs and targets (or of any number of tensors).</summary>
    /// <exception cref="ShapeException">A tensor is a scalar, or the numbers of samples differ.</exception>
    public TensorDataset(params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.IsEmpty) throw new ShapeException("TensorDataset: there is no tensor. Pass inputs and targets.");
        _device = tensors[0].Device;
        _columns = new Column[tensors.Length];
        for (var k = 0; k < tensors.Length; k++)
        {
            var tensor = tensors[k];
            if (tensor.Rank == 0 || tensor.Shape[0] != tensors[0].Shape[0])
                throw new ShapeException($"TensorDataset: tensor {k} is {tensor.Shape}, tensor 0 {tensors[0].Shape}. All need the samples along axis 0, as many each.");
            _columns[k] = new(tensor.ToBytes(), tensor.Shape, tensor.DType);
        }
        Count = (int)tensors[0].Shape[0];
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context)
    {
        var tensors = new Tensor[_columns.Length];
        for (var k = 0; k < tensors.Length; k++) tensors[k] = _columns[k].Gather(indices, _device);
        return new(tensors, indices.ToArray());
    }

    private sealed record Column(byte[] Bytes, Shape Shape, DType Type)
    {
        public Tensor Gather(ReadOnlySpan<int> indices, Device device)
        {
            var row = Bytes.Length / (int)Math.Max(1, Shape[0]);
            var rows = GC.AllocateUninitializedArray<byte>(row * indices.Length);
            for (var i = 0; i < indices.Length; i++) Bytes.AsSpan(indices[i] * row, row).CopyTo(rows.AsSpan(i * row));
            return Tensor.FromBytes(rows, Shape.With(0, indices.Length), Type, device);
        }
    }
}

using CudaNet.Ops;

namespace CudaNet.Nn;

/// <summary>Rows of a cache, [outer, rows, depth], that are written in place, and read as they are or in Float32.</summary>
internal sealed class KvPlane
{
    private const int Zero = QuantizedMatMul.Zero;

    public KvPlane(Shape shape, KvStorage storage, Device? device)
    {
        Storage = storage;
        Data = new(Tensor.Full(shape, storage == KvStorage.Int8 ? Zero : 0, TypeOf(storage), device).Realize());
        if (storage == KvStorage.Int8) Scale = new(Tensor.Zeros(shape.With(shape.Rank - 1, 1), DType.Float32, device).Realize());
    }

    private KvStorage Storage { get; }

    public State Data { get; }

    public State? Scale { get; }

    public IEnumerable<State> Slots => Scale is null ? [Data] : [Data, Scale];

    public long Bytes => Slots.Sum(slot => slot.Shape.ElementCount * slot.DType.Size());

    /// <summary>Writes rows at places of an axis.</summary>
    /// <param name="places">Int64: broadcasts to the rows.</param>
    /// <param name="rows">What is written.</param>
    /// <param name="axis">Along which axis places count.</param>
    public void Write(Tensor places, Tensor rows, int axis)
    {
        if (Scale is null)
        {
            Data.Assign(Data.Value.Scatter(places.ExpandTo(rows.Shape), rows.To(Data.DType), axis));
            return;
        }
        var (values, scale) = rows.QuantizeRows();
        Data.Assign(Data.Value.Scatter(places.ExpandTo(rows.Shape), values, axis));
        Scale.Assign(Scale.Value.Scatter(places.ExpandTo(scale.Shape), scale, axis));
    }

    /// <summary>What a view of the rows holds.</summary>
    public Tensor Read(Func<Tensor, Tensor> view) => Scale is null ? view(Data.Value).To(DType.Float32)
        : (view(Data.Value).To(DType.Float32) - Zero) * view(Scale.Value);

    /// <summary>Replaces everything by a function of itself that keeps the shape.</summary>
    public void Rearrange(Func<Tensor, Tensor> map)
    {
        foreach (var slot in Slots) slot.Assign(map(slot.Value).Realize());
    }

    /// <summary>This plane with a longer axis; what is new is zero.</summary>
    public KvPlane Longer(int axis, long size)
    {
        var longer = new KvPlane(Data.Shape.With(axis, size), Storage, Data.Device);
        var places = new long[Data.Shape.Rank];
        Array.Fill(places, 1);
        places[axis] = Data.Shape[axis];
        var first = Tensor.Arange(0, Data.Shape[axis], 1, DType.Int64, Data.Device).Reshape(new Shape(places));
        foreach (var (to, from) in longer.Slots.Zip(Slots))
            to.Assign(to.Value.Scatter(first.ExpandTo(from.Shape), from.Value, axis).Realize());
        return longer;
    }

    private static DType TypeOf(KvStorage storage) => storage switch
    {
        KvStorage.Float32 => DType.Float32,
        KvStorage.Float16 => DType.Float16,
        KvStorage.BFloat16 => DType.BFloat16,
        _ => DType.UInt8,
    };
}

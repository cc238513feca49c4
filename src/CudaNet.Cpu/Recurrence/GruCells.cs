using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Recurrence;

/// <summary>The cell of a gated recurrent unit, reset gate behind the product.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="x">[time, batch, 3 · units].</param>
/// <param name="initial">Hidden state before the first step, [batch, units].</param>
/// <param name="bias">[units].</param>
/// <param name="states">Results: h, r, z, n, m, each [time, batch, units].</param>
/// <param name="lengths">Steps of each sequence; null for all.</param>
internal readonly unsafe struct GruCell<T, V, TSigmoid, TTanh>(SequenceShape shape, T* x, T* initial, T* bias, T* states, long* lengths) : IRecurrentCell<T>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
    where TSigmoid : struct, IUnaryOperator<T>
    where TTanh : struct, IUnaryOperator<T>
{
    private readonly nint _plane = (nint)shape.Steps * shape.Batch * shape.Units;

    public nint OperandStride => shape.Units;

    public bool Finishes => false;

    public T* Operand(int time, int segment) => states + (nint)time * shape.Batch * shape.Units;

    [MethodImpl(Jit.Hot)]
    public void Step(int time, T* products, in CellTile tile)
    {
        var first = time == shape.Time(0);
        var earlier = shape.FromEnd ? time + 1 : time - 1;
        nint units = shape.Units, size = tile.ProductStride;
        for (var r = 0; r < tile.Rows; r++, products += tile.RowStride)
        {
            nint row = tile.Row + r, place = ((nint)time * shape.Batch + row) * units + tile.Unit;
            T* a = x + ((nint)time * shape.Batch + row) * 3 * units + tile.Unit, to = states + place;
            T* before = first ? initial + row * units + tile.Unit : states + ((nint)earlier * shape.Batch + row) * units + tile.Unit;
            if (lengths != null && time >= lengths[row])
            {
                Unsafe.CopyBlockUnaligned(to, before, (uint)(tile.Units * sizeof(T)));
                for (var k = 1; k < 5; k++) new Span<T>(to + k * _plane, tile.Units).Clear();
                continue;
            }
            for (nint j = 0; j < tile.Units; j += V.Count)
            {
                var n = tile.Units - j;
                var reset = TSigmoid.Invoke(V.Load(products + j) + Part.Load<V, T>(a + j, n));
                var z = TSigmoid.Invoke(V.Load(products + size + j) + Part.Load<V, T>(a + units + j, n));
                var m = V.Load(products + 2 * size + j) + Part.Load<V, T>(bias + tile.Unit + j, n);
                var candidate = TTanh.Invoke(V.Fma(reset, m, Part.Load<V, T>(a + 2 * units + j, n)));
                Part.Store(V.Fma(z, Part.Load<V, T>(before + j, n) - candidate, candidate), to + j, n);
                Part.Store(reset, to + _plane + j, n);
                Part.Store(z, to + 2 * _plane + j, n);
                Part.Store(candidate, to + 3 * _plane + j, n);
                Part.Store(m, to + 4 * _plane + j, n);
            }
        }
    }

    public void Finish(T* products, in CellTile tile)
    {
    }
}

/// <summary>A step of the gradient of a gated recurrent unit: the product is what the later step's gates give back to h.</summary>
/// <param name="shape">Sizes; steps run against those of the forward pass.</param>
/// <param name="states">h, r, z, n, m, each [time, batch, units].</param>
/// <param name="initial">Hidden state before the first step of the forward pass.</param>
/// <param name="upstream">Gradient of h, [time, batch, units].</param>
/// <param name="result">Gradients of r, z, n and m before their functions, [time, batch, 4 · units], then that of the initial h, which holds what is carried from step to step.</param>
/// <param name="lengths">Steps of each sequence; null for all.</param>
internal readonly unsafe struct GruGradCell<T, V>(SequenceShape shape, T* states, T* initial, T* upstream, T* result, long* lengths) : IRecurrentCell<T>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
{
    private readonly nint _plane = (nint)shape.Steps * shape.Batch * shape.Units;

    public nint OperandStride => 4 * shape.Units;

    public bool Finishes => true;

    private T* Carried => result + 4 * _plane;

    // r, z, and m instead of n: what the weight has multiplied.
    public T* Operand(int time, int segment) => result + (nint)time * shape.Batch * 4 * shape.Units + (segment == 2 ? 3 : segment) * shape.Units;

    [MethodImpl(Jit.Hot)]
    public void Step(int time, T* products, in CellTile tile)
    {
        var last = time == shape.Time(shape.Steps - 1); // the first of the forward pass
        var earlier = shape.FromEnd ? time - 1 : time + 1;
        var fresh = time == shape.Time(0);
        nint units = shape.Units;
        var one = V.Create(T.One);
        for (var r = 0; r < tile.Rows; r++, products += tile.RowStride)
        {
            nint row = tile.Row + r, place = ((nint)time * shape.Batch + row) * units + tile.Unit, at = row * units + tile.Unit;
            T* from = states + place, to = result + ((nint)time * shape.Batch + row) * 4 * units + tile.Unit, kept = Carried + at;
            T* before = last ? initial + at : states + ((nint)earlier * shape.Batch + row) * units + tile.Unit;
            var within = lengths == null || time < lengths[row];
            for (nint j = 0; j < tile.Units; j += V.Count)
            {
                var count = tile.Units - j;
                var dh = V.Load(products + j) + Part.Load<V, T>(upstream + place + j, count);
                if (!fresh) dh += Part.Load<V, T>(kept + j, count);
                if (!within)
                {
                    for (var k = 0; k < 4; k++) Part.Store(V.Zero, to + k * units + j, count);
                    Part.Store(dh, kept + j, count);
                    continue;
                }
                V reset = Part.Load<V, T>(from + _plane + j, count), z = Part.Load<V, T>(from + 2 * _plane + j, count), n = Part.Load<V, T>(from + 3 * _plane + j, count);
                var dn = dh * (one - z) * V.FmaNegated(n, n, one);
                Part.Store(dn * Part.Load<V, T>(from + 4 * _plane + j, count) * reset * (one - reset), to + j, count);
                Part.Store(dh * (Part.Load<V, T>(before + j, count) - n) * z * (one - z), to + units + j, count);
                Part.Store(dn, to + 2 * units + j, count);
                Part.Store(dn * reset, to + 3 * units + j, count);
                Part.Store(dh * z, kept + j, count);
            }
        }
    }

    public void Finish(T* products, in CellTile tile) => Carry.Finish<T, V>(products, Carried, shape.Units, tile);
}

using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Recurrence;

/// <summary>The cell of a long short-term memory: gates, cell state and hidden state of a step.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="x">[time, batch, 4 · units].</param>
/// <param name="initial">Cell state before the first step, [batch, units].</param>
/// <param name="hidden">Hidden state before the first step.</param>
/// <param name="states">Results: h, c, i, f, g, o, each [time, batch, units].</param>
/// <param name="lengths">Steps of each sequence; null for all.</param>
internal readonly unsafe struct LstmCell<T, V, TSigmoid, TTanh>(SequenceShape shape, T* x, T* hidden, T* initial, T* states, long* lengths) : IRecurrentCell<T>
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
            nint row = tile.Row + r, place = ((nint)time * shape.Batch + row) * units + tile.Unit, before = first ? row * units + tile.Unit : ((nint)earlier * shape.Batch + row) * units + tile.Unit;
            T* a = x + ((nint)time * shape.Batch + row) * 4 * units + tile.Unit, to = states + place, cellBefore = first ? initial + before : states + _plane + before;
            if (lengths != null && time >= lengths[row])
            {
                Unsafe.CopyBlockUnaligned(to, first ? hidden + before : states + before, (uint)(tile.Units * sizeof(T)));
                Unsafe.CopyBlockUnaligned(to + _plane, cellBefore, (uint)(tile.Units * sizeof(T)));
                for (var k = 2; k < 6; k++) new Span<T>(to + k * _plane, tile.Units).Clear();
                continue;
            }
            for (nint j = 0; j < tile.Units; j += V.Count)
            {
                var n = tile.Units - j;
                var i = TSigmoid.Invoke(V.Load(products + j) + Part.Load<V, T>(a + j, n));
                var f = TSigmoid.Invoke(V.Load(products + size + j) + Part.Load<V, T>(a + units + j, n));
                var g = TTanh.Invoke(V.Load(products + 2 * size + j) + Part.Load<V, T>(a + 2 * units + j, n));
                var o = TSigmoid.Invoke(V.Load(products + 3 * size + j) + Part.Load<V, T>(a + 3 * units + j, n));
                var c = V.Fma(f, Part.Load<V, T>(cellBefore + j, n), i * g);
                Part.Store(o * TTanh.Invoke(c), to + j, n);
                Part.Store(c, to + _plane + j, n);
                Part.Store(i, to + 2 * _plane + j, n);
                Part.Store(f, to + 3 * _plane + j, n);
                Part.Store(g, to + 4 * _plane + j, n);
                Part.Store(o, to + 5 * _plane + j, n);
            }
        }
    }

    public void Finish(T* products, in CellTile tile)
    {
    }
}

/// <summary>A step of the gradient of a long short-term memory: the product is what the later step's gates give back to h.</summary>
/// <param name="shape">Sizes; steps run against those of the forward pass.</param>
/// <param name="states">h, c, i, f, g, o, each [time, batch, units].</param>
/// <param name="initial">Cell state before the first step of the forward pass.</param>
/// <param name="upstream">Gradient of h, [time, batch, units].</param>
/// <param name="cellUpstream">Gradient of c.</param>
/// <param name="result">Gradient of the gates [time, batch, 4 · units], then those of the initial h and c, which hold what is carried from step to step.</param>
/// <param name="lengths">Steps of each sequence; null for all.</param>
internal readonly unsafe struct LstmGradCell<T, V, TTanh>(SequenceShape shape, T* states, T* initial, T* upstream, T* cellUpstream, T* result, long* lengths) : IRecurrentCell<T>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
    where TTanh : struct, IUnaryOperator<T>
{
    private readonly nint _plane = (nint)shape.Steps * shape.Batch * shape.Units;

    public nint OperandStride => 4 * shape.Units;

    public bool Finishes => true;

    private T* Carried => result + 4 * _plane;

    private T* CarriedCell => Carried + (nint)shape.Batch * shape.Units;

    public T* Operand(int time, int segment) => result + (nint)time * shape.Batch * 4 * shape.Units + segment * shape.Units;

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
            T* from = states + place, to = result + ((nint)time * shape.Batch + row) * 4 * units + tile.Unit;
            T* before = last ? initial + at : states + _plane + ((nint)earlier * shape.Batch + row) * units + tile.Unit;
            T* kept = Carried + at, keptCell = CarriedCell + at;
            var within = lengths == null || time < lengths[row];
            for (nint j = 0; j < tile.Units; j += V.Count)
            {
                var n = tile.Units - j;
                V dh = V.Load(products + j) + Part.Load<V, T>(upstream + place + j, n), dc = Part.Load<V, T>(cellUpstream + place + j, n);
                if (!fresh)
                {
                    dc += Part.Load<V, T>(keptCell + j, n);
                    if (lengths != null) dh += Part.Load<V, T>(kept + j, n);
                }
                if (!within)
                {
                    for (var k = 0; k < 4; k++) Part.Store(V.Zero, to + k * units + j, n);
                    Part.Store(dh, kept + j, n);
                    Part.Store(dc, keptCell + j, n);
                    continue;
                }
                V i = Part.Load<V, T>(from + 2 * _plane + j, n), f = Part.Load<V, T>(from + 3 * _plane + j, n), g = Part.Load<V, T>(from + 4 * _plane + j, n), o = Part.Load<V, T>(from + 5 * _plane + j, n);
                var tanh = TTanh.Invoke(Part.Load<V, T>(from + _plane + j, n));
                dc = V.Fma(dh * o, V.FmaNegated(tanh, tanh, one), dc);
                Part.Store(dc * g * i * (one - i), to + j, n);
                Part.Store(dc * Part.Load<V, T>(before + j, n) * f * (one - f), to + units + j, n);
                Part.Store(dc * i * V.FmaNegated(g, g, one), to + 2 * units + j, n);
                Part.Store(dh * tanh * o * (one - o), to + 3 * units + j, n);
                Part.Store(dc * f, keptCell + j, n);
                Part.Store(V.Zero, kept + j, n);
            }
        }
    }

    public void Finish(T* products, in CellTile tile) => Carry.Finish<T, V>(products, Carried, shape.Units, tile);
}

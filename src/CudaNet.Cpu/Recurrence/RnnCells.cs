using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Recurrence;

/// <summary>The cell of a plain recurrent network.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="x">[time, batch, units].</param>
/// <param name="initial">Hidden state before the first step, [batch, units].</param>
/// <param name="states">Results, [time, batch, units].</param>
/// <param name="lengths">Steps of each sequence; null for all.</param>
internal readonly unsafe struct RnnCell<T, V, TFunction>(SequenceShape shape, T* x, T* initial, T* states, long* lengths) : IRecurrentCell<T>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
    where TFunction : struct, IUnaryOperator<T>
{
    public nint OperandStride => shape.Units;

    public bool Finishes => false;

    public T* Operand(int time, int segment) => states + (nint)time * shape.Batch * shape.Units;

    [MethodImpl(Jit.Hot)]
    public void Step(int time, T* products, in CellTile tile)
    {
        var first = time == shape.Time(0);
        var earlier = shape.FromEnd ? time + 1 : time - 1;
        nint units = shape.Units;
        for (var r = 0; r < tile.Rows; r++, products += tile.RowStride)
        {
            nint row = tile.Row + r, place = ((nint)time * shape.Batch + row) * units + tile.Unit;
            if (lengths != null && time >= lengths[row])
            {
                var before = first ? initial + row * units + tile.Unit : states + ((nint)earlier * shape.Batch + row) * units + tile.Unit;
                Unsafe.CopyBlockUnaligned(states + place, before, (uint)(tile.Units * sizeof(T)));
                continue;
            }
            for (nint j = 0; j < tile.Units; j += V.Count)
                Part.Store(TFunction.Invoke(V.Load(products + j) + Part.Load<V, T>(x + place + j, tile.Units - j)), states + place + j, tile.Units - j);
        }
    }

    public void Finish(T* products, in CellTile tile)
    {
    }
}

/// <summary>A step of the gradient of a plain recurrent network.</summary>
/// <param name="shape">Sizes; steps run against those of the forward pass.</param>
/// <param name="states">[time, batch, units].</param>
/// <param name="upstream">Gradient of the states.</param>
/// <param name="result">Gradient before the function [time, batch, units], then that of the initial state, which holds what is carried from step to step.</param>
/// <param name="lengths">Steps of each sequence; null for all.</param>
internal readonly unsafe struct RnnGradCell<T, V, TSlope>(SequenceShape shape, T* states, T* upstream, T* result, long* lengths) : IRecurrentCell<T>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
    where TSlope : struct, IUnaryOperator<T>
{
    public nint OperandStride => shape.Units;

    public bool Finishes => true;

    private T* Carried => result + (nint)shape.Steps * shape.Batch * shape.Units;

    public T* Operand(int time, int segment) => result + (nint)time * shape.Batch * shape.Units;

    [MethodImpl(Jit.Hot)]
    public void Step(int time, T* products, in CellTile tile)
    {
        var fresh = time == shape.Time(0);
        nint units = shape.Units;
        for (var r = 0; r < tile.Rows; r++, products += tile.RowStride)
        {
            nint row = tile.Row + r, place = ((nint)time * shape.Batch + row) * units + tile.Unit;
            var kept = Carried + row * units + tile.Unit;
            var within = lengths == null || time < lengths[row];
            for (nint j = 0; j < tile.Units; j += V.Count)
            {
                var n = tile.Units - j;
                var dh = V.Load(products + j) + Part.Load<V, T>(upstream + place + j, n);
                if (!fresh && lengths != null) dh += Part.Load<V, T>(kept + j, n);
                Part.Store(within ? TSlope.Invoke(Part.Load<V, T>(states + place + j, n)) * dh : V.Zero, result + place + j, n);
                Part.Store(within ? V.Zero : dh, kept + j, n);
            }
        }
    }

    public void Finish(T* products, in CellTile tile) => Carry.Finish<T, V>(products, Carried, shape.Units, tile);
}

/// <summary>x itself.</summary>
internal readonly struct SameOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<T>.Invoke<V>(V x) => x;
}

/// <summary>The slope of tanh by its value: 1 − h².</summary>
internal readonly struct TanhSlope<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<T>.Invoke<V>(V h) => V.FmaNegated(h, h, V.Create(T.One));
}

/// <summary>The slope of the rectifier by its value: 1 above 0.</summary>
internal readonly struct ReluSlope<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<T>.Invoke<V>(V h) => V.Select(V.Less(V.Zero, h), V.Create(T.One), V.Zero);
}

/// <summary>The slope of the identity: 1.</summary>
internal readonly struct SameSlope<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<T>.Invoke<V>(V h) => V.Create(T.One);
}

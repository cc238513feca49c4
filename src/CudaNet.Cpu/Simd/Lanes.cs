using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>Applies scalar functions to the lanes of a vector: for what has no vector form, or for rare lanes.</summary>
internal static unsafe class Lanes
{
    /// <summary>f of every lane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Map<V, T, TFunction>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TFunction : struct, IScalarFunction<T>
    {
        V result = V.Zero;
        T* source = (T*)&x, destination = (T*)&result;
        for (int i = 0; i < V.Count; i++) destination[i] = TFunction.Invoke(source[i]);
        return result;
    }

    /// <summary>f of every pair of lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Map2<V, T, TFunction>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TFunction : struct, IScalarFunction2<T>
    {
        V result = V.Zero;
        T* left = (T*)&x, right = (T*)&y, destination = (T*)&result;
        for (int i = 0; i < V.Count; i++) destination[i] = TFunction.Invoke(left[i], right[i]);
        return result;
    }
}

using System.Numerics;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Attention;

/// <summary>Attention and its gradient, of any strides, in all floating types.</summary>
internal static class AttentionKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<ScaledDotProductAttention>(
            static step => new AttentionStep(step, step.Inputs[0].DType switch
            {
                DType.Float64 => Forward<double, double, ExpOperator>,
                DType.Float16 => Forward<Half, float, ExpOperator>,
                DType.BFloat16 => Forward<ushort, float, ExpOperator>,
                _ => Forward<float, float, ExpOperator>,
            }),
            KernelTable.AnyLayout, static (op, types) => Takes(op.Rule, types));
        table.Add<AttentionGrad>(
            static step => new AttentionStep(step, step.Inputs[0].DType switch
            {
                DType.Float64 => Backward<double, double, ExpOperator>,
                DType.Float16 => Backward<Half, float, ExpOperator>,
                DType.BFloat16 => Backward<ushort, float, ExpOperator>,
                _ => Backward<float, float, ExpOperator>,
            }),
            KernelTable.AnyLayout, static (op, types) => Takes(op.Rule, types));
        table.Add<CachedAttention>(
            static step => (step.Inputs[0].DType, step.Inputs[1].DType) switch
            {
                (DType.Float64, _) => new CachedAttentionKernel<double, double, double, ExpOperator>(step),
                (DType.Float16, _) => new CachedAttentionKernel<Half, Half, float, ExpOperator>(step),
                (DType.BFloat16, _) => new CachedAttentionKernel<ushort, ushort, float, ExpOperator>(step),
                (_, DType.Float16) => new CachedAttentionKernel<float, Half, float, ExpOperator>(step),
                (_, DType.BFloat16) => new CachedAttentionKernel<float, ushort, float, ExpOperator>(step),
                (_, DType.UInt8) => new CachedAttentionKernel<float, BiasedByte, float, ExpOperator>(step),
                _ => new CachedAttentionKernel<float, float, float, ExpOperator>(step),
            },
            KernelTable.AnyLayout, static (_, types) => TakesCache(types) && CachedAttentionKernel<float, float, float, ExpOperator>.Takes(types));
    }

    private static bool Takes(TensorType[] types) =>
        types[0].DType.IsFloating() && Array.TrueForAll(types, type => type.DType == types[0].DType && type.Shape.ElementCount > 0);

    // Rows of halves or bytes stay as they are beside queries in Float32.
    private static bool TakesCache(TensorType[] types) => Takes(types[..3])
        || (types[0].DType == DType.Float32 && types[1].DType == types[2].DType && (types[1].DType.IsHalf() || types[1].DType == DType.UInt8) && types.All(type => type.Shape.ElementCount > 0));

    // What a rule names beside a bias has types of its own.
    private static bool Takes(AttentionRule rule, TensorType[] types) =>
        Takes([.. types.Where((_, k) => k < 3 || k == rule.Bias || k == rule.Upstream)])
        && (!rule.LogSumExp || types.Length <= rule.Upstream || types[rule.LogUpstream].DType == (types[0].DType.IsHalf() ? DType.Float32 : types[0].DType));

    private static IAttentionKernel Forward<TSource, T, TExp>(AttentionProblem problem)
        where TSource : unmanaged
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        where TExp : struct, IUnaryOperator<T> =>
        FewQueriesKernel<TSource, T, TExp>.Takes(problem) ? new FewQueriesKernel<TSource, T, TExp>(problem)
        : Vector512.IsHardwareAccelerated ? new AttentionKernel<TSource, T, TExp, Simd512<T>, MicroKernel12<Simd512<T>, T>>(problem)
        : Vector256.IsHardwareAccelerated ? new AttentionKernel<TSource, T, TExp, Simd256<T>, MicroKernel6<Simd256<T>, T>>(problem)
        : new AttentionKernel<TSource, T, TExp, Simd128<T>, MicroKernel6<Simd128<T>, T>>(problem);

    private static IAttentionKernel Backward<TSource, T, TExp>(AttentionProblem problem)
        where TSource : unmanaged
        where T : unmanaged, IFloatingPointIeee754<T>
        where TExp : struct, IUnaryOperator<T> =>
        Vector512.IsHardwareAccelerated ? new AttentionGradKernel<TSource, T, TExp, Simd512<T>, MicroKernel12<Simd512<T>, T>>(problem)
        : Vector256.IsHardwareAccelerated ? new AttentionGradKernel<TSource, T, TExp, Simd256<T>, MicroKernel6<Simd256<T>, T>>(problem)
        : new AttentionGradKernel<TSource, T, TExp, Simd128<T>, MicroKernel6<Simd128<T>, T>>(problem);
}

using System.Numerics;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Recurrence;

/// <summary>Recurrent networks over sequences in Float32 and Float64; half types run as their decompositions, which compute in Float32 too.</summary>
internal static class RecurrenceKernels
{
    public static void Register(KernelTable table)
    {
        Add<LstmSequence, LstmMaker>(table);
        Add<LstmSequenceGrad, LstmGradMaker>(table);
        Add<GruSequence, GruMaker>(table);
        Add<GruSequenceGrad, GruGradMaker>(table);
        Add<RnnSequence, RnnMaker>(table);
        Add<RnnSequenceGrad, RnnGradMaker>(table);
    }

    private static void Add<TOp, TMaker>(KernelTable table)
        where TOp : Op
        where TMaker : IMaker => table.Add<TOp>(
            static step => step.Inputs[0].DType == DType.Float32
                ? Of<TMaker, float, SigmoidOperator, TanhOperator>(step)
                : Of<TMaker, double, SigmoidOperator, TanhOperator>(step),
            claims: static (_, types) => types[0].DType is DType.Float32 or DType.Float64);

    private static IStepKernel Of<TMaker, T, TSigmoid, TTanh>(Step step)
        where TMaker : IMaker
        where T : unmanaged, INumberBase<T>
        where TSigmoid : struct, IUnaryOperator<T>
        where TTanh : struct, IUnaryOperator<T> =>
        Vector512.IsHardwareAccelerated ? TMaker.Make<T, Simd512<T>, MicroKernel12<Simd512<T>, T>, TSigmoid, TTanh>(step)
        : Vector256.IsHardwareAccelerated ? TMaker.Make<T, Simd256<T>, MicroKernel6<Simd256<T>, T>, TSigmoid, TTanh>(step)
        : TMaker.Make<T, Simd128<T>, MicroKernel6<Simd128<T>, T>, TSigmoid, TTanh>(step);

    private static SequenceShape ShapeOf(Shape sequence, int products, int segments, bool fromEnd) =>
        new(checked((int)sequence[0]), checked((int)sequence[1]), checked((int)sequence[2]), products, segments, fromEnd);

    /// <summary>The lengths, which come behind the other inputs if there are any.</summary>
    private static unsafe long* LengthsOf(ReadOnlySpan<nint> operands, int place) => operands.Length > place + 1 ? (long*)operands[place] : null;

    private delegate void Body(ReadOnlySpan<nint> operands);

    private sealed class Kernel(Body body) : IStepKernel
    {
        public void Run(ReadOnlySpan<nint> operands) => body(operands);
    }

    /// <summary>Makes the kernel of an op for a type and a width of vectors.</summary>
    private interface IMaker
    {
        static abstract IStepKernel Make<T, V, TKernel, TSigmoid, TTanh>(Step step)
            where T : unmanaged, INumberBase<T>
            where V : unmanaged, ISimd<V, T>
            where TKernel : struct, IMicroKernel<T>
            where TSigmoid : struct, IUnaryOperator<T>
            where TTanh : struct, IUnaryOperator<T>;
    }

    private readonly unsafe struct LstmMaker : IMaker
    {
        static IStepKernel IMaker.Make<T, V, TKernel, TSigmoid, TTanh>(Step step)
        {
            var shape = ShapeOf(step.Outputs[0].Shape.Slice(1, 3), 4, 1, ((LstmSequence)step.Op).Reverse);
            nint units = shape.Units;
            return new Kernel(operands =>
            {
                var cell = new LstmCell<T, V, TSigmoid, TTanh>(shape, (T*)operands[0], (T*)operands[1], (T*)operands[2], (T*)operands[^1], LengthsOf(operands, 4));
                SequenceRunner.Run<T, TKernel, LstmCell<T, V, TSigmoid, TTanh>>(shape, (T*)operands[3], units * units, units, 1, (T*)operands[1], cell);
            });
        }
    }

    private readonly unsafe struct LstmGradMaker : IMaker
    {
        static IStepKernel IMaker.Make<T, V, TKernel, TSigmoid, TTanh>(Step step)
        {
            var shape = ShapeOf(step.Inputs[0].Shape.Slice(1, 3), 1, 4, !((LstmSequenceGrad)step.Op).Reverse);
            nint units = shape.Units;
            return new Kernel(operands =>
            {
                var cell = new LstmGradCell<T, V, TTanh>(shape, (T*)operands[0], (T*)operands[1], (T*)operands[3], (T*)operands[4], (T*)operands[^1], LengthsOf(operands, 5));
                SequenceRunner.Run<T, TKernel, LstmGradCell<T, V, TTanh>>(shape, (T*)operands[2], 0, 1, units, null, cell);
            });
        }
    }

    private readonly unsafe struct GruMaker : IMaker
    {
        static IStepKernel IMaker.Make<T, V, TKernel, TSigmoid, TTanh>(Step step)
        {
            var shape = ShapeOf(step.Outputs[0].Shape.Slice(1, 3), 3, 1, ((GruSequence)step.Op).Reverse);
            nint units = shape.Units;
            return new Kernel(operands =>
            {
                var cell = new GruCell<T, V, TSigmoid, TTanh>(shape, (T*)operands[0], (T*)operands[1], (T*)operands[3], (T*)operands[^1], LengthsOf(operands, 4));
                SequenceRunner.Run<T, TKernel, GruCell<T, V, TSigmoid, TTanh>>(shape, (T*)operands[2], units * units, units, 1, (T*)operands[1], cell);
            });
        }
    }

    private readonly unsafe struct GruGradMaker : IMaker
    {
        static IStepKernel IMaker.Make<T, V, TKernel, TSigmoid, TTanh>(Step step)
        {
            var shape = ShapeOf(step.Inputs[0].Shape.Slice(1, 3), 1, 3, !((GruSequenceGrad)step.Op).Reverse);
            nint units = shape.Units;
            return new Kernel(operands =>
            {
                var cell = new GruGradCell<T, V>(shape, (T*)operands[0], (T*)operands[1], (T*)operands[3], (T*)operands[^1], LengthsOf(operands, 4));
                SequenceRunner.Run<T, TKernel, GruGradCell<T, V>>(shape, (T*)operands[2], 0, 1, units, null, cell);
            });
        }
    }

    private readonly struct RnnMaker : IMaker
    {
        static IStepKernel IMaker.Make<T, V, TKernel, TSigmoid, TTanh>(Step step) => ((RnnSequence)step.Op).Nonlinearity switch
        {
            RecurrentNonlinearity.Tanh => Of<T, V, TKernel, TTanh>(step),
            RecurrentNonlinearity.Relu => Of<T, V, TKernel, ReluOperator<T>>(step),
            _ => Of<T, V, TKernel, SameOperator<T>>(step),
        };

        private static unsafe IStepKernel Of<T, V, TKernel, TFunction>(Step step)
            where T : unmanaged, INumberBase<T>
            where V : unmanaged, ISimd<V, T>
            where TKernel : struct, IMicroKernel<T>
            where TFunction : struct, IUnaryOperator<T>
        {
            var shape = ShapeOf(step.Inputs[0].Shape, 1, 1, ((RnnSequence)step.Op).Reverse);
            nint units = shape.Units;
            return new Kernel(operands =>
            {
                var cell = new RnnCell<T, V, TFunction>(shape, (T*)operands[0], (T*)operands[1], (T*)operands[^1], LengthsOf(operands, 3));
                SequenceRunner.Run<T, TKernel, RnnCell<T, V, TFunction>>(shape, (T*)operands[2], 0, units, 1, (T*)operands[1], cell);
            });
        }
    }

    private readonly struct RnnGradMaker : IMaker
    {
        static IStepKernel IMaker.Make<T, V, TKernel, TSigmoid, TTanh>(Step step) => ((RnnSequenceGrad)step.Op).Nonlinearity switch
        {
            RecurrentNonlinearity.Tanh => Of<T, V, TKernel, TanhSlope<T>>(step),
            RecurrentNonlinearity.Relu => Of<T, V, TKernel, ReluSlope<T>>(step),
            _ => Of<T, V, TKernel, SameSlope<T>>(step),
        };

        private static unsafe IStepKernel Of<T, V, TKernel, TSlope>(Step step)
            where T : unmanaged, INumberBase<T>
            where V : unmanaged, ISimd<V, T>
            where TKernel : struct, IMicroKernel<T>
            where TSlope : struct, IUnaryOperator<T>
        {
            var shape = ShapeOf(step.Inputs[0].Shape, 1, 1, !((RnnSequenceGrad)step.Op).Reverse);
            nint units = shape.Units;
            return new Kernel(operands =>
            {
                var cell = new RnnGradCell<T, V, TSlope>(shape, (T*)operands[0], (T*)operands[3], (T*)operands[^1], LengthsOf(operands, 4));
                SequenceRunner.Run<T, TKernel, RnnGradCell<T, V, TSlope>>(shape, (T*)operands[2], 0, 1, units, null, cell);
            });
        }
    }
}

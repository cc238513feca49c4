using System.Runtime.InteropServices;
using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Matrix products of all types but bytes, with an epilogue in Float32 and the half types. Float32 is multiplied exactly
/// unless tf32 is allowed.</summary>
internal static class MatMulSteps
{
    private const int MostBlocks = 65535; // of the second and third axis of a grid

    public static void Register(CudaKernelTable table) =>
        table.Add<MatMul>(Product, accepts: static (_, _, layout) => Matrix.Fits(layout), claims: static (_, types) => Claims(types));

    /// <summary>Whether kernels take the epilogue of a product, too.</summary>
    /// <param name="op">The product.</param>
    /// <param name="types">The step's inputs.</param>
    /// <param name="canCompile">Whether a product can be compiled for its epilogue.</param>
    public static bool ClaimsFused(FusedEpilogue op, TensorType[] types, bool canCompile) =>
        KernelTypes.IsFloat(types[0].DType) && Claims(types[..op.AnchorInputs])
        && (MatMulEpilogue.Match(op) is not null || canCompile && MatMulEpilogue.IsGenerated(op, op.Infer(types).Shape));

    /// <summary>A product, with the epilogue of the step's op.</summary>
    public static void Product(StepBuilder step)
    {
        var (left, right) = (step.InputOf(0), step.InputOf(1));
        var axes = new BatchAxes(left.Layout, right.Layout);
        var epilogue = MatMulEpilogue.Of(step);
        Matrix a = Matrix.Of(left, axes.Inner.A), b = Matrix.Of(right, axes.Inner.B);
        var (m, n, k, batch) = ((int)left.Shape[^2], (int)right.Shape[^1], (int)left.Shape[^1], (int)axes.Inner.Size);
        if ((long)m * n * batch * axes.Outer == 0) return;
        // A matrix by a column is the column as a row by the transposed matrix, for which there is a kernel.
        var swaps = n == 1 && m > 1 && !a.IsTransposed && b.IsColumnDense && epilogue.IsNone;
        if (swaps) (a, b, m, n) = (b.AsRow, a.Turned, n, m);
        var product = new Launches(step, epilogue, axes, a, b, n, k, batch, swaps);
        if (batch > 1 && b.BatchStride == 0 && !a.IsTransposed && a.BatchStride == (long)m * a.Leading && (long)m * batch <= int.MaxValue)
            // One B for all, and rows that follow each other across the batch: a single tall product.
            (m, product) = (m * batch, product with { Batch = 1 });
        product.All(m);
    }

    private static bool Claims(TensorType[] types) =>
        types[0].DType is DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16 or DType.Int32 or DType.Int64
        && types.All(static type => type.Shape[^1] <= int.MaxValue / 2 && type.Shape[^2] <= int.MaxValue / 2 && type.Shape.ElementCount / Math.Max(1, type.Shape[^1] * type.Shape[^2]) <= int.MaxValue)
        && types[1].Shape[^1] <= MostBlocks * 64L;

    /// <summary>How a matrix lies: rows, or columns if transposed, with their elements side by side.</summary>
    internal readonly record struct Matrix(bool IsTransposed, int Leading, long BatchStride, bool IsColumnDense, bool BeginsAligned, int ElementSize)
    {
        /// <summary>Whether all rows, or columns if transposed, begin at multiples of 16 bytes.</summary>
        public bool IsAligned => BeginsAligned && Leading * (long)ElementSize % 16 == 0;

        /// <summary>The same memory as the transposed matrix.</summary>
        public Matrix Turned => this with { IsTransposed = !IsTransposed };

        /// <summary>A dense column as a row.</summary>
        public Matrix AsRow => this with { IsTransposed = false, Leading = 0 };

        /// <summary>Whether a layout's last two axes are such a matrix.</summary>
        public static bool Fits(Layout layout)
        {
            if (layout.Shape.Rank < 2) return false;
            var (rows, columns) = (layout.Strides[^2], layout.Strides[^1]);
            return (IsDense(layout, 1) && Math.Abs(rows) <= int.MaxValue) || (IsDense(layout, 2) && Math.Abs(columns) <= int.MaxValue);
        }

        public static Matrix Of(Operand operand, long batchStride)
        {
            var (layout, size) = (operand.Layout, operand.DType.Size());
            var isTransposed = !IsDense(layout, 1);
            // A single line has no next one: its distance does not matter.
            var leading = isTransposed ? (layout.Shape[^1] == 1 ? 0 : layout.Strides[^1]) : layout.Shape[^2] == 1 ? 0 : layout.Strides[^2];
            return new(isTransposed, (int)leading, batchStride, IsDense(layout, 2), layout.Offset * size % 16 == 0 && batchStride * size % 16 == 0, size);
        }

        private static bool IsDense(Layout layout, int fromEnd) => layout.Strides[^fromEnd] == 1 || layout.Shape[^fromEnd] <= 1;
    }

    /// <summary>The launches of a product: one, unless the batch does not step evenly or a grid has no room.</summary>
    private sealed record Launches(StepBuilder Step, MatMulEpilogue Epilogue, BatchAxes Axes, Matrix A, Matrix B, int N, int K, int Batch, bool SwapsOperands)
    {
        public void All(int m)
        {
            var type = KernelTypes.Name(Step.InputOf(0).DType);
            var plan = GemmPlan.Of(new(type, m, N, K, Batch, A.IsTransposed, B.IsTransposed, A.IsAligned && B.IsAligned), Step.Backend.Options.AllowTf32, Step.Backend.Driver.Properties.MultiprocessorCount);
            var products = Math.Min(Batch, MostBlocks / plan.Splits);
            var sumBytes = plan.Spec.Source == "gemm" ? sizeof(float) : KernelTypes.SizeOf(type);
            var partial = plan.Splits > 1 ? Step.Scratch((long)products * plan.Splits * m * N * sumBytes) : StepArgument.Null;
            for (long call = 0; call < Axes.Outer; call++)
                for (var first = 0; first < Batch; first += products)
                    One(plan, partial, call, first, Math.Min(products, Batch - first), m);
        }

        private void One(GemmPlan plan, StepArgument partial, long call, int first, int batch, int m)
        {
            var (offsetA, offsetB) = Axes.Offsets(call);
            if (SwapsOperands) (offsetA, offsetB) = (offsetB, offsetA);
            offsetA += first * A.BatchStride;
            offsetB += first * B.BatchStride;
            var offsetC = (call * Batch + first) * m * N;
            var size = Step.InputOf(0).DType.Size();
            StepArgument At(int input, long offset) => StepArgument.Operand(input, offset * size);
            StepArgument Added(int input, bool isMatrix) => input < 0 ? StepArgument.Null : At(input, isMatrix ? offsetC : 0);
            var arguments = new GemmArguments
            {
                M = m,
                N = N,
                K = K,
                LeadingA = A.Leading,
                LeadingB = B.Leading,
                LeadingC = N,
                StrideA = A.BatchStride,
                StrideB = B.BatchStride,
                StrideC = (long)m * N,
                Splits = plan.Splits,
                Activation = Epilogue.Activation,
                Alpha = 1,
                Beta = 1,
                TransposeA = A.IsTransposed ? 1 : 0,
                TransposeB = B.IsTransposed ? 1 : 0,
                BiasIsMatrix = Epilogue.BeforeIsRow ? 0 : 1,
                ResidualIsRow = Epilogue.BehindIsRow ? 1 : 0,
            };
            (string Field, StepArgument Pointer)[] pointers =
            [
                (nameof(GemmArguments.A), At(SwapsOperands ? 1 : 0, offsetA)), (nameof(GemmArguments.B), At(SwapsOperands ? 0 : 1, offsetB)), (nameof(GemmArguments.C), At(Step.Step.Inputs.Count, offsetC)),
                (nameof(GemmArguments.Bias), Added(Epilogue.Before, !Epilogue.BeforeIsRow)), (nameof(GemmArguments.Residual), Added(Epilogue.Behind, !Epilogue.BehindIsRow)),
                (nameof(GemmArguments.Partial), partial),
            ];
            var argument = Epilogue.Generated is { } program ? WithProgram(arguments, program, pointers, offsetC) : StepArgument.Structure(arguments, pointers);
            Launch(GemmKernels.Product(plan.Entry, plan.Spec, m, N, batch, plan.Splits), argument);
            if (plan.Splits > 1) Launch(GemmKernels.Join(plan.Spec, m, N, batch), argument);
        }

        private void Launch(KernelLaunch launch, StepArgument argument)
        {
            if (Epilogue.Generated is not { } program)
            {
                Step.Launch(launch, argument);
                return;
            }
            var kernel = program.Before(launch.Entry, KernelSources.Text(launch.Spec.Source + ".cu"));
            Step.Launch(Step.Backend.Kernels.Generate($"{kernel.Name}.{launch.Spec.Name}", () => kernel.Source, launch.Spec.DefineList, launch.Entry),
                new(launch.Grid, launch.Block) { SharedBytes = launch.SharedBytes }, argument);
        }

        private StepArgument WithProgram(GemmArguments arguments, GeneratedEpilogue program, (string Field, StepArgument Pointer)[] pointers, long first)
        {
            var op = Step.Op<FusedEpilogue>();
            var own = Marshal.SizeOf<GemmArguments>();
            return StepArgument.Structure(EpilogueGenerator.Joined(arguments, program, first),
            [
                .. pointers.Select(pointer => ((int)Marshal.OffsetOf<GemmArguments>(pointer.Field), pointer.Pointer)),
                .. Enumerable.Range(0, op.Epilogue.Inputs.Length - 1).Select(k => (own + GeneratedEpilogue.PointerOffset(k), Step.Input(op.AnchorInputs + k))),
            ]);
        }
    }
}

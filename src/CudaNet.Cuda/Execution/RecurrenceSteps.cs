using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Recurrent networks over sequences in Float32 and the half types, others are decomposed: at each step the product of the hidden state
/// by the weight, which the device may leave to cuBLAS, and one launch for all that follows.</summary>
internal static class RecurrenceSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<LstmSequence>(Lstm, claims: static (_, types) => Fits(types[0]));
        table.Add<LstmSequenceGrad>(LstmGrad, claims: static (_, types) => Fits(types[0]));
        table.Add<GruSequence>(Gru, claims: static (_, types) => Fits(types[0]));
        table.Add<GruSequenceGrad>(GruGrad, claims: static (_, types) => Fits(types[0]));
        table.Add<RnnSequence>(Rnn, claims: static (_, types) => Fits(types[0]));
        table.Add<RnnSequenceGrad>(RnnGrad, claims: static (_, types) => Fits(types[0]));
    }

    /// <summary>Type and sizes of the gates or states: of a step no more than a grid and 32 bits take.</summary>
    private static bool Fits(TensorType type) => KernelTypes.IsFloat(type.DType) && 4 * type.Shape[^1] * type.Shape[^2] <= int.MaxValue - 256;

    private static void Lstm(StepBuilder step)
    {
        var run = new Sequence(step, step.OutputOf().Shape, gates: 4, step.Op<LstmSequence>().Reverse, lengths: 4);
        var product = run.Forward(hidden: 1, weight: 3);
        var carried = step.Scratch(run.Size * sizeof(float));
        foreach (var (time, earlier, _) in run.Times)
        {
            var hidden = product(earlier);
            run.Launch("lstm_forward", time, run.Products, run.At(step.Input(0), time, 4), hidden, earlier is null ? step.Input(2) : StepArgument.Null, carried, run.At(step.Output(), time), run.Plane, run.Lengths);
        }
    }

    private static void LstmGrad(StepBuilder step)
    {
        var run = new Sequence(step, step.InputOf(0).Shape, gates: 4, !step.Op<LstmSequenceGrad>().Reverse, lengths: 5);
        var product = run.Backward(weight: 2);
        StepArgument carriedCell = step.Scratch(run.Size * sizeof(float)), carriedHidden = run.Carried();
        foreach (var (time, later, earlier) in run.Times)
        {
            var gradient = run.At(step.Output(), time, 4);
            var before = earlier is { } known ? run.At(step.Input(0), run.Steps + known) : step.Input(1);
            run.Launch("lstm_backward", time, later is null ? StepArgument.Null : run.Products, run.At(step.Input(0), time), before, run.At(step.Input(3), time), run.At(step.Input(4), time),
                carriedCell, carriedHidden, gradient, run.Plane, run.Lengths);
            product(gradient);
        }
        run.Finish(carriedHidden, carriedCell, run.At(step.Output(), 4 * run.Steps));
    }

    private static void Gru(StepBuilder step)
    {
        var run = new Sequence(step, step.OutputOf().Shape, gates: 3, step.Op<GruSequence>().Reverse, lengths: 4);
        var product = run.Forward(hidden: 1, weight: 2);
        var carried = step.Scratch(run.Size * sizeof(float));
        foreach (var (time, earlier, _) in run.Times)
        {
            var hidden = product(earlier);
            run.Launch("gru_forward", time, run.Products, run.At(step.Input(0), time, 3), step.Input(3), earlier is null ? hidden : StepArgument.Null, carried, run.At(step.Output(), time), run.Plane, run.Lengths);
        }
    }

    private static void GruGrad(StepBuilder step)
    {
        var run = new Sequence(step, step.InputOf(0).Shape, gates: 3, !step.Op<GruSequenceGrad>().Reverse, lengths: 4);
        var product = run.Backward(weight: 2);
        StepArgument carried = step.Scratch(run.Size * sizeof(float)), operand = step.Scratch(3 * run.Size * run.ElementSize);
        foreach (var (time, later, earlier) in run.Times)
        {
            var before = earlier is { } known ? run.At(step.Input(0), known) : step.Input(1);
            run.Launch("gru_backward", time, later is null ? StepArgument.Null : run.Products, run.At(step.Input(0), time), before, run.At(step.Input(3), time), carried, run.At(step.Output(), time, 4), operand, run.Plane, run.Lengths);
            product(operand);
        }
        run.Finish(carried, StepArgument.Null, run.At(step.Output(), 4 * run.Steps));
    }

    private static void Rnn(StepBuilder step)
    {
        var op = step.Op<RnnSequence>();
        var run = new Sequence(step, step.OutputOf().Shape, gates: 1, op.Reverse, lengths: 3);
        var product = run.Forward(hidden: 1, weight: 2);
        foreach (var (time, earlier, _) in run.Times)
        {
            var hidden = product(earlier);
            run.Launch("rnn_forward", time, run.Products, run.At(step.Input(0), time), hidden, run.At(step.Output(), time), run.Lengths, Activation(op.Nonlinearity));
        }
    }

    private static void RnnGrad(StepBuilder step)
    {
        var op = step.Op<RnnSequenceGrad>();
        var run = new Sequence(step, step.InputOf(0).Shape, gates: 1, !op.Reverse, lengths: 4);
        var product = run.Backward(weight: 2);
        var carried = run.Carried();
        foreach (var (time, later, _) in run.Times)
        {
            var gradient = run.At(step.Output(), time);
            run.Launch("rnn_backward", time, later is null ? StepArgument.Null : run.Products, run.At(step.Input(0), time), run.At(step.Input(3), time), carried, gradient, run.Lengths, Activation(op.Nonlinearity));
            product(gradient);
        }
        run.Finish(carried, StepArgument.Null, run.At(step.Output(), run.Steps));
    }

    /// <summary>As <c>activate</c> in <c>common.cuh</c> counts them.</summary>
    private static int Activation(RecurrentNonlinearity nonlinearity) => nonlinearity switch
    {
        RecurrentNonlinearity.Tanh => 5,
        RecurrentNonlinearity.Relu => 1,
        _ => 0,
    };

    /// <summary>A walk over the steps of a sequence.</summary>
    /// <param name="step">The step of the plan.</param>
    /// <param name="states">Shape of the states: […, time, batch, units].</param>
    /// <param name="gates">Values of the weight's first axis a unit.</param>
    /// <param name="fromEnd">Whether the walk is from the last time to the first.</param>
    /// <param name="lengths">Place of the lengths among the inputs, if they are there.</param>
    private sealed class Sequence(StepBuilder step, Shape states, int gates, bool fromEnd, int lengths)
    {
        private readonly int _batch = (int)states[^2], _units = (int)states[^1];
        private readonly DType _type = step.InputOf(0).DType;

        public int Steps { get; } = (int)states[^3];

        /// <summary>Elements of a state.</summary>
        public long Size => (long)_batch * _units;

        public int ElementSize => _type.Size();

        /// <summary>Elements from a plane of the states to the next.</summary>
        public long Plane => Steps * Size;

        /// <summary>Where products go.</summary>
        public StepArgument Products { get; private set; }

        /// <summary>Steps of each sequence, null for all.</summary>
        public StepArgument Lengths => HasLengths ? step.Input(lengths) : StepArgument.Null;

        /// <summary>Times in the order of the walk, each with the one before it and the one that comes next, null for none.</summary>
        public IEnumerable<(int Time, int? Before, int? Next)> Times
        {
            get
            {
                int? At(int k) => k < 0 || k == Steps ? null : fromEnd ? Steps - 1 - k : k;
                for (var k = 0; k < Steps; k++) yield return (At(k)!.Value, At(k - 1), At(k + 1));
            }
        }

        private bool HasLengths => step.Step.Inputs.Count > lengths;

        /// <summary>What a time has in [time, batch, parts · units].</summary>
        public StepArgument At(StepArgument from, int time, int parts = 1) => from.Plus(time * parts * Size * ElementSize);

        /// <summary>Memory for a hidden state's gradient that steps behind the end of their sequence carry on; null where there are none.</summary>
        public StepArgument Carried() => HasLengths ? step.Scratch(Size * sizeof(float)) : StepArgument.Null;

        /// <summary>The products of hidden states: by the time before, or null for the initial state, which they return.</summary>
        public Func<int?, StepArgument> Forward(int hidden, int weight)
        {
            var w = step.InputOf(weight);
            w = w with { Layout = w.Layout.Permute([1, 0]) };
            var result = Result(gates * _units);
            var first = step.Part(new MatMul(), [step.InputOf(hidden), w], result);
            // States of all times begin as aligned as those of time 1.
            var state = new Operand(0, new Layout(new Shape(_batch, _units), [_units, 1], Size), _type);
            var later = Steps > 1 ? step.Part(new MatMul(), [state, w], result) : first;
            return before =>
            {
                var h = before is { } time ? At(step.Output(), time) : step.Input(hidden);
                step.Run(before is null ? first : later, h, step.Input(weight), Products);
                return h;
            };
        }

        /// <summary>The product of a step's gradients, which is what they give back to the hidden state.</summary>
        public Action<StepArgument> Backward(int weight)
        {
            var depth = gates * _units;
            var operand = new Operand(0, new Layout(new Shape(_batch, depth), [depth, 1], (long)_batch * depth), _type);
            var part = step.Part(new MatMul(), [operand, step.InputOf(weight)], Result(_units));
            return gradient => step.Run(part, gradient, step.Input(weight), Products);
        }

        /// <summary>Launches a cell.</summary>
        public void Launch(string entry, int time, params ReadOnlySpan<StepArgument> arguments) =>
            step.Launch(RecurrenceKernels.Units(entry, KernelTypes.Name(_type), _batch, _units), [.. arguments, time, _batch, _units]);

        /// <summary>The gradients of the initial states, behind the last product.</summary>
        public void Finish(StepArgument hidden, StepArgument cell, StepArgument target) =>
            step.Launch(RecurrenceKernels.Units("recurrent_finish", KernelTypes.Name(_type), _batch, _units), Products, hidden, cell, target, (int)Size);

        private Operand Result(int columns)
        {
            Products = step.Scratch((long)_batch * columns * ElementSize);
            return new(0, Layout.Contiguous(new Shape(_batch, columns)), _type);
        }
    }
}

using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <summary>Steps of fused elementwise ops.</summary>
internal static class ElementwiseKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<FusedElementwise>(static step => new FusedKernel(step.Name, [RunnerOf((FusedElementwise)step.Op, step.Inputs)]), KernelTable.AnyLayout, static (op, _) => Runs(op.Program));
        table.Add<FusedElementwiseList>(List, KernelTable.AnyLayout, static (op, _) => Runs(op.Program));
    }

    /// <summary>True if there is a loop for every op of a program.</summary>
    public static bool Runs(ElementwiseProgram program)
    {
        foreach (var instruction in program.Instructions)
            if (instruction.Op is not (Literal or Cast) && !OperatorTable.Knows(instruction.Op.GetType())) return false;
        return true;
    }

    private static (ElementwiseRunner Runner, long Count) RunnerOf(FusedElementwise op, IEnumerable<Operand> inputs) =>
        (new(op.Program, op.Shape, [.. inputs.Select(input => input.Layout)]), op.Shape.ElementCount);

    private static FusedKernel List(Step step)
    {
        var op = (FusedElementwiseList)step.Op;
        var inputs = op.Program.Inputs.Length;
        return new(step.Name, [.. op.Shapes.Select((shape, k) => RunnerOf(new(op.Program, shape), step.Inputs.Skip(k * inputs).Take(inputs)))]);
    }

    /// <summary>One program over one tensor or several, one behind the other.</summary>
    private sealed unsafe class FusedKernel : IStepKernel
    {
        /// <summary>Additions that are worth waking a thread for: some ten microseconds.</summary>
        private const double WorkPerThread = 128 << 10;

        private readonly ElementwiseRunner[] _runners;
        private readonly long[] _starts;
        private readonly long _grain;
        private readonly string _name;

        public FusedKernel(string name, (ElementwiseRunner Runner, long Count)[] tensors)
        {
            _name = name;
            _runners = [.. tensors.Select(tensor => tensor.Runner)];
            _starts = new long[tensors.Length + 1];
            for (var k = 0; k < tensors.Length; k++) _starts[k + 1] = _starts[k] + tensors[k].Count;
            var block = _runners.Max(runner => runner.Block);
            _grain = (long)Math.Max(1, Math.Ceiling(WorkPerThread / _runners[0].Cost / block)) * block;
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            try
            {
                fixed (nint* pointers = operands) WorkerPool.ParallelFor(_starts[^1], _grain, new RangeJob(this, pointers));
            }
            catch (DivideByZeroException)
            {
                throw WholeNumbers.DividedByZero(_name);
            }
        }

        /// <summary>Elements start … end − 1 of all tensors together. Their operands are inputs and then outputs, each tensor by tensor.</summary>
        public void Run(nint* operands, long start, long end)
        {
            if (_runners.Length == 1)
            {
                _runners[0].Run(operands, start, end);
                return;
            }
            var (inputs, outputs) = (_runners[0].InputCount, _runners[0].OutputCount);
            var own = stackalloc nint[inputs + outputs];
            var found = Array.BinarySearch(_starts, start);
            for (var k = found < 0 ? ~found - 1 : found; k < _runners.Length && _starts[k] < end; k++)
            {
                for (var i = 0; i < inputs; i++) own[i] = operands[k * inputs + i];
                for (var i = 0; i < outputs; i++) own[inputs + i] = operands[_runners.Length * inputs + k * outputs + i];
                _runners[k].Run(own, Math.Max(start, _starts[k]) - _starts[k], Math.Min(end, _starts[k + 1]) - _starts[k]);
            }
        }
    }

    private readonly unsafe struct RangeJob(FusedKernel kernel, nint* operands) : IRangeJob
    {
        public void Execute(long start, long end, int worker) => kernel.Run(operands, start, end);
    }
}

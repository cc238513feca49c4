using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <summary>Steps of fused elementwise ops.</summary>
internal static class ElementwiseKernels
{
    public static void Register(KernelTable table) =>
        table.Add<FusedElementwise>(static step => new FusedKernel(step), KernelTable.AnyLayout, static (op, _) => Runs(op.Program));

    /// <summary>True if there is a loop for every op of a program.</summary>
    public static bool Runs(ElementwiseProgram program)
    {
        foreach (var instruction in program.Instructions)
            if (instruction.Op is not (Literal or Cast) && !OperatorTable.Knows(instruction.Op.GetType())) return false;
        return true;
    }

    private sealed unsafe class FusedKernel : IStepKernel
    {
        /// <summary>Additions that are worth waking a thread for: some ten microseconds.</summary>
        private const double WorkPerThread = 128 << 10;

        private readonly ElementwiseRunner _runner;
        private readonly long _count;
        private readonly long _grain;
        private readonly string _name;

        public FusedKernel(Step step)
        {
            var op = (FusedElementwise)step.Op;
            _name = step.Name;
            _count = op.Shape.ElementCount;
            _runner = new(op.Program, op.Shape, [.. step.Inputs.Select(input => input.Layout)]);
            _grain = (long)Math.Max(1, Math.Ceiling(WorkPerThread / _runner.Cost / _runner.Block)) * _runner.Block;
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            try
            {
                fixed (nint* pointers = operands) WorkerPool.ParallelFor(_count, _grain, new RangeJob(_runner, pointers));
            }
            catch (DivideByZeroException)
            {
                throw WholeNumbers.DividedByZero(_name);
            }
        }
    }

    private readonly unsafe struct RangeJob(ElementwiseRunner runner, nint* operands) : IRangeJob
    {
        public void Execute(long start, long end, int worker) => runner.Run(operands, start, end);
    }
}

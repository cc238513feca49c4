using CudaNet.Cpu.Elementwise;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Reductions;

/// <summary>The values that a reduction folds: in memory already, or computed block by block by the program in front of it.</summary>
internal sealed unsafe class BlockSource
{
    /// <summary>Elements that are computed at once: they stay in the first-level cache until they are folded.</summary>
    public const int Block = 2048;

    private readonly ElementwiseRunner? _runner;
    private readonly int _inputs;

    /// <param name="program">Makes the one value that is folded.</param>
    /// <param name="shape">What is iterated over.</param>
    /// <param name="layouts">How the program's inputs lie over the shape.</param>
    /// <param name="type">Type that the values are converted to.</param>
    public BlockSource(ElementwiseProgram program, Shape shape, IReadOnlyList<Layout> layouts, DType type)
    {
        _inputs = layouts.Count;
        ElementSize = LaneTypes.Of(type).Size();
        var value = program.Outputs[0];
        if (LaneTypes.Of(program.TypeOf(value)) != LaneTypes.Of(type))
            program = program with
            {
                Instructions = program.Instructions.Add(new(new Cast(type), type, value)),
                Outputs = [program.Inputs.Length + program.Instructions.Length],
            };
        InMemory = program.Instructions.Length == 0 && program.Outputs[0] == 0 && !program.Inputs[0].IsHalf() && layouts[0].IsContiguous;
        if (!InMemory) _runner = new(program, shape, layouts, new(WideOutput: true));
        Cost = 1 + (_runner?.Cost ?? 0);
    }

    /// <summary>The values lie row-major in the first operand.</summary>
    public bool InMemory { get; }

    /// <summary>Bytes of a value.</summary>
    public int ElementSize { get; }

    /// <summary>Work of an element, folding included, where an addition is about 1.</summary>
    public double Cost { get; }

    /// <summary>The values at positions start … start + n − 1.</summary>
    /// <param name="operands">The step's operands.</param>
    /// <param name="start">First position.</param>
    /// <param name="n">How many; at most <see cref="Block"/> unless they are in memory.</param>
    /// <param name="buffer">Where they may be put.</param>
    public byte* Values(nint* operands, long start, long n, byte* buffer)
    {
        if (_runner is null) return (byte*)operands[0] + start * ElementSize;
        var all = stackalloc nint[_inputs + 1];
        for (var k = 0; k < _inputs; k++) all[k] = operands[k];
        all[_inputs] = (nint)(buffer - start * ElementSize);
        _runner.Run(all, start, start + n);
        return buffer;
    }
}

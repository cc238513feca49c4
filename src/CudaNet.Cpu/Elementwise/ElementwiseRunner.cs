using CudaNet.Cpu.Threading;
using CudaNet.Graphs;

namespace CudaNet.Cpu.Elementwise;

/// <summary>
/// Runs an elementwise program over ranges of an iteration space, block by block in the first-level cache. Positions are
/// linear: row-major over the space. Made once a step; running allocates nothing and is safe from several threads.
/// </summary>
/// <remarks>All inputs of a block are read before an output of the block is written, except where an operation reads and
/// writes the same addresses in step: so an output may lie over an input of equal layout and element size.</remarks>
internal sealed unsafe class ElementwiseRunner
{
    /// <summary>Rows at least this long are worked on one at a time; shorter ones are gathered to blocks.</summary>
    private const long LongRow = 512;

    private readonly CompiledProgram _code;
    private readonly InputAccess[] _inputs;
    private readonly int[] _outputSizes;
    private readonly long[] _sizes;
    private readonly bool _byRows;

    /// <summary>Compiles a program.</summary>
    /// <param name="program">What is computed.</param>
    /// <param name="shape">What is iterated over; outputs are row-major over it.</param>
    /// <param name="layouts">How each input lies over the shape.</param>
    /// <param name="options">How the program is used.</param>
    public ElementwiseRunner(ElementwiseProgram program, Shape shape, IReadOnlyList<Layout> layouts, RunnerOptions options = default)
    {
        var space = IterationSpace.Of(shape, layouts, joinLast: !options.ByRows);
        _sizes = space.Sizes.Length > 0 ? space.Sizes : [1];
        _byRows = options.ByRows || _sizes.Length == 1 || _sizes[^1] >= LongRow;
        _inputs = new InputAccess[layouts.Count];
        for (var k = 0; k < _inputs.Length; k++)
        {
            var type = program.Inputs[k];
            if (k == 0 && options.WideInput) type = Natural(type);
            _inputs[k] = Access(type, space, space.Strides[k], _byRows);
        }
        _code = ProgramCompiler.Compile(program, _inputs, options.WideOutput);
        _outputSizes = new int[program.Outputs.Length];
        for (var k = 0; k < _outputSizes.Length; k++)
        {
            var type = program.TypeOf(program.Outputs[k]);
            _outputSizes[k] = options.WideOutput ? LaneTypes.Of(type).Size() : type.Size();
        }
        foreach (var instruction in program.Instructions) Cost += OperatorTable.CostOf(instruction.Op);
        Cost = Math.Max(1, Cost + 0.5 * (_inputs.Length + _outputSizes.Length));
    }

    /// <summary>Work of an element, where an addition is about 1.</summary>
    public double Cost { get; } = 0;

    /// <summary>Elements of a block.</summary>
    public int Block => _code.Block;

    /// <summary>Computes the elements at positions start … end − 1.</summary>
    /// <param name="operands">Addresses of the first elements of the inputs, then of the outputs.</param>
    /// <param name="start">First position.</param>
    /// <param name="end">One past the last position.</param>
    public void Run(nint* operands, long start, long end)
    {
        if (start >= end) return;
        using var scratch = Scratch.Rent(_code.ScratchBytes);
        var slots = stackalloc void*[_code.SlotCount];
        _code.Bind(slots, scratch.Pointer);
        if (_byRows) RunRows(slots, operands, start, end);
        else RunBlocks(slots, operands, start, end);
    }

    private void RunRows(void** slots, nint* operands, long start, long end)
    {
        var length = _sizes[^1];
        var bases = stackalloc byte*[_inputs.Length];
        for (var position = start; position < end;)
        {
            var (row, column) = _sizes.Length == 1 ? (0, position) : Math.DivRem(position, length);
            var rowEnd = Math.Min(end, position - column + length);
            Seek(bases, operands, row);
            while (position < rowEnd)
            {
                var n = (nint)Math.Min(_code.Block, rowEnd - position);
                for (var k = 0; k < _inputs.Length; k++)
                {
                    var input = _inputs[k];
                    var source = bases[k] + column * input.InnerBytes;
                    switch (input.Kind)
                    {
                        case InputKind.InPlace or InputKind.Repeated: slots[k] = source; break;
                        case InputKind.RepeatedConverted: input.LoadOne(source, (byte*)slots[k]); break;
                        default: input.Load(source, (byte*)slots[k], n); break;
                    }
                }
                RunBlock(slots, operands, position, n);
                position += n;
                column += n;
            }
        }
    }

    private void RunBlocks(void** slots, nint* operands, long start, long end)
    {
        for (var k = 0; k < _inputs.Length; k++)
            if (_inputs[k].Kind == InputKind.Repeated) slots[k] = (void*)operands[k];
            else if (_inputs[k].Kind == InputKind.RepeatedConverted) _inputs[k].LoadOne((byte*)operands[k], (byte*)slots[k]);
        for (var position = start; position < end;)
        {
            var n = (nint)Math.Min(_code.Block, end - position);
            for (var k = 0; k < _inputs.Length; k++)
            {
                var input = _inputs[k];
                var source = (byte*)operands[k];
                switch (input.Kind)
                {
                    case InputKind.InPlace: slots[k] = source + position * input.Size; break;
                    case InputKind.Loaded: input.Load(source + position * input.Size, (byte*)slots[k], n); break;
                    case InputKind.Gathered: input.Gather(source, _sizes, position, (byte*)slots[k], n, LaneTypes.Of(input.Type).Size()); break;
                }
            }
            RunBlock(slots, operands, position, n);
            position += n;
        }
    }

    private void RunBlock(void** slots, nint* operands, long position, nint n)
    {
        for (var k = 0; k < _outputSizes.Length; k++)
            slots[_inputs.Length + k] = (byte*)operands[_inputs.Length + k] + position * _outputSizes[k];
        _code.Run(slots, n);
    }

    /// <summary>Addresses of the first elements of a row.</summary>
    private void Seek(byte** bases, nint* operands, long row)
    {
        for (var k = 0; k < _inputs.Length; k++) bases[k] = (byte*)operands[k];
        for (var axis = _sizes.Length - 2; axis >= 0 && row > 0; axis--)
        {
            (row, var index) = Math.DivRem(row, _sizes[axis]);
            for (var k = 0; k < _inputs.Length; k++) bases[k] += index * _inputs[k].Strides[axis];
        }
    }

    private static InputAccess Access(DType type, IterationSpace space, long[] strides, bool byRows)
    {
        var natural = LaneTypes.IsNatural(type);
        var size = type.Size();
        var inner = strides.Length > 0 ? (nint)strides[^1] : 1;
        var repeats = strides.Length > 0 && (byRows ? inner == 0 : Array.TrueForAll(strides, stride => stride == 0));
        var linear = byRows ? inner == 1 : space.IsLinear(strides);
        var kind = repeats ? natural ? InputKind.Repeated : InputKind.RepeatedConverted
            : linear && natural ? InputKind.InPlace
            : byRows || linear ? InputKind.Loaded
            : InputKind.Gathered;
        return new(kind, type, strides.Length > 0 ? Array.ConvertAll(strides, stride => stride * size) : [size], inner);
    }

    private static DType Natural(DType type) => type.IsHalf() ? DType.Float32 : type;
}

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

    /// <summary>Rows and columns of the tiles in which transposed operands are loaded.</summary>
    private const int TileRows = 16, TileColumns = 256;

    /// <summary>Longer operands are gathered for each block.</summary>
    private const long LongestPeriod = 128;

    /// <summary>Shorter rows are not worth tiles.</summary>
    private const long TiledRow = 64;

    private readonly CompiledProgram _code;
    private readonly InputAccess[] _inputs;
    private readonly int[] _outputSizes;
    private readonly long[] _sizes;
    private readonly bool _byRows;
    private readonly int _block;
    private readonly int _tiles;

    /// <summary>Compiles a program.</summary>
    /// <param name="program">What is computed.</param>
    /// <param name="shape">What is iterated over; outputs are row-major over it.</param>
    /// <param name="layouts">How each input lies over the shape.</param>
    /// <param name="options">How the program is used.</param>
    public ElementwiseRunner(ElementwiseProgram program, Shape shape, IReadOnlyList<Layout> layouts, RunnerOptions options = default)
    {
        var space = IterationSpace.Of(shape, layouts, joinLast: !options.ByRows);
        _sizes = space.Sizes.Length > 0 ? space.Sizes : [1];
        var transposed = _sizes.Length > 1 && _sizes[^1] >= TiledRow && Enumerable.Range(0, layouts.Count).Any(k => IsTransposed(program.Inputs[k], space.Strides[k]));
        _byRows = options.ByRows || _sizes.Length == 1 || _sizes[^1] >= LongRow || transposed;
        _inputs = new InputAccess[layouts.Count];
        for (var k = 0; k < _inputs.Length; k++)
        {
            var type = program.Inputs[k];
            if (k == 0 && options.WideInput) type = Natural(type);
            _inputs[k] = Access(type, space, space.Strides[k], _byRows);
            if (_inputs[k].Kind == InputKind.Transposed) _tiles++;
        }
        _code = ProgramCompiler.Compile(program, _inputs, options.WideOutput);
        // Blocks are whole periods, so that a periodic operand is the same in each; periods divide each other.
        _block = _tiles > 0 ? Math.Min(_code.Block, TileColumns) : _code.Block;
        foreach (var input in _inputs)
            if (input.Period > 1 && input.Period <= _block) _block -= (int)(_block % input.Period);
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
    public int Block => _block;

    /// <summary>Inputs of the program.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>Outputs of the program.</summary>
    public int OutputCount => _outputSizes.Length;

    /// <summary>Computes the elements at positions start … end − 1.</summary>
    /// <param name="operands">Addresses of the first elements of the inputs, then of the outputs.</param>
    /// <param name="start">First position.</param>
    /// <param name="end">One past the last position.</param>
    public void Run(nint* operands, long start, long end)
    {
        if (start >= end) return;
        using var scratch = Scratch.Rent(_code.ScratchBytes + _tiles * TileBytes);
        var slots = stackalloc void*[_code.SlotCount];
        _code.Bind(slots, scratch.Pointer);
        if (_byRows) RunRows(slots, operands, start, end, scratch.Pointer + _code.ScratchBytes);
        else RunBlocks(slots, operands, start, end);
    }

    /// <summary>Computes a tile: parts of several rows, of which the first input and the output lie elsewhere than the space
    /// says. For programs made <see cref="RunnerOptions.ByRows"/> with one output.</summary>
    /// <param name="operands">Addresses as for <see cref="Run"/>, those of the first input and the output such that they
    /// are right for the first row; changed.</param>
    /// <param name="start">Position of the tile's first element.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="columns">Columns of the tile.</param>
    /// <param name="inputStep">What is added to the first input's address from row to row, beside the position.</param>
    /// <param name="outputStep">The same for the output.</param>
    public void RunTile(nint* operands, long start, long rows, long columns, long inputStep, long outputStep)
    {
        using var scratch = Scratch.Rent(_code.ScratchBytes + _tiles * TileBytes);
        var slots = stackalloc void*[_code.SlotCount];
        _code.Bind(slots, scratch.Pointer);
        for (long row = 0; row < rows; row++, start += _sizes[^1])
        {
            RunRows(slots, operands, start, start + columns, scratch.Pointer + _code.ScratchBytes);
            operands[0] += (nint)inputStep;
            operands[_inputs.Length] += (nint)outputStep;
        }
    }

    private static int TileBytes => TileRows * TileColumns * sizeof(long);

    private void RunRows(void** slots, nint* operands, long start, long end, byte* tiles)
    {
        var length = _sizes[^1];
        var bases = stackalloc byte*[_inputs.Length];
        for (var position = start; position < end;)
        {
            var (row, first) = _sizes.Length == 1 ? (0, position) : Math.DivRem(position, length);
            // Several whole rows at once for the sake of transposed operands, else one row or a part of it.
            var rows = _tiles == 0 || first != 0 ? 1 : Math.Clamp(Math.Min((end - position) / length, _sizes[^2] - row % _sizes[^2]), 1, TileRows);
            var columns = Math.Min(length - first, end - position);
            Seek(bases, operands, row);
            for (var column = first; column < first + columns; column += _block)
            {
                var n = (nint)Math.Min(_block, first + columns - column);
                if (_tiles > 0) LoadTiles(bases, column, rows, n, tiles);
                for (long r = 0; r < rows; r++)
                {
                    Load(slots, bases, r, column, n, tiles);
                    RunBlock(slots, operands, position + r * length + (column - first), n);
                }
            }
            position += rows > 1 ? rows * length : columns;
        }
    }

    /// <summary>Brings the inputs of a part of a row to where operations read them.</summary>
    private void Load(void** slots, byte** bases, long row, long column, nint n, byte* tiles)
    {
        for (var k = 0; k < _inputs.Length; k++)
        {
            var input = _inputs[k];
            var source = bases[k] + column * input.InnerBytes;
            if (row > 0) source += row * input.Strides[^2];
            switch (input.Kind)
            {
                case InputKind.InPlace or InputKind.Repeated: slots[k] = source; break;
                case InputKind.RepeatedConverted: input.LoadOne(source, (byte*)slots[k]); break;
                case InputKind.Transposed:
                    slots[k] = tiles + row * n * input.Size;
                    tiles += TileBytes;
                    break;
                default: input.Load(source, (byte*)slots[k], n); break;
            }
        }
    }

    private void LoadTiles(byte** bases, long column, long rows, nint n, byte* tiles)
    {
        for (var k = 0; k < _inputs.Length; k++)
        {
            if (_inputs[k].Kind != InputKind.Transposed) continue;
            _inputs[k].LoadTile(bases[k] + column * _inputs[k].InnerBytes, tiles, (nint)rows, n);
            tiles += TileBytes;
        }
    }

    private void RunBlocks(void** slots, nint* operands, long start, long end)
    {
        for (var k = 0; k < _inputs.Length; k++)
            if (_inputs[k].Kind == InputKind.Repeated) slots[k] = (void*)operands[k];
            else if (_inputs[k].Kind == InputKind.RepeatedConverted) _inputs[k].LoadOne((byte*)operands[k], (byte*)slots[k]);
        long loaded = 0; // elements of the periodic operands that are there already
        for (var position = start; position < end;)
        {
            var n = (nint)Math.Min(_block, end - position);
            for (var k = 0; k < _inputs.Length; k++)
            {
                var input = _inputs[k];
                var source = (byte*)operands[k];
                switch (input.Kind)
                {
                    case InputKind.InPlace: slots[k] = source + position * input.Size; break;
                    case InputKind.Loaded: input.Load(source + position * input.Size, (byte*)slots[k], n); break;
                    case InputKind.Periodic when n <= loaded: break;
                    case InputKind.Gathered or InputKind.Periodic: input.Gather(source, _sizes, position, (byte*)slots[k], n, LaneTypes.Of(input.Type).Size()); break;
                }
            }
            RunBlock(slots, operands, position, n);
            position += n;
            loaded = Math.Max(loaded, n);
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
        var period = byRows ? 1 : PeriodOf(space.Sizes, strides);
        var kind = repeats ? natural ? InputKind.Repeated : InputKind.RepeatedConverted
            : linear && natural ? InputKind.InPlace
            : byRows && IsTransposed(type, strides) ? InputKind.Transposed
            : byRows || linear ? InputKind.Loaded
            : period > 1 ? InputKind.Periodic
            : InputKind.Gathered;
        return new(kind, type, strides.Length > 0 ? Array.ConvertAll(strides, stride => stride * size) : [size], inner) { Period = kind == InputKind.Periodic ? period : 1 };
    }

    /// <summary>Consecutive along the last axis but one, and not along the last.</summary>
    private static bool IsTransposed(DType type, long[] strides) => strides.Length > 1 && LaneTypes.IsNatural(type) && strides[^2] == 1 && strides[^1] is not (0 or 1);

    /// <summary>Elements after which an operand repeats, because only trailing axes move it; 1 if that is too long to be kept.</summary>
    private static long PeriodOf(long[] sizes, long[] strides)
    {
        var axis = 0;
        while (axis < strides.Length && strides[axis] == 0) axis++;
        if (axis == 0 || axis == strides.Length) return 1;
        long period = 1;
        for (; axis < sizes.Length; axis++) period *= sizes[axis];
        return period <= LongestPeriod ? period : 1;
    }

    private static DType Natural(DType type) => type.IsHalf() ? DType.Float32 : type;
}

using CudaNet.Graphs;

namespace CudaNet.Cpu.Elementwise;

/// <summary>
/// An elementwise program behind a matrix product or convolution, applied to tiles of the result while they are in cache:
/// bias, activation, residual. Its first input is the anchor's result in the compute type (float for half types);
/// the further ones are laid out over the output.
/// </summary>
/// <remarks>Rows and columns are those of the output seen as a matrix: columns along its last axis, rows over all axes
/// before it. Safe from several threads.</remarks>
internal sealed unsafe class TileEpilogue
{
    private readonly ElementwiseRunner _runner;
    private readonly int _extras;
    private readonly long _columns;
    private readonly int _sourceSize;
    private readonly int _resultSize;

    /// <summary>Compiles the program of a step.</summary>
    /// <param name="program">Its first input is the anchor's result.</param>
    /// <param name="shape">The output's shape.</param>
    /// <param name="extras">Layouts of the further inputs over the shape.</param>
    /// <param name="wideResult">True if results are written in the compute type, as when a tile is worked on in place and
    /// converted later; else in the output's element type.</param>
    public TileEpilogue(ElementwiseProgram program, Shape shape, IReadOnlyList<Layout> extras, bool wideResult = false)
    {
        _runner = new(program, shape, [Layout.Contiguous(shape), .. extras], new(ByRows: true, WideInput: true, WideOutput: wideResult));
        _extras = extras.Count;
        _columns = shape.Rank == 0 ? 1 : shape[^1];
        _sourceSize = LaneTypes.Of(program.Inputs[0]).Size();
        var type = program.TypeOf(program.Outputs[0]);
        _resultSize = wideResult ? LaneTypes.Of(type).Size() : type.Size();
    }

    /// <summary>Work of an element, where an addition is about 1.</summary>
    public double Cost => _runner.Cost;

    /// <summary>Applies the program to a tile.</summary>
    /// <param name="extras">Addresses of the further inputs' first elements, as the step is given them.</param>
    /// <param name="row">The tile's first row in the output.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="column">Its first column in the output.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="source">The anchor's result: the tile's first element, in the compute type.</param>
    /// <param name="sourceStride">Elements from a row of the source to the next.</param>
    /// <param name="result">Where to write; may be the source.</param>
    /// <param name="resultStride">Elements from a row of the result to the next.</param>
    public void Apply(nint* extras, long row, int rows, long column, int columns, void* source, long sourceStride, void* result, long resultStride)
    {
        var operands = stackalloc nint[_extras + 2];
        for (var k = 0; k < _extras; k++) operands[k + 1] = extras[k];
        // The runner adds the position to every address; source and result are given from the tile's own start.
        var position = row * _columns + column;
        operands[0] = (nint)((byte*)source - position * _sourceSize);
        operands[_extras + 1] = (nint)((byte*)result - position * _resultSize);
        _runner.RunTile(operands, position, rows, columns, (sourceStride - _columns) * _sourceSize, (resultStride - _columns) * _resultSize);
    }
}

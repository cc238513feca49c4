using CudaNet.Cpu.Elementwise;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Tests.Elementwise;

/// <summary>Epilogues on tiles of a product: every cut of the output into tiles gives the same result.</summary>
public unsafe class TileEpilogueTests
{
    private const int Rows = 6, Columns = 37;

    [Test]
    public void A_tile_is_worked_on_in_place_with_a_row_of_biases_and_a_residual([Values(1, 4, 6)] int tileRows, [Values(1, 16, 37)] int tileColumns)
    {
        // relu(product + bias) + residual
        var program = new ElementwiseProgram(
            [DType.Float32, DType.Float32, DType.Float32],
            [new(new Add(), DType.Float32, 0, 1), new(new Relu(), DType.Float32, 3), new(new Add(), DType.Float32, 4, 2)], [5]);
        Shape shape = [Rows, Columns];
        var epilogue = new TileEpilogue(program, shape, [new Layout(shape, [0, 1]), Layout.Contiguous(shape)]);
        var (product, bias, residual) = (Values(Rows * Columns, 1), Values(Columns, 2), Values(Rows * Columns, 3));
        var expected = new float[Rows * Columns];
        for (var i = 0; i < expected.Length; i++) expected[i] = Math.Max(product[i] + bias[i % Columns], 0) + residual[i];

        fixed (float* c = product, b = bias, r = residual)
        {
            var extras = stackalloc nint[] { (nint)b, (nint)r };
            for (var row = 0; row < Rows; row += tileRows)
                for (var column = 0; column < Columns; column += tileColumns)
                {
                    var tile = c + row * Columns + column;
                    epilogue.Apply(extras, row, Math.Min(tileRows, Rows - row), column, Math.Min(tileColumns, Columns - column), tile, Columns, tile, Columns);
                }
        }
        Assert.That(product, Is.EqualTo(expected));
    }

    [Test]
    public void A_tile_of_floats_is_stored_as_halves_elsewhere()
    {
        var program = new ElementwiseProgram([DType.Float16, DType.Float16], [new(new Mul(), DType.Float16, 0, 1)], [2]);
        Shape shape = [2, Rows, Columns];
        // One factor a row of each product of a batch.
        var epilogue = new TileEpilogue(program, shape, [new Layout(shape, [Rows, 1, 0])]);
        var tile = Values(3 * 8, 4);
        var factors = Array.ConvertAll(Values(2 * Rows, 5), v => (Half)v);
        var output = new Half[2 * Rows * Columns];
        fixed (float* source = tile)
        fixed (Half* f = factors, y = output)
        {
            var extras = stackalloc nint[] { (nint)f };
            // Rows 2 … 4 of the second product, columns 5 … 12; the tile's rows have a stride of 8.
            epilogue.Apply(extras, Rows + 2, 3, 5, 8, source, 8, y + (Rows + 2) * Columns + 5, Columns);
        }
        for (var row = 0; row < 2 * Rows; row++)
            for (var column = 0; column < Columns; column++)
            {
                var inside = row is >= Rows + 2 and < Rows + 5 && column is >= 5 and < 13;
                var expected = inside ? (Half)(tile[(row - Rows - 2) * 8 + column - 5] * (float)factors[row]) : (Half)0;
                Assert.That(output[row * Columns + column], Is.EqualTo(expected), $"[{row}, {column}]");
            }
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 4 - 2))];
    }
}

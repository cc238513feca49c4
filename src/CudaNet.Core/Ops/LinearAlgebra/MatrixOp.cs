namespace CudaNet.Ops;

/// <summary>An op on matrices, the last two axes; all axes before them are a batch.</summary>
public abstract record MatrixOp<TSelf> : Op<TSelf> where TSelf : MatrixOp<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        var batch = inputs.First((_, k) => batched[k]).Shape[0];
        var aligned = new Tensor[inputs.Count];
        for (var k = 0; k < aligned.Length; k++) aligned[k] = batched[k] ? inputs[k] : inputs[k].ExpandTo(inputs[k].Shape.Insert(0, batch));
        return Apply(aligned);
    }
}

internal static class Matrices
{
    /// <summary>The types that decompositions are computed for.</summary>
    public static IReadOnlyList<DType> Types { get; } = [DType.Float32, DType.Float64];

    /// <summary>A matrix in Float32 or Float64.</summary>
    /// <exception cref="ShapeException">It has fewer than two axes.</exception>
    public static Tensor Matrix(Tensor a, string operation) => a.Rank >= 2
        ? a.Floating().Widened()
        : throw new ShapeException($"{operation}: {a.Shape} is not a matrix or a batch of them, [batch…, rows, columns].");

    /// <summary>A square matrix in Float32 or Float64.</summary>
    /// <exception cref="ShapeException">It is not square.</exception>
    public static Tensor Square(Tensor a, string operation)
    {
        var matrix = Matrix(a, operation);
        return a.Shape[^1] == a.Shape[^2]
            ? matrix
            : throw new ShapeException($"{operation}: {a.Shape} is not square: its matrices have {a.Shape[^2]} rows and {a.Shape[^1]} columns.");
    }

    /// <summary>The shape of the axes before the matrix.</summary>
    public static Shape Batch(this Shape shape) => shape.Slice(0, shape.Rank - 2);

    /// <summary>A part of packed results, along the last axis, as matrices (or vectors) of a shape.</summary>
    public static Tensor Part(this Tensor packed, long start, params ReadOnlySpan<long> sizes)
    {
        long count = 1;
        foreach (var size in sizes) count *= size;
        return packed.Narrow(-1, start, count).Reshape(packed.Shape.Slice(0, packed.Rank - 1).Concat(sizes));
    }

    /// <summary>Aᵀ.</summary>
    public static Tensor Adjoint(this Tensor matrix) => matrix.TransposeLast();

    /// <summary>A vector's entries times the rows of a matrix: diag(v)·A.</summary>
    public static Tensor ScaleRows(this Tensor matrix, Tensor vector) => matrix * vector.Reshape(vector.Shape.Insert(vector.Rank, 1));

    /// <summary>A vector's entries times the columns of a matrix: A·diag(v).</summary>
    public static Tensor ScaleColumns(this Tensor matrix, Tensor vector) => matrix * vector.Reshape(vector.Shape.Insert(vector.Rank - 1, 1));

    /// <summary>The identity of the size and type of square matrices.</summary>
    public static Tensor Identity(this Tensor matrix) => Tensor.Eye(matrix.Shape[^1], matrix.DType, matrix.Device);

    /// <summary>½(A + Aᵀ).</summary>
    public static Tensor Symmetrized(this Tensor matrix) => (matrix + matrix.Adjoint()) * 0.5;

    /// <summary>1/x, and 0 where x is 0.</summary>
    public static Tensor Inverted(Tensor x)
    {
        var zero = x.Eq(0);
        return zero.Where(0, zero.Where(1, x).Reciprocal());
    }

    /// <summary>Two operands in one type with their batch axes broadcast.</summary>
    public static (Tensor A, Tensor B) Aligned(Tensor a, Tensor b, string operation)
    {
        var type = DTypes.Promote(a.DType, b.DType);
        var batch = Shape.Broadcast(a.Shape.Batch(), b.Shape.Batch(), operation);
        return (a.To(type).ExpandTo(batch.Concat(a.Shape.Span[^2..])), b.To(type).ExpandTo(batch.Concat(b.Shape.Span[^2..])));
    }

    /// <summary>Matrices of several sizes, batches and views.</summary>
    /// <param name="shapes">Shapes of the matrices.</param>
    /// <param name="apply">The call.</param>
    public static IEnumerable<Sample> Samples(IEnumerable<Shape> shapes, Func<Tensor, Tensor> apply)
    {
        Shape? first = null;
        foreach (var shape in shapes)
        {
            if (first is null && shape.ElementCount > 4) first = shape;
            yield return new($"{shape}", [new(shape, Domain.Any)], x => apply(x[0])) { SumLength = Math.Max(1, shape[^1] * shape[^2]) };
        }
        foreach (var view in (SampleView[])[SampleView.Transposed, SampleView.Strided, SampleView.Flipped])
            yield return new($"{view}", [new(first!.Value, Domain.Any, view)], x => apply(x[0])) { SumLength = first.Value.ElementCount };
    }

    /// <summary>A well conditioned square matrix from any: more on the diagonal.</summary>
    public static Tensor Regular(Tensor x) => x + x.Identity() * (4 * Math.Sqrt(Math.Max(1, x.Shape[^1])));

    /// <summary>A positive definite matrix from any square one.</summary>
    public static Tensor Definite(Tensor x) => x.MatMul(x.Adjoint()) + x.Identity();

    public static Refusal NotSquare(Func<Tensor, Tensor> apply) => new("a matrix that is not square", () => apply(Tensor.Zeros([2, 3])), @"\[2, 3\] is not square.*2 rows and 3 columns");

    public static Refusal NotAMatrix(Func<Tensor, Tensor> apply) => new("a vector", () => apply(Tensor.Zeros([3])), @"\[3\] is not a matrix");

    public static Refusal Singular(Func<Tensor, Tensor> apply) =>
        new("a singular matrix", () => apply(Tensor.From(new double[,] { { 1, 2 }, { 2, 4 } })), "singular");
}

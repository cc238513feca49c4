using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Tests;

/// <summary>Elementwise programs of ops whose results are rounded once, drawn at random.</summary>
internal static class RandomProgram
{
    private static readonly DType[] Types = [.. Enum.GetValues<DType>()];
    private static readonly Op[] Floating = [new Add(), new Add(), new Mul(), new Mul(), new Sub(), new Div(), new Maximum(), new Minimum(), new Neg(), new Abs(), new Relu(), new Sign(), new Sqrt(), new Floor(), new Round(), new Less(), new Equal(), new GreaterEqual(), new Fmod()];
    private static readonly Op[] Whole = [new Add(), new Mul(), new Sub(), new Maximum(), new Minimum(), new Neg(), new Abs(), new Sign(), new Less(), new NotEqual(), new LogicalAnd(), new LogicalOr(), new LogicalXor(), new LogicalNot()];
    private static readonly Op[] Truth = [new LogicalAnd(), new LogicalOr(), new LogicalXor(), new LogicalNot(), new Add(), new Mul(), new Maximum(), new Equal()];

    /// <summary>Up to 12 instructions on up to 4 inputs, with up to 3 outputs.</summary>
    public static ElementwiseProgram Make(Random random)
    {
        DType[] inputs = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Types[random.Next(Types.Length)])];
        var code = new List<Instruction>();
        DType TypeOf(int value) => value < inputs.Length ? inputs[value] : code[value - inputs.Length].Type;
        int Any(DType type)
        {
            int[] known = [.. Enumerable.Range(0, inputs.Length + code.Count).Where(value => TypeOf(value) == type)];
            if (known.Length > 0 && random.Next(5) > 0) return known[random.Next(known.Length)];
            if (random.Next(2) == 0) code.Add(new(new Literal(type.IsFloating() ? (Scalar)(random.Next(-8, 9) / 4.0) : type == DType.Bool ? true : (Scalar)(long)random.Next(1, 9), type), type));
            else code.Add(new(new Cast(type), type, random.Next(inputs.Length + code.Count)));
            return inputs.Length + code.Count - 1;
        }
        for (var length = random.Next(1, 13); code.Count < length;)
        {
            var type = TypeOf(random.Next(inputs.Length + code.Count));
            var ops = type.IsFloating() ? Floating : type == DType.Bool ? Truth : Whole;
            var op = ops[random.Next(ops.Length)];
            if (random.Next(8) == 0)
            {
                int mask = Any(DType.Bool), a = Any(type), b = Any(type);
                code.Add(new(new Where(), type, mask, a, b));
                continue;
            }
            int first = Any(type), second = op is Neg or Abs or Relu or Sign or Sqrt or Floor or Round or LogicalNot ? -1 : Any(type);
            code.Add(new(op, op is Less or NotEqual or Equal or GreaterEqual ? DType.Bool : type, first, second));
        }
        int[] results = [.. Enumerable.Range(inputs.Length, code.Count).Where(value => code[value - inputs.Length].Op is not Literal)];
        if (results.Length == 0) results = [inputs.Length];
        return new([.. inputs], [.. code], [results[^1], .. results[..^1].Where(_ => random.Next(6) == 0).Take(2)]);
    }

    /// <summary>A layout over a shape: row-major, permuted, stretched, flipped, or a part of something larger.</summary>
    public static Layout Lay(Random random, Shape shape)
    {
        switch (random.Next(6))
        {
            case 0 or 1: return Layout.Contiguous(shape);
            case 2:
                int[] order = [.. Enumerable.Range(0, shape.Rank)];
                random.Shuffle(order);
                var sizes = new long[shape.Rank];
                for (var axis = 0; axis < order.Length; axis++) sizes[order[axis]] = shape[axis];
                return Layout.Contiguous(sizes).Permute(order);
            case 3:
                var narrow = shape.ToArray();
                for (var axis = 0; axis < narrow.Length; axis++) if (random.Next(2) == 0) narrow[axis] = 1;
                return Layout.Contiguous(narrow).Expand(shape);
            case 4: return Layout.Contiguous(shape).Flip(random.Next(shape.Rank));
            default:
                var wide = shape.ToArray();
                var cut = random.Next(wide.Length);
                wide[cut] = 2 * wide[cut] + 3;
                return Layout.Contiguous(wide).Slice(cut, random.Next(1, 4), shape[cut], random.Next(1, 3));
        }
    }
}

using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Attention;

/// <summary>An attention that kernels compute: sizes, layouts and rule of a batch, or of one sequence of those that are packed.</summary>
internal sealed record AttentionProblem(AttentionRule Rule, AttentionShape Shape)
{
    /// <summary>Element type of queries, keys and values.</summary>
    public required DType Type { get; init; }

    /// <summary>How the operands lie; what is missing, at 0.</summary>
    public required HeadStrides Query { get; init; }
    public required HeadStrides Key { get; init; }
    public required HeadStrides Value { get; init; }
    public HeadStrides Bias { get; init; }
    public HeadStrides Blocks { get; init; }
    public HeadStrides Upstream { get; init; }
    public HeadStrides LogUpstream { get; init; }

    /// <summary>Rows of queries and of keys from a head to the next in what is written: more than those of a sequence that is packed.</summary>
    public required int QueryRows { get; init; }
    public required int KeyRows { get; init; }

    /// <summary>Where the sequence begins among the packed rows, for random numbers.</summary>
    public int FirstQuery { get; init; }
    public int FirstKey { get; init; }

    /// <summary>Keys of a row of random numbers.</summary>
    public required long DrawnKeys { get; init; }

    /// <summary>Which keys are near enough.</summary>
    public AttentionWindow Window => new(Rule.Left, Rule.Right, Shape.Queries, Shape.Keys);

    public static AttentionProblem Of(Step step)
    {
        var rule = step.Op is AttentionGrad gradient ? gradient.Rule : ((ScaledDotProductAttention)step.Op).Rule;
        HeadStrides Strides(bool has, int input) => has ? HeadStrides.Of(step.Inputs[input]) : default;
        var shape = AttentionShape.Of(step);
        return new(rule, shape)
        {
            Type = step.Inputs[0].DType,
            Query = HeadStrides.Of(step.Inputs[0]),
            Key = HeadStrides.Of(step.Inputs[1]),
            Value = HeadStrides.Of(step.Inputs[2]),
            Bias = Strides(rule.HasBias, rule.Bias),
            Blocks = rule.BlockSize > 0 ? Shared(step.Inputs[rule.Blocks]) : default,
            Upstream = Strides(step.Op is AttentionGrad, rule.Upstream),
            LogUpstream = Strides(step.Op is AttentionGrad && rule.LogSumExp, rule.LogUpstream),
            QueryRows = shape.Queries,
            KeyRows = shape.Keys,
            DrawnKeys = AttentionRule.DrawnKeys(shape.Keys),
        };
    }

    /// <summary>An axis of one element is for all sequences, or heads.</summary>
    private static HeadStrides Shared(Operand operand)
    {
        var strides = HeadStrides.Of(operand);
        return strides with { Batch = operand.Shape[0] == 1 ? 0 : strides.Batch, Head = operand.Shape[1] == 1 ? 0 : strides.Head };
    }

    /// <summary>The sequence of these queries and keys.</summary>
    public AttentionProblem Sequence(int firstQuery, int queries, int firstKey, int keys) =>
        this with { Shape = Shape with { Queries = queries, Keys = keys }, FirstQuery = firstQuery, FirstKey = firstKey };
}

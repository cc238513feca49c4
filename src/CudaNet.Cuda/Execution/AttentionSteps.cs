using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Attention and its gradient in Float32 and the half types, for heads of at most 256 numbers in whole 16 bytes, and rotary
/// embeddings; others are decomposed.</summary>
internal static class AttentionSteps
{
    // Positions and their differences are numbers of 32 bits.
    private const long Longest = 1 << 28;

    public static void Register(CudaKernelTable table)
    {
        table.Add<ScaledDotProductAttention>(Forward, static (op, k, layout) => Accepts(op.Rule, k, layout), static (op, types) => Claims(types, op.Rule));
        table.Add<AttentionGrad>(Backward, static (op, k, layout) => Accepts(op.Rule, k, layout), static (op, types) => Claims(types, op.Rule));
        table.Add<CachedAttention>(Decode, static (_, k, layout) => k switch { 0 => IsAligned(layout), 1 or 2 => IsAligned(layout, 16), 3 or 4 => layout.IsContiguous, _ => true }, static (op, types) => ClaimsCache(types, op.Left));
        table.Add<RotaryEmbedding>(Rotate, static (_, k, layout) => k == 0 ? layout.Strides[3] == 1 : layout.IsContiguous, static (_, types) => ClaimsRotation(types));
    }

    private static bool ClaimsCache(TensorType[] types, long? left)
    {
        var (q, k, v, pages) = (types[0].Shape, types[1].Shape, types[2].Shape, types[3].Shape[1]);
        // Rows of 16 bits, or of bytes with scales, stay as they are beside queries of f32; halves of one kind beside one another.
        var (query, cache) = (types[0].DType, types[1].DType);
        if (types[2].DType != cache || (query != cache && (query != DType.Float32 || cache is not (DType.Float16 or DType.BFloat16 or DType.UInt8))) || v[3] * cache.Size() % 16 != 0) return false;
        return FitsHead(types[0], v[3]) && q[0] * q[1] * q[2] is > 0 and <= int.MaxValue && pages > 0 && pages * k[2] is > 0 and < Longest && (left ?? 0) < Longest;
    }

    private static void Decode(StepBuilder step)
    {
        var op = step.Op<CachedAttention>();
        var (q, k, type) = (step.InputOf(0).Shape, step.InputOf(1).Shape, KernelTypes.Name(step.InputOf(0).DType));
        int batch = (int)q[0], heads = (int)q[1], queries = (int)q[2], depth = (int)q[3], keyHeads = (int)k[1], pageSize = (int)k[2], pages = (int)step.InputOf(3).Shape[1];
        var size = AttentionDecodeKernels.HeadSize(depth);
        var cache = KernelTypes.Name(step.InputOf(1).DType);
        var spec = AttentionDecodeKernels.Spec(type, size, cache);
        var blocks = AttentionDecodeKernels.Decode(spec, type, size, queries, heads, keyHeads, batch, 1).Grid.X;
        var splits = AttentionDecodeKernels.Splits(pages * pageSize, blocks, step.Backend.Driver.Properties.MultiprocessorCount);
        var rows = q[0] * q[1] * q[2] * splits * sizeof(float);
        var isQuantized = step.Step.Inputs.Count > 5;
        var structure = StepArgument.Structure(new AttentionDecodeArguments
        {
            StrideQ = StridesOf(step.InputOf(0).Layout),
            StrideK = StridesOf(step.InputOf(1).Layout),
            StrideV = StridesOf(step.InputOf(2).Layout),
            StrideO = AttentionStrides.HeadsFirst(heads, queries, depth),
            StrideKeyScales = isQuantized ? StridesOf(step.InputOf(5).Layout) : default,
            StrideValueScales = isQuantized ? StridesOf(step.InputOf(6).Layout) : default,
            Batch = batch,
            Heads = heads,
            Group = heads / keyHeads,
            Queries = queries,
            Depth = depth,
            PageSize = pageSize,
            Pages = pages,
            Splits = splits,
            Left = (int)(op.Left ?? -1),
            Scale = (float)op.Scale,
        },
            (nameof(AttentionDecodeArguments.Q), step.Input(0)), (nameof(AttentionDecodeArguments.K), step.Input(1)), (nameof(AttentionDecodeArguments.V), step.Input(2)),
            (nameof(AttentionDecodeArguments.Table), step.Input(3)), (nameof(AttentionDecodeArguments.Lengths), step.Input(4)), (nameof(AttentionDecodeArguments.O), step.Output()),
            (nameof(AttentionDecodeArguments.KeyScales), isQuantized ? step.Input(5) : StepArgument.Null), (nameof(AttentionDecodeArguments.ValueScales), isQuantized ? step.Input(6) : StepArgument.Null),
            (nameof(AttentionDecodeArguments.Parts), splits > 1 ? step.Scratch(rows * size) : StepArgument.Null),
            (nameof(AttentionDecodeArguments.PartLogSumExp), splits > 1 ? step.Scratch(rows) : StepArgument.Null));
        step.Launch(AttentionDecodeKernels.Decode(spec, type, size, queries, heads, keyHeads, batch, splits, cache), structure);
        if (splits > 1) step.Launch(AttentionDecodeKernels.Combine(spec, queries, heads, batch), structure);
    }

    private static bool ClaimsRotation(TensorType[] types)
    {
        var x = types[0].Shape;
        return KernelTypes.IsFloat(types[0].DType) && types[1].DType == DType.Float32 && types[1].Shape[1] <= 512 && x.ElementCount <= int.MaxValue && x[0] <= ushort.MaxValue;
    }

    private static void Rotate(StepBuilder step)
    {
        var (x, layout, type) = (step.InputOf(0).Shape, step.InputOf(0).Layout, KernelTypes.Name(step.InputOf(0).DType));
        var arguments = new RopeArguments
        {
            StrideX = StridesOf(layout),
            StrideY = AttentionStrides.HeadsFirst((int)x[1], (int)x[2], (int)x[3]),
            Heads = (int)x[1],
            Length = (int)x[2],
            Depth = (int)x[3],
            Size = 2 * (int)step.InputOf(1).Shape[1],
            Direction = 1,
        };
        var interleaved = step.Op<RotaryEmbedding>().Interleaved;
        var aligned = layout.Offset % 8 == 0 && RopeKernels.IsAligned(type, interleaved, arguments.Depth, arguments.Size, arguments.StrideX, arguments.StrideY);
        step.Launch(RopeKernels.Rotate(RopeKernels.Spec(type, interleaved, aligned), arguments.Length, (int)x[0], arguments.Size), StepArgument.Structure(arguments,
            (nameof(RopeArguments.X), step.Input(0)), (nameof(RopeArguments.Y), step.Output()), (nameof(RopeArguments.Cosine), step.Input(1)), (nameof(RopeArguments.Sine), step.Input(2))));
    }

    /// <summary>Numbers of a row that kernels take: whole 16 bytes, as many in values as in keys.</summary>
    private static bool FitsHead(TensorType query, long valueDepth) =>
        KernelTypes.IsFloat(query.DType) && query.Shape[3] == valueDepth && valueDepth is > 0 and <= 256 && valueDepth * KernelTypes.SizeOf(KernelTypes.Name(query.DType)) % 16 == 0;

    private static bool Claims(TensorType[] types, AttentionRule rule)
    {
        var (q, k, v) = (types[0].Shape, types[1].Shape, types[2].Shape);
        return FitsHead(types[0], v[3])
            && q[2] is > 0 and < Longest && k[2] is > 0 and < Longest && q[0] * q[1] * (q[2] + k[2]) is > 0 and <= int.MaxValue
            && (rule.Left ?? 0) < Longest && (rule.Right ?? 0) < Longest && rule.BlockSize < Longest
            && (!rule.LogSumExp || types.Length <= rule.Upstream || types[rule.LogUpstream].DType == DType.Float32);
    }

    private static bool Accepts(AttentionRule rule, int input, Layout layout) =>
        input == rule.Bias ? IsBias(layout) : input < 3 || input == rule.Upstream ? IsAligned(layout) : layout.IsContiguous;

    // Eight elements are 16 bytes or more in every type.
    private static bool IsAligned(Layout layout, int elements = 8)
    {
        var strides = layout.Strides;
        return layout.Offset % elements == 0 && (layout.IsContiguous || (strides[3] == 1 && strides[0] % elements == 0 && strides[1] % elements == 0 && strides[2] % elements == 0));
    }

    private static bool IsBias(Layout layout) => layout.Strides[3] == 1 || layout.Shape[3] == 1;

    private static void Forward(StepBuilder step)
    {
        var rule = step.Op<ScaledDotProductAttention>().Rule;
        var (q, arguments) = (step.InputOf(0).Shape, Arguments(step, rule));
        // Beside logarithms the result is as wide as they are.
        if (rule.LogSumExp) Forward(step, rule, arguments, StepArgument.Null, step.Output(), step.Output(0, q.ElementCount * sizeof(float)));
        else Forward(step, rule, arguments, step.Output(), StepArgument.Null, StepArgument.Null);
    }

    private static void Forward(StepBuilder step, AttentionRule rule, AttentionArguments arguments, StepArgument o, StepArgument wide, StepArgument logSumExp)
    {
        var type = KernelTypes.Name(step.InputOf(0).DType);
        var size = AttentionKernels.HeadSize(arguments.Depth);
        var launch = AttentionKernels.Forward(AttentionKernels.Spec(type, size, gated: IsGated(rule)), type, size, arguments.LengthQ, arguments.Heads, Batch(step, rule), rule.IsPacked, IsGated(rule));
        var (record, token) = rule.IsPacked
            ? step.IndexErrors(static (start, next) => new IndexValueException($"VarlenAttention: {start} stands beside {next} among the starts of sequences, which begin with 0, do not fall and end with the number of rows."))
            : (StepArgument.Null, 0UL);
        step.Launch(launch, StepArgument.Structure(arguments,
        [
            .. Inputs(step, rule), (nameof(AttentionArguments.O), o), (nameof(AttentionArguments.Wide), wide), (nameof(AttentionArguments.LogSumExp), logSumExp),
            (nameof(AttentionArguments.Error), record), (nameof(AttentionArguments.Token), token),
        ]));
    }

    private static bool IsGated(AttentionRule rule) => rule.BlockSize > 0 || rule.Dropout > 0;

    /// <summary>Sequences: those of the batch, or those that are packed.</summary>
    private static int Batch(StepBuilder step, AttentionRule rule) => rule.IsPacked ? (int)step.InputOf(rule.Starts).Shape[0] - 1 : (int)step.InputOf(0).Shape[0];

    private static IEnumerable<(string, StepArgument)> Inputs(StepBuilder step, AttentionRule rule)
    {
        yield return (nameof(AttentionArguments.Q), step.Input(0));
        yield return (nameof(AttentionArguments.K), step.Input(1));
        yield return (nameof(AttentionArguments.V), step.Input(2));
        if (rule.HasBias) yield return (nameof(AttentionArguments.Bias), step.Input(rule.Bias));
        if (rule.BlockSize > 0) yield return (nameof(AttentionArguments.Blocks), step.Input(rule.Blocks));
        if (rule.Dropout > 0) yield return (nameof(AttentionArguments.Random), step.Input(rule.Random));
        if (!rule.IsPacked) yield break;
        yield return (nameof(AttentionArguments.StartsQ), step.Input(rule.Starts));
        yield return (nameof(AttentionArguments.StartsK), step.Input(rule.Starts + 1));
    }

    // Computes the result and its logarithms again: nothing of the size of the scores is kept, and no logarithms between the passes.
    private static void Backward(StepBuilder step)
    {
        var rule = step.Op<AttentionGrad>().Rule;
        var arguments = Arguments(step, rule);
        var (q, k, type) = (step.InputOf(0).Shape, step.InputOf(1).Shape, KernelTypes.Name(step.InputOf(0).DType));
        int batch = Batch(step, rule), bytes = KernelTypes.SizeOf(type), size = AttentionBackwardKernels.HeadSize(type, arguments.Depth);
        StepArgument o = step.Scratch(q.ElementCount * bytes), logSumExp = step.Scratch(q[0] * q[1] * q[2] * sizeof(float)), delta = step.Scratch(q[0] * q[1] * q[2] * sizeof(float));
        Forward(step, rule, arguments, o, StepArgument.Null, logSumExp);

        arguments.StrideOutputGradient = StridesOf(step.InputOf(rule.Upstream).Layout, rule);
        arguments.StrideQGradient = Dense(rule, arguments.Heads, arguments.LengthQ, arguments.Depth);
        arguments.StrideKGradient = arguments.StrideVGradient = Dense(rule, (int)k[1], arguments.LengthK, arguments.Depth);
        var structure = StepArgument.Structure(arguments,
        [
            .. Inputs(step, rule), (nameof(AttentionArguments.O), o), (nameof(AttentionArguments.LogSumExp), logSumExp),
            (nameof(AttentionArguments.OutputGradient), step.Input(rule.Upstream)), (nameof(AttentionArguments.LogSumExpGradient), rule.LogSumExp ? step.Input(rule.LogUpstream) : StepArgument.Null),
            (nameof(AttentionArguments.Delta), delta), (nameof(AttentionArguments.QGradient), step.Output()),
            (nameof(AttentionArguments.KGradient), step.Output(0, q.ElementCount * bytes)), (nameof(AttentionArguments.VGradient), step.Output(0, (q.ElementCount + k.ElementCount) * bytes)),
        ]);
        var (spec, gated) = (AttentionBackwardKernels.Spec(type, size, gated: IsGated(rule)), IsGated(rule));
        step.Launch(AttentionBackwardKernels.Delta(spec, type, size, arguments.LengthQ, arguments.Heads, (int)q[0]), structure);
        step.Launch(AttentionBackwardKernels.Queries(spec, type, size, arguments.LengthQ, arguments.Heads, batch, rule.IsPacked, gated), structure);
        step.Launch(AttentionBackwardKernels.Keys(spec, type, size, arguments.LengthK, (int)k[1], batch, rule.IsPacked, gated), structure);
    }

    private static AttentionArguments Arguments(StepBuilder step, AttentionRule rule)
    {
        var (q, k) = (step.InputOf(0).Shape, step.InputOf(1).Shape);
        return new()
        {
            StrideQ = StridesOf(step.InputOf(0).Layout, rule),
            StrideK = StridesOf(step.InputOf(1).Layout, rule),
            StrideV = StridesOf(step.InputOf(2).Layout, rule),
            StrideBias = rule.HasBias ? StridesOf(step.InputOf(rule.Bias).Layout) : default,
            StrideBlocks = rule.BlockSize > 0 ? Shared(step.InputOf(rule.Blocks)) : default,
            StrideO = Dense(rule, (int)q[1], (int)q[2], (int)q[3]),
            LogSumExpBatch = rule.IsPacked ? 0 : q[1] * q[2],
            LogSumExpHead = q[2],
            DrawnKeys = AttentionRule.DrawnKeys(k[2]),
            Heads = (int)q[1],
            Group = (int)(q[1] / k[1]),
            LengthQ = (int)q[2],
            LengthK = (int)k[2],
            Sequences = rule.IsPacked ? Batch(step, rule) : 0,
            BlockSize = (int)rule.BlockSize,
            Depth = (int)q[3],
            Left = (int)(rule.Left ?? -1),
            Right = (int)(rule.Right ?? -1),
            Scale = (float)rule.Scale,
            Dropout = (float)rule.Dropout,
            DropoutFactor = (float)(1 / (1 - rule.Dropout)),
        };
    }

    // Packed sequences have no batch: where they begin tells their starts.
    private static AttentionStrides Dense(AttentionRule rule, int heads, int length, int depth) =>
        AttentionStrides.HeadsFirst(heads, length, depth) with { Batch = rule.IsPacked ? 0 : (long)heads * length * depth };

    private static AttentionStrides StridesOf(Layout layout, AttentionRule rule) => StridesOf(layout) with { Batch = rule.IsPacked ? 0 : layout.Strides[0] };

    private static AttentionStrides StridesOf(Layout layout) => new(layout.Strides[0], layout.Strides[1], layout.Strides[2]);

    // An axis of one element is for all.
    private static AttentionStrides Shared(Operand blocks)
    {
        var strides = StridesOf(blocks.Layout);
        return strides with { Batch = blocks.Shape[0] == 1 ? 0 : strides.Batch, Head = blocks.Shape[1] == 1 ? 0 : strides.Head };
    }
}

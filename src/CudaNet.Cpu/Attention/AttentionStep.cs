using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Attention;

/// <summary>Attention or its gradient as a step: one kernel, or of packed sequences one for each.</summary>
/// <remarks>A sequence that is a good part of all work is computed by all threads; the others are dealt out to them.</remarks>
internal sealed unsafe class AttentionStep : IStepKernel
{
    private readonly AttentionProblem _problem;
    private readonly Func<AttentionProblem, IAttentionKernel> _create;
    private readonly IAttentionKernel? _kernel;
    private readonly bool _isGradient;
    private readonly int _size, _wide;
    private readonly int _sequences;
    private readonly nint _startStride, _keyStartStride;

    /// <param name="step">A step of <see cref="ScaledDotProductAttention"/> or <see cref="AttentionGrad"/>.</param>
    /// <param name="create">Makes the kernel of a batch or of a sequence.</param>
    public AttentionStep(Step step, Func<AttentionProblem, IAttentionKernel> create)
    {
        (_problem, _create, _isGradient) = (AttentionProblem.Of(step), create, step.Op is AttentionGrad);
        (_size, _wide) = (_problem.Type.Size(), _problem.Type.IsHalf() ? sizeof(float) : _problem.Type.Size());
        if (!_problem.Rule.IsPacked)
        {
            _kernel = create(_problem);
            return;
        }
        Operand starts = step.Inputs[_problem.Rule.Starts], keyStarts = step.Inputs[_problem.Rule.Starts + 1];
        (_sequences, _startStride, _keyStartStride) = ((int)starts.Shape[0] - 1, (nint)starts.Layout.Strides[0], (nint)keyStarts.Layout.Strides[0]);
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        var (rule, shape) = (_problem.Rule, _problem.Shape);
        var pointers = new AttentionPointers { Query = operands[0], Key = operands[1], Value = operands[2], Output = operands[^1] };
        if (rule.HasBias) pointers.Bias = operands[rule.Bias];
        if (rule.BlockSize > 0) pointers.Blocks = operands[rule.Blocks];
        if (rule.Dropout > 0) pointers.Random = operands[rule.Random];
        if (_isGradient)
        {
            pointers.Upstream = operands[rule.Upstream];
            if (rule.LogSumExp) pointers.LogUpstream = operands[rule.LogUpstream];
            pointers.KeyGradient = pointers.Output + (nint)shape.Batch * shape.Heads * shape.Queries * shape.Depth * _size;
            pointers.ValueGradient = pointers.KeyGradient + (nint)shape.Batch * shape.Groups * shape.Keys * shape.Depth * _size;
        }
        else if (rule.LogSumExp)
        {
            pointers.LogOutput = pointers.Output + (nint)shape.Batch * shape.Heads * shape.Queries * shape.ValueDepth * _wide;
        }
        if (_kernel is { } kernel) kernel.Run(pointers);
        else RunSequences(pointers, (int*)operands[rule.Starts], (int*)operands[rule.Starts + 1]);
    }

    private void RunSequences(AttentionPointers pointers, int* starts, int* keyStarts)
    {
        Check(starts, _startStride, _problem.Shape.Queries, "queries");
        Check(keyStarts, _keyStartStride, _problem.Shape.Keys, "keys");
        var sequences = new AttentionProblem[_sequences];
        for (var k = 0; k < sequences.Length; k++)
        {
            var (query, key) = (starts[k * _startStride], keyStarts[k * _keyStartStride]);
            sequences[k] = _problem.Sequence(query, starts[(k + 1) * _startStride] - query, key, keyStarts[(k + 1) * _keyStartStride] - key);
        }
        static long Work(AttentionProblem sequence) => (long)sequence.Shape.Queries * sequence.Shape.Keys;
        var large = sequences.Sum(Work) / (2 * WorkerPool.Threads) + 1;
        foreach (var sequence in sequences) if (Work(sequence) >= large) RunSequence(sequence, pointers);
        var small = Array.FindAll(sequences, sequence => Work(sequence) < large);
        WorkerPool.ParallelChunks(small.Length, 1, new Job(this, small, pointers));
    }

    private readonly struct Job(AttentionStep owner, AttentionProblem[] sequences, AttentionPointers pointers) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            for (var k = start; k < end; k++) owner.RunSequence(sequences[k], pointers);
        }
    }

    private void RunSequence(AttentionProblem sequence, AttentionPointers pointers)
    {
        var (query, key, shape) = ((nint)sequence.FirstQuery, (nint)sequence.FirstKey, sequence.Shape);
        pointers.Query += query * sequence.Query.Row * _size;
        pointers.Key += key * sequence.Key.Row * _size;
        pointers.Value += key * sequence.Value.Row * _size;
        pointers.Upstream += query * sequence.Upstream.Row * _size;
        pointers.LogUpstream += query * sequence.LogUpstream.Row * _wide;
        pointers.Output += query * (_isGradient ? shape.Depth * _size : shape.ValueDepth * (sequence.Rule.LogSumExp ? _wide : _size));
        pointers.LogOutput += query * _wide;
        pointers.KeyGradient += key * shape.Depth * _size;
        pointers.ValueGradient += key * shape.ValueDepth * _size;
        if (shape.Queries > 0 && shape.Keys > 0) _create(sequence).Run(pointers);
        else Clear(sequence, pointers);
    }

    /// <summary>What a sequence without keys, or without queries, gives.</summary>
    private void Clear(AttentionProblem sequence, AttentionPointers pointers)
    {
        var (rule, shape) = (sequence.Rule, sequence.Shape);
        void Zero(nint rows, int heads, int between, int count, int rowBytes)
        {
            for (var head = 0; head < heads; head++) new Span<byte>((byte*)rows + (nint)head * between * rowBytes, count * rowBytes).Clear();
        }
        Zero(pointers.Output, shape.Heads, sequence.QueryRows, shape.Queries, _isGradient ? shape.Depth * _size : shape.ValueDepth * (rule.LogSumExp ? _wide : _size));
        if (_isGradient)
        {
            Zero(pointers.KeyGradient, shape.Groups, sequence.KeyRows, shape.Keys, shape.Depth * _size);
            Zero(pointers.ValueGradient, shape.Groups, sequence.KeyRows, shape.Keys, shape.ValueDepth * _size);
            return;
        }
        for (var head = 0; rule.LogSumExp && head < shape.Heads; head++)
        {
            if (_wide == sizeof(float)) new Span<float>((float*)pointers.LogOutput + (nint)head * sequence.QueryRows, shape.Queries).Fill(float.NegativeInfinity);
            else new Span<double>((double*)pointers.LogOutput + (nint)head * sequence.QueryRows, shape.Queries).Fill(double.NegativeInfinity);
        }
    }

    private void Check(int* starts, nint stride, int rows, string what)
    {
        if (starts[0] != 0) throw new IndexValueException($"VarlenAttention: the starts of the {what} begin with {starts[0]} instead of 0.");
        for (var k = 0; k < _sequences; k++)
        {
            var (start, next) = (starts[k * stride], starts[(k + 1) * stride]);
            if (next < start) throw new IndexValueException($"VarlenAttention: the starts of the {what} fall from {start} to {next} at sequence {k}.");
        }
        if (starts[_sequences * stride] != rows) throw new IndexValueException($"VarlenAttention: the starts of the {what} end with {starts[_sequences * stride]} for {rows} rows.");
    }
}

using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Transformers;

/// <summary>The Transformer of the paper with its tables of tokens, sinusoidal positions and head: from a text to a text.</summary>
/// <remarks>Vaswani et al. 2017. Tables are multiplied by √size; one table may serve source, target and head.</remarks>
public sealed class Seq2Seq : Module
{
    private readonly TransformerOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="options">Sizes of the layers.</param>
    /// <param name="layers">Layers of each stack.</param>
    /// <param name="vocabulary">Number of tokens, of both sides.</param>
    /// <param name="tied">True for one table for source, target and head.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public Seq2Seq(TransformerOptions options, int layers, int vocabulary, bool tied = true, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, Vocabulary) = (options, vocabulary);
        Transformer = new(options, layers, layers, norm: options.NormFirst, random);
        Source = Table();
        if (!tied) (Target, Head) = (Table(), new(options.Size, vocabulary, random: random));
        Drop = new(options.Dropout, random);

        Embedding Table()
        {
            var table = new Embedding(vocabulary, options.Size, random);
            table.Weight.Assign(Init.Normal(table.Weight.Shape, random, 0, Math.Pow(options.Size, -0.5)));
            return table;
        }
    }

    /// <summary>Number of tokens.</summary>
    public int Vocabulary { get; }

    /// <summary>Both stacks.</summary>
    public Transformer Transformer { get; }

    /// <summary>Table of the source's tokens.</summary>
    public Embedding Source { get; }

    /// <summary>Table of the target's tokens; null where one table serves all.</summary>
    public Embedding? Target { get; }

    /// <summary>From rows to the vocabulary; null where one table serves all.</summary>
    public Linear? Head { get; }

    private Dropout Drop { get; }

    /// <summary>Not by itself: a translation needs a source and a target.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor x) => throw new NotSupportedException("Seq2Seq: give source and target, as in Forward(source, target).");

    /// <summary>Logits of the target's next tokens, [batch, target length, vocabulary].</summary>
    /// <param name="source">Int64 [batch, source length].</param>
    /// <param name="target">Int64 [batch, target length], beginning with the start token.</param>
    /// <param name="padding">Token that fills up; null for none.</param>
    public Tensor Forward(Tensor source, Tensor target, long? padding = null) => Decode(target, Encode(source, padding), SourcePadding(source, padding));

    /// <summary>Rows of the source, [batch, source length, size].</summary>
    public Tensor Encode(Tensor source, long? padding = null) => Transformer.Encoder.Forward(Embedded(source, Source), SourcePadding(source, padding));

    /// <summary>Logits of the target's next tokens from the source's rows.</summary>
    public Tensor Decode(Tensor target, Tensor memory, Tensor? sourcePadding = null)
    {
        var rows = Transformer.Decoder.Forward(Embedded(target, Target ?? Source), memory, memoryPaddingMask: sourcePadding);
        return Head?.Forward(rows) ?? Linear.Apply(rows, Source.Weight);
    }

    /// <summary>The best next token again and again, until each row has ended or the length is reached.</summary>
    /// <param name="source">Int64 [batch, source length].</param>
    /// <param name="start">First token of a target.</param>
    /// <param name="end">Last token of a target.</param>
    /// <param name="length">Most tokens behind the first.</param>
    /// <param name="padding">Token that fills up; null for none.</param>
    /// <returns>Tokens of each row behind the first, the last token included.</returns>
    public long[][] Translate(Tensor source, long start, long end, int length, long? padding = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var batch = (int)source.Shape[0];
        var memory = Encode(source, padding).Realize();
        // One shape for all steps: behind the present token there is nothing that counts.
        var target = new long[batch * (length + 1)];
        for (var row = 0; row < batch; row++) Array.Fill(target, start, row * (length + 1), length + 1);
        var ended = new int[batch];
        var next = Compiled.Of(x => [Decode(x[0], x[1], SourcePadding(x[2], padding)).ArgMax(-1)]);
        for (var k = 0; k < length && ended.Contains(0); k++)
        {
            var best = next([Tensor.From(target, [batch, length + 1]), memory, source])[0].ToArray<long>();
            for (var row = 0; row < batch; row++)
            {
                var token = best[row * (length + 1) + k];
                target[row * (length + 1) + k + 1] = token;
                if (ended[row] == 0 && token == end) ended[row] = k + 1;
            }
        }
        return [.. Enumerable.Range(0, batch).Select(row => target.AsSpan(row * (length + 1) + 1, ended[row] > 0 ? ended[row] : length).ToArray())];
    }

    /// <inheritdoc/>
    public override string ToString() => $"Seq2Seq({Transformer.Encoder.Layers.Count} + {Transformer.Decoder.Layers.Count} layers of {_options.Size}, {Vocabulary} tokens)";

    private static Tensor? SourcePadding(Tensor source, long? padding) => padding is { } token ? source.Eq(token) : null;

    private Tensor Embedded(Tensor tokens, Embedding table) =>
        Drop.Forward(table.Forward(tokens) * Math.Sqrt(_options.Size) + SinusoidalEncoding.Table(tokens.Shape[1], _options.Size, device: tokens.Device));
}

using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Text;

namespace CudaNet.Onnx;

/// <summary>Turns sentences into vectors whose products tell how close their meanings are: an encoder of BERT's family with
/// its vocabulary, the mean of its outputs over the tokens, scaled to length 1.</summary>
/// <remarks>Reimers, Gurevych 2019.</remarks>
public sealed class SentenceEncoder
{
    private readonly string[] _names;

    /// <summary>An encoder of a loaded model.</summary>
    /// <param name="model">Takes <c>input_ids</c>, <c>attention_mask</c> and perhaps <c>token_type_ids</c> [batch, length], Int64; gives [batch, length, size] first.</param>
    /// <param name="tokenizer">Its vocabulary.</param>
    /// <param name="maxLength">Longest input in tokens; the rest of a longer sentence is left out.</param>
    /// <exception cref="OnnxException">The model takes other inputs.</exception>
    public SentenceEncoder(OnnxModel model, WordPiece tokenizer, int maxLength = 256)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (Model, Tokenizer, MaxLength) = (model, tokenizer, maxLength);
        _names = [.. model.Inputs.Select(port => port.Name)];
        if (!_names.Contains("input_ids") || _names.Any(name => name is not ("input_ids" or "attention_mask" or "token_type_ids")))
            throw new OnnxException($"{model.Name}: a sentence encoder takes input_ids, attention_mask and token_type_ids, this model {string.Join("; ", model.Inputs)}.");
    }

    /// <summary>The network.</summary>
    public OnnxModel Model { get; }

    /// <summary>Its vocabulary.</summary>
    public WordPiece Tokenizer { get; }

    /// <summary>Longest input in tokens.</summary>
    public int MaxLength { get; }

    /// <summary>Reads <c>model.onnx</c> and <c>vocab.txt</c> from a folder.</summary>
    /// <param name="folder">The folder; null for MiniLM among the fetched models.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    public static SentenceEncoder Load(string? folder = null)
    {
        string model = folder is null ? ModelFolder.Find("minilm", "model.onnx") : Path.Combine(folder, "model.onnx");
        string vocabulary = Path.Combine(Path.GetDirectoryName(model)!, "vocab.txt");
        foreach (string file in new[] { model, vocabulary })
            if (!File.Exists(file))
                throw new FileNotFoundException($"{file}: there is no such file. Name a folder with model.onnx and vocab.txt.", file);
        return new SentenceEncoder(OnnxModel.Load(model), WordPiece.Load(vocabulary));
    }

    /// <summary>The vectors of sentences.</summary>
    /// <param name="sentences">At least one.</param>
    /// <returns>[sentences, size], each row of length 1.</returns>
    public Tensor Encode(IReadOnlyList<string> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        if (sentences.Count == 0)
            throw new ArgumentException("SentenceEncoder.Encode: there are no sentences. Give at least one.", nameof(sentences));
        var inputs = Inputs(sentences);
        var hidden = Model.Run(inputs.Where(entry => _names.Contains(entry.Key)).ToDictionary())[Model.Outputs[0].Name]; // [batch, length, size]
        var weights = inputs["attention_mask"].To(hidden.DType).Unsqueeze(2);
        var mean = (hidden * weights).Sum(1) / weights.Sum(1);
        return mean / mean.Norm(2, -1, keepDims: true).Maximum(1e-12);
    }

    /// <summary>What the model takes for sentences, each padded to the longest.</summary>
    public IReadOnlyDictionary<string, Tensor> Inputs(IReadOnlyList<string> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        int[][] tokens = [.. sentences.Select(sentence => Tokenizer.EncodePair(sentence, maxLength: MaxLength).Ids)];
        int length = tokens.Max(row => row.Length);
        var (ids, mask) = (new long[tokens.Length * length], new long[tokens.Length * length]);
        for (int row = 0; row < tokens.Length; row++)
            for (int k = 0; k < tokens[row].Length; k++)
                (ids[row * length + k], mask[row * length + k]) = (tokens[row][k], 1);
        Shape shape = [tokens.Length, length];
        return new Dictionary<string, Tensor> { ["input_ids"] = Tensor.From(ids, shape), ["attention_mask"] = Tensor.From(mask, shape), ["token_type_ids"] = Tensor.Zeros(shape, DType.Int64) };
    }

    /// <summary>The sentences in the order of their closeness to a query.</summary>
    /// <returns>Each with its place among the given ones and the cosine of the angle to the query, the closest first.</returns>
    public IReadOnlyList<(int Index, double Similarity)> Rank(string query, IReadOnlyList<string> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var vectors = Encode([query, .. sentences]);
        double[] similarities = vectors.Narrow(0, 1, sentences.Count).MatMul(vectors.Select(0, 0).Unsqueeze(1)).Reshape([-1]).ToDoubles();
        return [.. similarities.Select((similarity, index) => (index, similarity)).OrderByDescending(entry => entry.similarity)];
    }
}

using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Transformers;

/// <summary>A vision transformer: patches of an image are the tokens, and a learned first token gathers what the classifier sees.</summary>
/// <remarks>Dosovitskiy et al. 2021. Names are those of Hugging Face's <c>ViTForImageClassification</c>.</remarks>
public sealed class Vit : Module
{
    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="ShapeException">Patches do not fill the image.</exception>
    public Vit(VitConfig config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.ImageSize % config.PatchSize != 0) throw new ShapeException($"Vit: patches of {config.PatchSize} do not fill an image of {config.ImageSize}. Give a divisor.");
        Config = config;
        var side = config.ImageSize / config.PatchSize;
        ClsToken = new(Init.Normal([1, 1, config.Size], random, 0, 0.02));
        PositionEmbeddings = new(Init.Normal([1, side * side + 1, config.Size], random, 0, 0.02));
        Projection = new((int)config.Channels, (int)config.Size, (int)config.PatchSize, stride: (int)config.PatchSize, random: random);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new Block(config, random))];
        Norm = new(config.Size, 1e-12);
        Classifier = new(config.Size, config.Classes, random: random);
        FirstWeights.Normal(this, 0.02, random);
    }

    /// <summary>Its sizes.</summary>
    public VitConfig Config { get; }

    /// <summary>From the first row to the classes.</summary>
    public Linear Classifier { get; }

    [StateName("vit.embeddings.cls_token")] private Parameter ClsToken { get; }

    [StateName("vit.embeddings.position_embeddings")] private Parameter PositionEmbeddings { get; }

    [StateName("vit.embeddings.patch_embeddings.projection")] private Conv2d Projection { get; }

    [StateName("vit.encoder.layer")] private List<Block> Layers { get; }

    [StateName("vit.layernorm")] private LayerNorm Norm { get; }

    /// <summary>Images [batch, channels, height, width] to logits [batch, classes]. For another size than that of training, positions
    /// are interpolated between the learned ones.</summary>
    public override Tensor Forward(Tensor x) => Classifier.Forward(Rows(x).Select(1, 0));

    /// <summary>Images to rows [batch, 1 + patches, size].</summary>
    public Tensor Rows(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[1] != Config.Channels || images.Shape[2] % Config.PatchSize != 0 || images.Shape[3] % Config.PatchSize != 0)
            throw new ShapeException($"{this}: the images are {images.Shape}. Give [batch, {Config.Channels}, height, width] with sides that are multiples of {Config.PatchSize}.");
        long height = images.Shape[2] / Config.PatchSize, width = images.Shape[3] / Config.PatchSize;
        var patches = Projection.Forward(images).Flatten(2).Transpose(1, 2);
        var x = Tensor.Concat([ClsToken.Value.ExpandTo([images.Shape[0], 1, Config.Size]), patches], 1) + Positions(height, width);
        foreach (var layer in Layers) x = layer.Forward(x);
        return Norm.Forward(x);
    }

    /// <summary>Positions for so many patches, [1, 1 + height · width, size]: bilinear between the learned ones.</summary>
    public Tensor Positions(long height, long width)
    {
        var side = Config.ImageSize / Config.PatchSize;
        if (height == side && width == side) return PositionEmbeddings;
        var table = PositionEmbeddings.Value.Narrow(1, 1, side * side).Reshape(side, side, Config.Size);
        table = Interpolated(Interpolated(table, 0, height), 1, width);
        return Tensor.Concat([PositionEmbeddings.Value.Narrow(1, 0, 1), table.Reshape(1, height * width, Config.Size)], 1);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Vit({Config.ImageSize}/{Config.PatchSize}, {Config.Layers} layers of {Config.Size})";

    private static Tensor Interpolated(Tensor table, int axis, long size)
    {
        var old = table.Shape[axis];
        if (old == size) return table;
        // Centres of the new cells, in the old ones' numbers.
        var at = ((Tensor.Arange(0, size, 1, DType.Int64).To(DType.Float32) + 0.5) * (old / (double)size) - 0.5).Maximum(0).Minimum(old - 1);
        var low = at.Floor();
        var shape = new long[table.Rank];
        Array.Fill(shape, 1);
        shape[axis] = size;
        var part = (at - low).Reshape(new Shape(shape));
        return table.Take(low.To(DType.Int64), axis) * (1 - part) + table.Take((low + 1).Minimum(old - 1).To(DType.Int64), axis) * part;
    }

    private sealed class Block(VitConfig config, RandomStream? random) : Module
    {
        private readonly AttentionForm _form = new(config.Heads);

        [StateName("attention.attention.query")] internal Linear Query { get; } = new(config.Size, config.Size, random: random);

        [StateName("attention.attention.key")] internal Linear Key { get; } = new(config.Size, config.Size, random: random);

        [StateName("attention.attention.value")] internal Linear Value { get; } = new(config.Size, config.Size, random: random);

        [StateName("attention.output.dense")] internal Linear AttentionOutput { get; } = new(config.Size, config.Size, random: random);

        [StateName("intermediate.dense")] internal Linear Intermediate { get; } = new(config.Size, config.Hidden, random: random);

        [StateName("output.dense")] internal Linear Output { get; } = new(config.Hidden, config.Size, random: random);

        [StateName("layernorm_before")] internal LayerNorm Before { get; } = new(config.Size, 1e-12);

        [StateName("layernorm_after")] internal LayerNorm After { get; } = new(config.Size, 1e-12);

        public override Tensor Forward(Tensor x)
        {
            var rows = Before.Forward(x);
            x += AttentionOutput.Forward(Attention.Of(Query.Forward(rows), Key.Forward(rows), Value.Forward(rows), _form));
            return x + Output.Forward(Intermediate.Forward(After.Forward(x)).Gelu());
        }
    }
}

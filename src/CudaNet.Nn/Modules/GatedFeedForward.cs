namespace CudaNet.Nn;

/// <summary>A feed-forward net with a gate: down(act(gate(x)) · up(x)), without biases.</summary>
/// <remarks>Shazeer 2020 (SwiGLU with SiLU). Names are those of Llama: gate_proj, up_proj, down_proj.</remarks>
public sealed class GatedFeedForward : Module
{
    /// <summary>A net with fresh weights.</summary>
    /// <param name="size">Size of a row.</param>
    /// <param name="hidden">Size between.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public GatedFeedForward(long size, long hidden, RandomStream? random = null) =>
        (GateProj, UpProj, DownProj) = (new(size, hidden, false, random), new(size, hidden, false, random), new(hidden, size, false, random));

    /// <summary>To the gate.</summary>
    public Linear GateProj { get; }

    /// <summary>To what is let through.</summary>
    public Linear UpProj { get; }

    /// <summary>Back to the size of a row.</summary>
    public Linear DownProj { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => DownProj.Forward(GateProj.Forward(x).Silu() * UpProj.Forward(x));

    /// <inheritdoc/>
    public override string ToString() => $"GatedFeedForward({GateProj.InFeatures}, {GateProj.OutFeatures})";
}

namespace CudaNet.Nn.Initializers;

/// <summary>Which connections of a neuron its weights are scaled by.</summary>
public enum FanMode
{
    /// <summary>Its inputs: the variance of the values stays from layer to layer.</summary>
    In,

    /// <summary>Its outputs: the variance of the gradients stays.</summary>
    Out,

    /// <summary>The mean of both.</summary>
    Average,
}

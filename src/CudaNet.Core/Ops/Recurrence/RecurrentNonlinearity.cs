namespace CudaNet;

/// <summary>The function of a plain recurrent network.</summary>
public enum RecurrentNonlinearity
{
    /// <summary>tanh.</summary>
    Tanh,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>None: a linear system, for the study of its Jacobians.</summary>
    Identity,
}

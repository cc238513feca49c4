namespace CudaNet.Verification;

/// <summary>What is checked of an op.</summary>
public enum VerificationKind
{
    /// <summary>The value against the float64 reference.</summary>
    Value,

    /// <summary>The gradient against central differences, and as the device computes it against the reference.</summary>
    Gradient,

    /// <summary>The Hessian-vector product against differences of first gradients, and as the device computes it.</summary>
    SecondOrder,

    /// <summary>A call that must be refused with a clear message.</summary>
    Refusal,
}

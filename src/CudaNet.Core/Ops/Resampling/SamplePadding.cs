namespace CudaNet;

/// <summary>What lies outside of an image that is sampled.</summary>
public enum SamplePadding
{
    /// <summary>Zeros, which pixels at the border fade into.</summary>
    Zeros,

    /// <summary>The nearest pixel of the border.</summary>
    Border,
}

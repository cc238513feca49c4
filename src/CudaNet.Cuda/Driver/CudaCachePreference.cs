namespace CudaNet.Cuda.Driver;

/// <summary>How the first-level cache is divided (CUfunc_cache).</summary>
public enum CudaCachePreference
{
    /// <summary>As the driver likes it.</summary>
    None = 0,

    /// <summary>More shared memory.</summary>
    PreferShared = 1,

    /// <summary>More cache.</summary>
    PreferL1 = 2,

    /// <summary>Half and half.</summary>
    PreferEqual = 3,
}

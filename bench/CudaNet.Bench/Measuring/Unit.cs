namespace CudaNet.Bench.Measuring;

/// <summary>What two sides are compared by.</summary>
internal enum Unit
{
    Seconds,
    Bytes,
}

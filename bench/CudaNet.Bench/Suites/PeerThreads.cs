namespace CudaNet.Bench.Suites;

/// <summary>Threads of the peers that are told when they are made.</summary>
internal static class PeerThreads
{
    internal static int Count { get; set; } = Environment.ProcessorCount;
}

using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Cublas;

/// <summary>An algorithm for one product, as the library proposes it. Its bytes can be kept and used again with the same
/// version of the library on the same kind of card.</summary>
public sealed unsafe class CublasLtAlgorithm
{
    internal CublasLtAlgorithm(in LtHeuristicResult result) =>
        (Native, WorkspaceBytes, WavesCount, State) = (result.Algorithm, (long)result.WorkspaceBytes, result.WavesCount, result.State);

    /// <summary>Takes bytes that <see cref="ToBytes"/> gave, and the workspace that went with them.</summary>
    public CublasLtAlgorithm(ReadOnlySpan<byte> bytes, long workspaceBytes)
    {
        if (bytes.Length != sizeof(LtAlgorithm)) throw new ArgumentException($"An algorithm has {sizeof(LtAlgorithm)} bytes, not {bytes.Length}.", nameof(bytes));
        Native = MemoryMarshal.Read<LtAlgorithm>(bytes);
        WorkspaceBytes = workspaceBytes;
    }

    internal LtAlgorithm Native { get; private set; }

    /// <summary>Bytes of workspace that it needs.</summary>
    public long WorkspaceBytes { get; }

    /// <summary>Rounds of blocks that it takes; the library's measure of how well it fills the card.</summary>
    public float WavesCount { get; }

    /// <summary>Success if it can be used.</summary>
    public CublasStatus State { get; }

    /// <summary>A setting of it.</summary>
    public int this[CublasLtAlgorithmAttribute attribute]
    {
        get
        {
            var algorithm = Native;
            var value = 0L;
            nuint written;
            CublasLtApi.cublasLtMatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, SizeOf(attribute), &written).Check($"{attribute} was asked for.");
            return (int)value;
        }
        set
        {
            var algorithm = Native;
            CublasLtApi.cublasLtMatmulAlgoConfigSetAttribute(&algorithm, attribute, &value, SizeOf(attribute)).Check($"{attribute} = {value}.");
            Native = algorithm;
        }
    }

    /// <summary>Its bytes.</summary>
    public byte[] ToBytes()
    {
        var algorithm = Native;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<LtAlgorithm>(in algorithm)).ToArray();
    }

    private static nuint SizeOf(CublasLtAlgorithmAttribute attribute) => attribute is CublasLtAlgorithmAttribute.InnerShapeId or CublasLtAlgorithmAttribute.ClusterShapeId ? 2u : 4u;
}

namespace CudaNet.Tests;

/// <summary>Every specialisation that is compiled ahead and tested.</summary>
internal static class KernelSpecs
{
    public static readonly string[] Types = ["f32", "f16", "bf16"];

    public static IEnumerable<KernelSpec> All => [.. Gemms()];

    /// <summary>
    /// A matrix product. Aligned ones have the tile of 128 that cards like; the others one of 64, and with their number another
    /// activation each.
    /// </summary>
    public static KernelSpec Gemm(string type, bool ta, bool tb, bool aligned) => aligned
        ? new("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=1")
        : new("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=0", "BM=64", "BN=64", $"ACTIVATION={Activation(type, ta, tb)}");

    public static int Activation(string type, bool ta, bool tb) => ((Array.IndexOf(Types, type) * 4) + (ta ? 2 : 0) + (tb ? 1 : 0)) % 7;

    private static IEnumerable<KernelSpec> Gemms() =>
        from type in Types from ta in new[] { false, true } from tb in new[] { false, true } from aligned in new[] { false, true } select Gemm(type, ta, tb, aligned);
}

namespace CudaNet.Tests;

/// <summary>Every specialisation that is compiled ahead and tested.</summary>
internal static class KernelSpecs
{
    public static readonly string[] Types = ["f32", "f16", "bf16"];

    public static IEnumerable<KernelSpec> All => [.. Gemms(), .. Rows()];

    /// <summary>
    /// A matrix product. Aligned ones have the tile of 128 that cards like; the others one of 64, and with their number another
    /// activation each.
    /// </summary>
    public static KernelSpec Gemm(string type, bool ta, bool tb, bool aligned) => aligned
        ? new("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=1")
        : new("gemm", $"T={type}", $"TA={(ta ? 1 : 0)}", $"TB={(tb ? 1 : 0)}", "ALIGNED=0", "BM=64", "BN=64", $"ACTIVATION={Activation(type, ta, tb)}");

    public static int Activation(string type, bool ta, bool tb) => ((Array.IndexOf(Types, type) * 4) + (ta ? 2 : 0) + (tb ? 1 : 0)) % 7;

    public static KernelSpec Softmax(string type, bool log) => new("softmax", $"T={type}", $"LOG={(log ? 1 : 0)}");

    public static KernelSpec Norm(string type, bool rms) => new("norm", $"T={type}", $"RMS={(rms ? 1 : 0)}");

    public static KernelSpec Reduce(string type, string operation) => new("reduce", $"T={type}", $"OP={operation}");

    private static IEnumerable<KernelSpec> Rows() =>
    [
        .. from type in Types from log in new[] { false, true } select Softmax(type, log),
        .. from type in Types from rms in new[] { false, true } select Norm(type, rms),
        .. from type in Types from operation in new[] { "Add", "Mul", "Max", "Min" } select Reduce(type, operation),
    ];

    private static IEnumerable<KernelSpec> Gemms() =>
        from type in Types from ta in new[] { false, true } from tb in new[] { false, true } from aligned in new[] { false, true } select Gemm(type, ta, tb, aligned);
}

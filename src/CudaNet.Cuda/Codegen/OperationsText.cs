using System.Globalization;
using System.Text;
using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Codegen;

/// <summary>Makes <c>operations.cuh</c>: each op that kernels of single ops know as a case of a function, and its number.</summary>
internal static class OperationsText
{
    /// <summary>The types that have functions.</summary>
    public static IReadOnlyList<DType> Types { get; } = [DType.Bool, DType.UInt8, DType.Int32, DType.Int64, DType.Float32, DType.Float64];

    /// <summary>The number of an op among those of its kind for a type; −1 if it has none.</summary>
    public static int NumberOf(Op op, DType type) => OpsOf(type, OpText.ArgumentsOf(op), OpText.IsRelation(op)).ToList().IndexOf(op);

    /// <summary>The text.</summary>
    public static string Make()
    {
        var text = new StringBuilder("""
            // Ops by their numbers; made by OperationsText from the expressions that fused kernels are made of, and held to it by a test.
            #pragma once
            #include "math.cuh"

            namespace generated {

            """);
        foreach (var type in Types)
        {
            Function(text, type, "unary", 1, relation: false);
            Function(text, type, "binary", 2, relation: false);
            Function(text, type, "relation", 2, relation: true);
        }
        return text.Append("\n} // namespace generated\n").ToString();
    }

    private static IEnumerable<Op> OpsOf(DType type, int arguments, bool relation) =>
        OpText.Ops.Where(op => OpText.ArgumentsOf(op) == arguments && OpText.IsRelation(op) == relation && OpText.Knows(op, type));

    private static void Function(StringBuilder text, DType type, string name, int arguments, bool relation)
    {
        var lane = OpText.Lane(type);
        List<string> parameters = ["int op", $"{lane} a"];
        if (arguments > 1) parameters.Add($"{lane} b");
        if (arguments > 1 && !relation) parameters.AddRange(["IndexError *error", "unsigned long long token"]);
        text.Append(CultureInfo.InvariantCulture, $"\nDEVICE {(relation ? "u8" : lane)} {name}_{KernelTypes.Name(type)}({string.Join(", ", parameters)}) {{\n    switch (op) {{\n");
        var number = 0;
        foreach (var op in OpsOf(type, arguments, relation))
        {
            var check = OpText.DividesIntegers(op, type) ? "check_divisor(b, error, token); " : "";
            text.Append(CultureInfo.InvariantCulture, $"    case {number++}: {check}return {OpText.Of(op, type, "a", arguments > 1 ? "b" : "", "")}; // {op.Name}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"    default: return {(relation ? "0" : "a")};\n    }}\n}}\n");
    }
}

using System.Reflection;
using CudaNet.Ops;

namespace CudaNet.Tests.Catalogue;

/// <summary>No operation without a record.</summary>
public class CoverageTests
{
    /// <summary>What makes a leaf or a literal, or runs.</summary>
    private static readonly HashSet<string> NotOperations = ["Realize", "From", "FromBytes", "Scalar", "Zeros", "Ones", "Full", "ZerosLike", "OnesLike"];

    /// <summary>Other names, and the record that covers them.</summary>
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["To"] = "Cast",
        ["ExpandTo"] = "Expand",
        ["BroadcastTo"] = "Expand",
        ["Transpose"] = "Permute",
        ["Eq"] = "Equal",
        ["Ne"] = "NotEqual",
        ["Narrow"] = "Slice",
        ["Repeat"] = "Tile",
        ["RepeatInterleave"] = "Tile",
        ["ConvTranspose"] = "ConvInputGrad",
        ["Rand"] = "RandomUniform",
        ["Randn"] = "RandomNormal",
        ["Randint"] = "RandomInteger",
        ["op_Addition"] = "Add",
        ["op_Subtraction"] = "Sub",
        ["op_Multiply"] = "Mul",
        ["op_Division"] = "Div",
        ["op_Modulus"] = "Remainder",
        ["op_UnaryNegation"] = "Neg",
        ["op_LessThan"] = "Less",
        ["op_LessThanOrEqual"] = "LessEqual",
        ["op_GreaterThan"] = "Greater",
        ["op_GreaterThanOrEqual"] = "GreaterEqual",
        ["op_BitwiseAnd"] = "LogicalAnd",
        ["op_BitwiseOr"] = "LogicalOr",
        ["op_ExclusiveOr"] = "LogicalXor",
        ["op_LogicalNot"] = "LogicalNot",
        ["op_OnesComplement"] = "LogicalNot",
    };

    [Test]
    public void Every_public_method_of_Tensor_that_gives_a_tensor_is_in_the_catalogue()
    {
        var missing = typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => method.ReturnType == typeof(Tensor) && !method.Name.StartsWith("get_", StringComparison.Ordinal) && method.Name != "op_Implicit")
            .Select(method => method.Name).Distinct()
            .Where(name => !NotOperations.Contains(name) && OpCatalogue.TryGet(Record(name)) is null);
        Assert.That(string.Join(", ", missing), Is.Empty, "Give each an IOpDefinition with samples (docs/adding-an-op.md).");
    }

    /// <summary>Forms for one, two and three axes have one record together.</summary>
    private static string Record(string method)
    {
        var name = method.EndsWith("1d", StringComparison.Ordinal) || method.EndsWith("2d", StringComparison.Ordinal) || method.EndsWith("3d", StringComparison.Ordinal) ? method[..^2] : method;
        return Aliases.GetValueOrDefault(name, name);
    }

    [Test]
    public void Every_definition_says_what_it_computes_and_has_samples()
    {
        foreach (var op in OpCatalogue.All)
            Assert.Multiple(() =>
            {
                Assert.That(op.Formula, Is.Not.Empty, op.Name);
                Assert.That(op.Samples, Is.Not.Empty, op.Name);
                Assert.That(op.Samples.Select(sample => sample.Name).Count(), Is.GreaterThan(0), op.Name);
            });
    }
}

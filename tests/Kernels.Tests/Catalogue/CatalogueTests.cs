using CudaNet.Cpu.Reference;
using CudaNet.Ops;
using CudaNet.Verification;

namespace CudaNet.Tests.Catalogue;

/// <summary>The tests that the op catalogue generates: one case an op, element type and kind of check.</summary>
public class CatalogueTests
{
    private static readonly OpVerifier Verifier = new(new FloatReference(), Device.Cpu);

    private static IEnumerable<TestCaseData> Values() =>
        from op in OpCatalogue.All
        from type in op.DTypes
        select new TestCaseData(op, type).SetName($"{op.Name} in {type.ShortName()} equals the float64 reference");

    private static IEnumerable<TestCaseData> Cases(VerificationKind kind, string sentence) =>
        from op in OpCatalogue.All
        where OpVerifier.Applies(op, kind)
        select new TestCaseData(op).SetName($"{op.Name} {sentence}");

    private static IEnumerable<TestCaseData> Gradients() => Cases(VerificationKind.Gradient, "has the gradient of its central differences");

    private static IEnumerable<TestCaseData> SecondOrders() => Cases(VerificationKind.SecondOrder, "has the second derivative of its gradient's differences");

    private static IEnumerable<TestCaseData> Refusals() => Cases(VerificationKind.Refusal, "refuses bad input with a clear message");

    [TestCaseSource(nameof(Values))]
    public void Value(OpDefinition op, DType type) => Check(op, type, VerificationKind.Value);

    [TestCaseSource(nameof(Gradients))]
    public void Gradient(OpDefinition op) => Check(op, DType.Float64, VerificationKind.Gradient);

    [TestCaseSource(nameof(SecondOrders))]
    public void SecondOrder(OpDefinition op) => Check(op, DType.Float64, VerificationKind.SecondOrder);

    [TestCaseSource(nameof(Refusals))]
    public void Refusal(OpDefinition op) => Check(op, DType.Float64, VerificationKind.Refusal);

    [Test]
    public void Names_are_unique() => Assert.That(OpCatalogue.All.Select(op => op.Name), Is.Unique);

    private static void Check(OpDefinition op, DType type, VerificationKind kind)
    {
        var failures = Verifier.Verify(op, type, kind).Where(result => !result.Passed).ToList();
        if (failures.Count > 0) Assert.Fail(string.Join('\n', failures.Take(8)) + (failures.Count > 8 ? $"\n… and {failures.Count - 8} more" : ""));
    }
}

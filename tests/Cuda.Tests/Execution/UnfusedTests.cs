using CudaNet.Cpu.Reference;
using CudaNet.Cuda.Codegen;
using CudaNet.Ops;
using CudaNet.Verification;

namespace CudaNet.Tests.Execution;

/// <summary>Without a compiler, programs and reductions run op by op over embedded kernels.</summary>
[NonParallelizable]
public sealed class UnfusedTests
{
    private static readonly string[] Names =
        [.. OpText.Ops.Select(op => op.Name), "Cast", "Sum", "Prod", "Max", "Min", "ArgMax", "ArgMin", "Mean", "Std", "Var", "LogSumExp", "Gelu", "Elu", "Clamp", "CountNonzero"];

    private static IEnumerable<TestCaseData> Ops => OpCatalogue.All.Where(op => Names.Contains(op.Name)).Select(op => new TestCaseData(op).SetArgDisplayNames(op.Name));

    [TestCaseSource(nameof(Ops))]
    public void The_device_agrees_with_the_float64_reference(OpDefinition op)
    {
        using var run = new VirtualRun(compiles: false);
        var verifier = new OpVerifier(new FloatReference(), run.Device);
        var failures = op.DTypes.SelectMany(type => verifier.Verify(op, type, VerificationKind.Value)).Where(result => !result.Passed).ToList();
        if (failures.Count > 0) Assert.Fail(string.Join('\n', failures.Take(8)) + (failures.Count > 8 ? $"\n… and {failures.Count - 8} more" : ""));
        Assert.That(run.Backend.HostOps, Is.Empty, "all of it ran on the device");
    }

    [Test]
    public void A_chain_over_halves_is_computed_in_float_and_rounded_once()
    {
        using var run = new VirtualRun(compiles: false);
        var values = Enumerable.Range(0, 1000).Select(i => (float)Math.Sin(i)).ToArray();
        Tensor Chain(Tensor x) => ((x * 3.1f + 0.7f) * x - 0.2f).Sum(0);
        var x = Tensor.From(values, [1000], run.Device).To(DType.Float16).Reshape([100, 10]);
        var y = Tensor.From(values, [1000], Device.Cpu).To(DType.Float16).Reshape([100, 10]);
        Assert.That(Chain(x).ToDoubles(), Is.EqualTo(Chain(y).ToDoubles()).Within(0.01).Percent);
    }

    [Test]
    public void An_integer_divided_by_0_raises_and_names_the_step()
    {
        using var run = new VirtualRun(compiles: false);
        var a = Tensor.From([1, 2, 3], [3], run.Device);
        var b = Tensor.From([1, 0, 3], [3], run.Device);
        Assert.That(() => (a % b).Realize(), Throws.TypeOf<DivideByZeroException>().With.Message.Contains("Remainder"));
        Assert.That((a % 2).ToArray<int>(), Is.EqualTo(new[] { 1, 0, 1 }), "the device goes on");
    }
}

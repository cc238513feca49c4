using CudaNet.Cpu.Reference;
using CudaNet.Ops;
using CudaNet.Tests.Catalogue;
using CudaNet.Verification;

namespace CudaNet.Tests;

/// <summary>Every operation of the catalogue that torch has, against torch.</summary>
public sealed class CatalogueTests
{
    private const int VariedShapes = 5;

    private static IEnumerable<TestCaseData> Operations() =>
        OpCatalogue.All.Where(definition => !TorchTable.NoEquivalent.ContainsKey(definition.Name))
            .Select(definition => new TestCaseData(definition).SetArgDisplayNames(definition.Name));

    private static IEnumerable<TestCaseData> OperationsInFloat64() =>
        Operations().Where(data => ((OpDefinition)data.Arguments[0]!).DTypes.Contains(DType.Float64));

    [Test]
    public void Every_operation_is_in_the_table_or_has_a_reason_not_to_be()
    {
        var known = TorchTable.Names.Concat(TorchFunctions.Names).Concat(TorchTable.NoEquivalent.Keys).ToHashSet();
        Assert.That(OpCatalogue.All.Select(definition => definition.Name).Where(name => !known.Contains(name)), Is.Empty);
    }

    [Test]
    public void Every_reason_to_have_no_equivalent_is_that_of_an_operation() =>
        Assert.That(TorchTable.NoEquivalent.Keys, Is.SubsetOf(OpCatalogue.All.Select(definition => definition.Name)));

    [Test]
    public void No_operation_has_both_an_equivalent_and_a_reason_to_have_none() =>
        Assert.That(TorchTable.Names.Concat(TorchFunctions.Names).Intersect(TorchTable.NoEquivalent.Keys), Is.Empty);

    [TestCaseSource(nameof(Operations))]
    public void Values_and_gradients_of_the_samples_are_those_of_torch(OpDefinition definition)
    {
        Assert.Multiple(() =>
        {
            foreach (var type in definition.DTypes)
                foreach (var sample in definition.Samples)
                    Run(definition, sample, type);
        });
    }

    /// <summary>The oracle of all other tests rests on nothing else.</summary>
    [TestCaseSource(nameof(OperationsInFloat64))]
    public void Values_and_gradients_of_the_reference_are_those_of_torch(OpDefinition definition)
    {
        Assert.Multiple(() =>
        {
            foreach (var sample in definition.Samples)
                Run(definition, sample, DType.Float64, evaluate: tensor => ReferenceInterpreter.Evaluate(tensor).Values);
        });
    }

    [TestCaseSource(nameof(Operations))]
    public void Values_and_gradients_on_random_shapes_are_those_of_torch(OpDefinition definition)
    {
        var random = new Random(definition.Name.Length);
        Assert.Multiple(() =>
        {
            foreach (var sample in definition.Samples)
                for (var k = 0; k < VariedShapes; k++)
                {
                    var varied = RandomShapes.Vary(sample, random);
                    if (Accepts(varied))
                        Run(definition, varied, definition.DTypes.Contains(DType.Float64) ? DType.Float64 : definition.DTypes[0]);
                }
        });
    }

    [TestCaseSource(typeof(TorchFunctions), nameof(TorchFunctions.Names))]
    public void A_composed_function_is_that_of_torch(string name)
    {
        var definition = OpCatalogue.TryGet(name);
        Assert.That(definition, Is.Not.Null, "it is not in the catalogue");
        Assert.Multiple(() =>
        {
            foreach (var one in TorchFunctions.Cases.Where(one => one.Name == name))
                foreach (var type in (DType[])[DType.Float32, DType.Float64])
                    Run(definition!, one.Sample, type, function: one);
        });
    }

    /// <summary>A sample may rest on its sizes (a reshape to a given shape, say); then other sizes are rightly refused.</summary>
    private static bool Accepts(Sample sample)
    {
        try
        {
            var inputs = sample.Inputs.Select(input => Tensor.Zeros(input.Shape, input.Type ?? DType.Float64)).ToArray();
            sample.Apply(inputs);
            return true;
        }
        catch (CudaNetException)
        {
            return false;
        }
    }

    private static void Run(OpDefinition definition, Sample sample, DType type, Func<Tensor, double[]>? evaluate = null, FunctionCase? function = null)
    {
        if (!SampleInputs.Suits(sample, type) || Differences.Reason(definition, sample) is not null)
            return;
        try
        {
            Parity.Check(definition, sample, type, evaluate ?? (tensor => tensor.ToDoubles()), function);
        }
        catch (Exception failure) when (failure is not (AssertionException or IgnoreException))
        {
            Assert.Fail($"{definition.Name}, {sample.Name}, {type.ShortName()}: {failure.GetType().Name}: {failure.Message.Split('\n')[0]}");
        }
    }
}

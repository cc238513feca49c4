using System.Runtime.CompilerServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Tests;

/// <summary>Each function that we declare is in the library, where the library is here.</summary>
public sealed class EntryPointTests
{
    private static readonly string[] Keys = [.. CudaLibraries.All.Select(library => library.Key)];

    [TestCaseSource(nameof(Keys))]
    public void Every_declared_function_is_in_the_library(string key)
    {
        var library = CudaLibraries.All.Single(library => library.Key == key);
        var declared = NativeMethods.All.Where(method => method.Library == key).ToArray();
        Assert.That(declared, Is.Not.Empty);
        if (library.TryLoad() is not { Handle: not 0 } loaded)
        {
            Assert.Ignore($"{library.Title} is not here ({library.TryLoad().Error}): {declared.Length} functions were not looked up.");
            return;
        }
        foreach (var absent in declared.Where(method => method.Since is not null && !library.Has(method.EntryPoint)))
            TestContext.Out.WriteLine($"{loaded.Name} has no {absent.EntryPoint}, {absent.Since}.");
        var missing = declared.Where(method => method.Since is null && !library.Has(method.EntryPoint)).Select(method => method.EntryPoint);
        Assert.That(missing, Is.Empty, loaded.Name);
    }

    [Test]
    public void Each_declaration_is_of_a_known_library() => Assert.That(NativeMethods.All.Select(method => method.Library).Distinct(), Is.EquivalentTo(Keys));

    [Test]
    public void Signatures_are_blittable()
    {
        Assert.That(typeof(CudaLibraries).Assembly.GetCustomAttributes(typeof(DisableRuntimeMarshallingAttribute), false), Is.Not.Empty);
        foreach (var method in NativeMethods.All)
            foreach (var parameter in method.Method.GetParameters())
            {
                var type = parameter.ParameterType;
                Assert.That(type.IsPointer || type.IsPrimitive || type.IsEnum || type.IsFunctionPointer || type.IsUnmanagedFunctionPointer, Is.True, $"{method}: {parameter}");
                // C has no such types in these headers, and their size in C# is not theirs.
                Assert.That(type, Is.Not.EqualTo(typeof(bool)).And.Not.EqualTo(typeof(char)), $"{method}: {parameter}");
            }
    }
}

using System.Collections;

namespace CudaNet.Nn;

/// <summary>Modules one after another: the result of each is the input of the next.</summary>
/// <example><c>new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 10))</c></example>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    [StateName("")] private readonly List<Module> _modules;

    /// <summary>A chain of the given modules; more can be added.</summary>
    public Sequential(params ReadOnlySpan<Module> modules) => _modules = [.. modules];

    /// <summary>Number of modules.</summary>
    public int Count => _modules.Count;

    /// <summary>A module by its place.</summary>
    public Module this[int index] => _modules[index];

    /// <summary>Adds a module at the end.</summary>
    public void Add(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        _modules.Add(module);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (var module in _modules) x = module.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"Sequential({_modules.Count} modules)";
}

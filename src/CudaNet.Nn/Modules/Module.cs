using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Nn;

/// <summary>A part of a network: it owns parameters, buffers and other modules, and maps a tensor to a tensor.</summary>
/// <remarks>What it owns is found in its fields and auto-properties: a <see cref="Parameter"/>, a <see cref="State"/>
/// (a buffer), a module, a <see cref="RandomStream"/>, or a list or dictionary of these. Names are PyTorch's: a property <c>Fc1</c> holding
/// a <see cref="Linear"/> gives <c>fc1.weight</c> and <c>fc1.bias</c>, the first element of a list <c>Layers</c>
/// <c>layers.0</c>; <see cref="StateNameAttribute"/> gives another name.</remarks>
[DynamicallyAccessedMembers(ModuleMembers.Kept)]
public abstract class Module
{
    /// <summary>The result for an input.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>True in training: dropout drops and batch normalisation uses the batch. A compiled function keeps the
    /// mode that it was traced in.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>This module as "" and all modules below it with their dotted names, each once.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules() => ModuleTree.Modules(this);

    /// <summary>All parameters with their dotted names, each once even where modules share it. Names are written into
    /// <see cref="State.Name"/>.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        foreach (var (name, state) in ModuleTree.DistinctSlots(this))
            if (state is Parameter parameter) yield return (name, parameter);
    }

    /// <summary>All buffers (states that are not trained, such as running means) with their dotted names, each once.</summary>
    public IEnumerable<(string Name, State Buffer)> NamedBuffers()
    {
        foreach (var (name, state) in ModuleTree.DistinctSlots(this))
            if (state is not Parameter) yield return (name, state);
    }

    /// <summary>All random streams (of dropout, say) with their dotted names, each once. They are no part of the state
    /// dict, which holds what PyTorch's holds; a checkpoint of the trainer has them.</summary>
    public IEnumerable<(string Name, RandomStream Stream)> NamedRandomStreams() => ModuleTree.Distinct<RandomStream>(this);

    /// <summary>All parameters, each once.</summary>
    public IReadOnlyList<Parameter> Parameters() => [.. NamedParameters().Select(entry => entry.Parameter)];

    /// <summary>All buffers, each once.</summary>
    public IReadOnlyList<State> Buffers() => [.. NamedBuffers().Select(entry => entry.Buffer)];

    /// <summary>Number of trained values, shared ones counted once.</summary>
    public long ParameterCount => NamedParameters().Sum(entry => entry.Parameter.Shape.ElementCount);

    /// <summary>The values of all parameters and buffers under PyTorch's names.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() =>
        ModuleTree.Slots(this).ToDictionary(entry => entry.Name, entry => entry.Slot.Value);

    /// <summary>Takes the values of a state dict, cast to the present element types.</summary>
    /// <param name="values">Tensors by name.</param>
    /// <param name="strict">False allows names that are missing on either side; a shape that differs is always refused.</param>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ: all of them are listed, and nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> values, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(values);
        StateDicts.Load(GetType().Name, [.. ModuleTree.Slots(this)], values, strict);
    }

    /// <summary>The members of this module that hold state: a name relative to it and a <see cref="State"/>, a
    /// <see cref="RandomStream"/> or a module. The default finds them by reflection.</summary>
    protected internal virtual IEnumerable<(string Name, object Value)> Members() => ModuleMembers.Of(this);

    /// <summary>A name for tables: the type and its sizes, as in <c>Linear(784, 128)</c>.</summary>
    public override string ToString() => GetType().Name;

    internal void SetTraining(bool training) => IsTraining = training;
}

namespace CudaNet.Nn;

/// <summary>The name of a module's member in the state dict, where the rule (the member's name in snake case) does not
/// give the wanted one. An empty name gives the elements of a list the module's own level.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class StateNameAttribute(string name) : Attribute
{
    /// <summary>The name; may be empty.</summary>
    public string Name { get; } = name;
}

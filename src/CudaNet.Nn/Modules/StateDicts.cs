namespace CudaNet.Nn;

/// <summary>Puts a dictionary of tensors into slots, whole or not at all.</summary>
internal static class StateDicts
{
    public static void Load(string owner, IReadOnlyList<(string Name, State Slot)> slots, IReadOnlyDictionary<string, Tensor> values, bool strict) =>
        State.AssignAll(Check(owner, slots, values, strict));

    /// <summary>What is to be assigned; raises all that does not fit.</summary>
    public static IReadOnlyList<(State Slot, Tensor Value)> Check(string owner, IReadOnlyList<(string Name, State Slot)> slots, IReadOnlyDictionary<string, Tensor> values, bool strict = true)
    {
        List<string> missing = [], mismatched = [];
        var assignments = new List<(State Slot, Tensor Value)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, slot) in slots)
        {
            known.Add(name);
            if (!values.TryGetValue(name, out var value)) missing.Add(name);
            else if (value.Shape != slot.Shape) mismatched.Add($"{name} ({value.Shape} given, {slot.Shape} needed)");
            else assignments.Add((slot, value.To(slot.DType)));
        }
        var unexpected = values.Keys.Where(name => !known.Contains(name)).ToList();
        if (!strict) (missing, unexpected) = ([], []);
        if (missing.Count + unexpected.Count + mismatched.Count > 0) throw new StateDictException(owner, missing, unexpected, mismatched);
        return assignments;
    }
}

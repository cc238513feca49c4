using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>The modifiers of an instruction: each is taken once, and what is left at the end is unknown.</summary>
internal sealed class Mods(PtxInstruction instruction)
{
    private readonly List<string> _left = [.. instruction.Modifiers];

    public bool Take(string name) => _left.Remove(name);

    /// <summary>Takes whichever of the names is there; empty when none is.</summary>
    public string TakeAny(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (_left.Remove(name)) return name;
        return "";
    }

    public string Require(params ReadOnlySpan<string> names)
    {
        string found = TakeAny(names);
        if (found.Length == 0) throw Unknown($"'{instruction.FullOpcode}' needs one of .{string.Join(", .", names.ToArray())}");
        return found;
    }

    /// <summary>The next type.</summary>
    public PtxType Type()
    {
        for (int i = 0; i < _left.Count; i++)
        {
            if (!PtxTypes.TryParse(_left[i], out var type)) continue;
            _left.RemoveAt(i);
            return type;
        }

        throw Unknown($"'{instruction.FullOpcode}' has no type");
    }

    public PtxType Type(params ReadOnlySpan<PtxType> allowed)
    {
        var type = Type();
        return allowed.Contains(type) ? type : throw Unsupported(type);
    }

    public bool HasType()
    {
        foreach (string name in _left)
            if (PtxTypes.TryParse(name, out _)) return true;
        return false;
    }

    public int Rounding() => TakeAny("rn", "rz", "rm", "rp") switch { "rz" => Mode.Zero, "rm" => Mode.Down, "rp" => Mode.Up, _ => Mode.Nearest };

    public int Flag(string name, int bit) => Take(name) ? bit : 0;

    public PtxException Unsupported(PtxType type) => Unknown($"'{instruction.Opcode}' does not take the type .{type.Name()}");

    public PtxException Unknown(string reason) => instruction.Error(PtxErrorKind.UnknownModifier, reason + ".");

    public void End()
    {
        if (_left.Count > 0) throw Unknown($"The modifier '.{_left[0]}' is not known for '{instruction.Opcode}'");
    }
}

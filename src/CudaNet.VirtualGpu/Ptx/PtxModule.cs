namespace CudaNet.VirtualGpu.Ptx;

/// <summary>A parsed PTX text.</summary>
internal sealed class PtxModule
{
    public int Version { get; set; }

    public string Target { get; set; } = "";

    public Scope Globals { get; } = new(null);

    public List<PtxVariable> Variables { get; } = [];

    public Dictionary<string, PtxFunction> Functions { get; } = [];

    /// <summary>Functions in the order of their first declaration: their numbers are their addresses.</summary>
    public List<PtxFunction> OrderedFunctions { get; private set; } = [];

    public Dictionary<string, int> FunctionIndices { get; } = [];

    public void NumberFunctions()
    {
        OrderedFunctions = [.. Functions.Values];
        for (int i = 0; i < OrderedFunctions.Count; i++) FunctionIndices[OrderedFunctions[i].Name] = i;
    }

    public Dictionary<int, string> Files { get; } = [];
}

/// <summary>One element of an initialiser: a number, or the address of a symbol.</summary>
internal readonly record struct PtxInitial(ulong Bits, TokenKind Kind, string? Symbol, int Line);

internal sealed class PtxVariable
{
    public required string Name { get; init; }

    public required Space Space { get; init; }

    public required PtxType Type { get; init; }

    public required int Align { get; init; }

    public required long Bytes { get; init; }

    public required int Line { get; init; }

    /// <summary>An array without a size: the dynamic shared memory.</summary>
    public bool IsDynamic { get; init; }

    public List<PtxInitial>? Initial { get; set; }

    /// <summary>Where the variable lies: an offset in its space, or the address in global memory. Set when loaded.</summary>
    public long Address { get; set; } = -1;
}

/// <summary>A block of the text: names of an outer block can be hidden by an inner one.</summary>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, PtxVariable>? _variables;
    private Dictionary<string, PtxType>? _registers;
    private Dictionary<string, (PtxType Type, long Count)>? _ranges;
    private Dictionary<string, int>? _labels;
    private Dictionary<string, PtxTable>? _tables;

    public Scope? Parent => parent;

    public bool Add(PtxVariable variable) => (_variables ??= []).TryAdd(variable.Name, variable);

    public bool AddRegister(string name, PtxType type) => (_registers ??= []).TryAdd(name, type);

    public bool AddRange(string prefix, PtxType type, long count) => (_ranges ??= []).TryAdd(prefix, (type, count));

    public bool AddLabel(string name, int index) => (_labels ??= []).TryAdd(name, index);

    public bool AddTable(string name, PtxTable table) => (_tables ??= []).TryAdd(name, table);

    public PtxVariable? Variable(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._variables is not null && scope._variables.TryGetValue(name, out var variable)) return variable;
        return null;
    }

    public int Label(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._labels is not null && scope._labels.TryGetValue(name, out int index)) return index;
        return -1;
    }

    public PtxTable? Table(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._tables is not null && scope._tables.TryGetValue(name, out var table)) return table;
        return null;
    }

    /// <summary>The scope that declares a register, and its type.</summary>
    public (Scope Owner, PtxType Type)? Register(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope.Declared(name) is { } type) return (scope, type);
        return null;
    }

    private PtxType? Declared(string name)
    {
        if (_registers is not null && _registers.TryGetValue(name, out var type)) return type;
        if (_ranges is null) return null;
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        for (; digits < name.Length; digits++)
        {
            // %r12 may be number 12 of %r<20>, or number 2 of %r1<3>.
            if (_ranges.TryGetValue(name[..digits], out var range) && long.TryParse(name.AsSpan(digits), out long index) && index < range.Count
                && (name[digits] != '0' || digits == name.Length - 1))
                return range.Type;
        }

        return null;
    }
}

/// <summary>A list behind a label: targets of an indexed branch or call, or the prototype of an indirect call.</summary>
internal sealed record PtxTable(string Kind, List<string> Names, List<PtxVariable> Returns, List<PtxVariable> Parameters);

internal sealed class PtxFunction
{
    public required string Name { get; init; }

    public required bool IsEntry { get; init; }

    public required int Line { get; init; }

    public required Scope Scope { get; init; }

    public List<PtxVariable> Parameters { get; init; } = [];

    public List<PtxVariable> Returns { get; init; } = [];

    /// <summary>Variables declared inside the body, in inner blocks too.</summary>
    public List<PtxVariable> Variables { get; } = [];

    public List<PtxInstruction>? Body { get; set; }

    public int[]? MaxThreads { get; set; }

    public int[]? RequiredThreads { get; set; }

    public int MaxRegisters { get; set; }
}

internal sealed class PtxInstruction
{
    public required string Opcode { get; init; }

    public required string[] Modifiers { get; init; }

    public required PtxOperand[] Operands { get; init; }

    public required Scope Scope { get; init; }

    public required int Line { get; init; }

    public string? Guard { get; init; }

    public bool GuardNegated { get; init; }

    public int File { get; init; }

    public int SourceLine { get; init; }

    public required string Text { get; init; }

    public string FullOpcode => Modifiers.Length == 0 ? Opcode : Opcode + "." + string.Join('.', Modifiers);

    public PtxException Error(PtxErrorKind kind, string reason) => new(kind, reason, Line, Text);
}

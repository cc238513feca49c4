using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>Decodes one function. This part resolves operands; the others decode the classes of instructions.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private readonly KernelCompiler _kernel;
    private readonly PtxFunction _function;
    private readonly Dictionary<(ulong Bits, int Size), int> _constantIds = [];
    private readonly Dictionary<PtxVariable, int> _localOffsets = [];
    private readonly Dictionary<(Scope, string), int> _known = [];
    private PtxInstruction _at = null!;
    private Mods _mods = null!;

    public FunctionCompiler(KernelCompiler kernel, PtxFunction function, FunctionCode code)
    {
        _kernel = kernel;
        _function = function;
        Code = code;
        LayOutLocals();
    }

    public FunctionCode Code { get; }

    public PtxFunction Source => _function;

    public List<Emitted> Emitted { get; } = [];

    /// <summary>Types of the registers in use.</summary>
    public List<PtxType> Registers { get; } = [];

    /// <summary>Constants: their bits and size, or the special value that fills them.</summary>
    public List<(ulong Bits, int Size, SpecialKind? Special)> Constants { get; } = [];

    /// <summary>For each instruction of the body, the first emitted one.</summary>
    public int[] Starts { get; private set; } = [];

    private void LayOutLocals()
    {
        long offset = 0;
        long Place(PtxVariable variable)
        {
            offset = (offset + variable.Align - 1) & -variable.Align;
            long at = offset;
            _localOffsets[variable] = (int)at;
            offset += variable.Bytes;
            if (offset > 512 << 10) throw new PtxException(PtxErrorKind.Limit, $"'{_function.Name}' needs more than 512 KiB of local memory for a thread.", variable.Line, variable.Name);
            return at;
        }

        if (!_function.IsEntry)
        {
            if (_function.Returns.Count > 1) throw new PtxException(PtxErrorKind.Limit, "a function has one result at most.", _function.Line, _function.Name);
            foreach (var result in _function.Returns) Place(result);
            Code.ReturnBytes = (int)offset;
            Code.ParameterOffsets = [.. _function.Parameters.Select(parameter => (int)Place(parameter))];
            Code.ParameterBytes = [.. _function.Parameters.Select(parameter => (int)parameter.Bytes)];
        }

        foreach (var variable in _function.Variables)
            if (variable.Space is Space.Local or Space.CallParam) Place(variable);
        Code.LocalBytes = (int)((offset + 15) & ~15);
    }

    public void Decode()
    {
        var body = _function.Body!;
        Starts = new int[body.Count + 1];
        for (int i = 0; i < body.Count; i++)
        {
            Starts[i] = Emitted.Count;
            _at = body[i];
            _mods = new Mods(_at);
            int first = Emitted.Count;
            DecodeOne();
            _mods.End();
            if (_at.Guard is null) continue;
            var guard = Predicate(_at.Guard, RefKind.Use);
            for (int e = first; e < Emitted.Count; e++)
            {
                Emitted[e].Guard = guard;
                Emitted[e].GuardNegated = _at.GuardNegated;
            }
        }

        // A body may end without ret; a label may stand at its very end.
        Starts[body.Count] = Emitted.Count;
        _at = new PtxInstruction { Opcode = "ret", Modifiers = [], Operands = [], Scope = _function.Scope, Line = body.Count > 0 ? body[^1].Line : _function.Line, Text = "end of the function" };
        _mods = new Mods(_at);
        var end = Emit(H(&Ops.ControlOps.Return), InstructionClass.Control);
        end.Ends = true;
    }

    private static nint H(delegate*<Warp, Insn*, void> handler) => (nint)handler;

    private Emitted Emit(nint run, InstructionClass kind, int flops = 0)
    {
        var emitted = new Emitted { Source = _at, Run = run, Class = kind, Flops = flops };
        Emitted.Add(emitted);
        return emitted;
    }

    private PtxException Bad(string reason) => _at.Error(PtxErrorKind.Operand, reason + ".");

    private PtxException UnknownInstruction() => _at.Error(PtxErrorKind.UnknownInstruction, $"The instruction '{_at.FullOpcode}' is not known.");

    private void Operands(int count)
    {
        if (_at.Operands.Length != count) throw Bad($"'{_at.FullOpcode}' has {_at.Operands.Length} operands, not {count}");
    }

    private PtxOperand Operand(int index) =>
        index < _at.Operands.Length ? _at.Operands[index] : throw Bad($"'{_at.FullOpcode}' lacks operand {index + 1}");

    private static string NameOf(PtxOperand operand) => operand.Component.Length == 0 ? operand.Name : operand.Name + "." + operand.Component;

    private int Lookup(PtxOperand operand) => Lookup(NameOf(operand));

    /// <summary>The number of a register, in a list that grows with those in use; −1 when it is not declared.</summary>
    private int Lookup(string name)
    {
        if (_known.TryGetValue((_at.Scope, name), out int id)) return id;
        id = -1;
        if (_at.Scope.Register(name) is { } found && !_known.TryGetValue((found.Owner, name), out id))
        {
            id = Registers.Count;
            Registers.Add(found.Type);
            _known[(found.Owner, name)] = id;
        }

        _known[(_at.Scope, name)] = id;
        return id;
    }

    private Ref Register(PtxOperand operand, int size, RefKind kind)
    {
        if (operand.Kind != OperandKind.Name || operand.Offset != 0) throw Bad("a register is expected");
        int id = Lookup(operand);
        if (id < 0) throw _at.Error(PtxErrorKind.Symbol, $"The register '{NameOf(operand)}' is not declared.");
        var type = Registers[id];
        if (type == PtxType.Pred || type.Size() != size)
            throw Bad($"the register '{NameOf(operand)}' is .{type.Name()}, {size * 8} bits are needed");
        return new Ref(kind, id);
    }

    private Ref Predicate(string name, RefKind kind)
    {
        int id = Lookup(name);
        if (id < 0) throw _at.Error(PtxErrorKind.Symbol, $"The predicate '{name}' is not declared.");
        return Registers[id] == PtxType.Pred ? new Ref(kind, id) : throw Bad($"'{name}' is not a predicate");
    }

    private Ref PredicateOut(PtxOperand operand)
    {
        if (operand.IsSink) return Ref.None;
        return operand.Kind == OperandKind.Name ? Predicate(operand.Name, RefKind.Define) : throw Bad("a predicate is expected");
    }

    private Ref PredicateIn(int index, out bool negated)
    {
        var operand = Operand(index);
        negated = operand.Negated;
        if (operand.Kind == OperandKind.Integer) return Constant(operand.Bits != 0 ? uint.MaxValue : 0, 4);
        return operand.Kind == OperandKind.Name ? Predicate(operand.Name, RefKind.Use) : throw Bad("a predicate is expected");
    }

    private Ref Out(int index, PtxType type) => Register(Operand(index), type.Size(), RefKind.Define);

    /// <summary>A destination that may be missing: '_'.</summary>
    private Ref OutOrSink(int index, PtxType type) => Operand(index).IsSink ? Ref.None : Out(index, type);

    private Ref In(int index, PtxType type) => In(Operand(index), type);

    private Ref In(PtxOperand operand, PtxType type)
    {
        int size = Math.Max(type.Size(), 2);
        switch (operand.Kind)
        {
            case OperandKind.Integer or OperandKind.Single or OperandKind.Double:
                return Constant(ImmediateBits(operand, type), size);
            case OperandKind.Name when Special(operand) is { } special:
                if (special.Size != size && !(size == 2 && special.Size == 4)) throw Bad($"'{NameOf(operand)}' has {special.Size * 8} bits, {size * 8} are needed");
                return special.Ref;
            case OperandKind.Name:
                return Register(operand, size, RefKind.Use);
            default:
                throw Bad("a register or a constant is expected");
        }
    }

    private ulong ImmediateBits(PtxOperand operand, PtxType type)
    {
        double real = operand.Kind switch
        {
            OperandKind.Single => BitConverter.UInt32BitsToSingle((uint)operand.Bits),
            OperandKind.Double => BitConverter.UInt64BitsToDouble(operand.Bits),
            _ => (long)operand.Bits,
        };
        if (operand.Kind == OperandKind.Integer)
        {
            if (type == PtxType.F32) return BitConverter.SingleToUInt32Bits((float)real);
            if (type == PtxType.F64) return BitConverter.DoubleToUInt64Bits(real);
            return operand.Bits;
        }

        return type.Size() switch
        {
            8 => operand.Kind == OperandKind.Double ? operand.Bits : BitConverter.DoubleToUInt64Bits(real),
            4 => operand.Kind == OperandKind.Single ? operand.Bits : BitConverter.SingleToUInt32Bits((float)real),
            _ => throw Bad("a constant of f32 or f64 does not fit a register of 16 bits"),
        };
    }

    private Ref Constant(ulong bits, int size)
    {
        if (size < 8) bits &= size == 2 ? 0xFFFFu : 0xFFFFFFFF;
        int slot = size == 8 ? 8 : 4;
        if (!_constantIds.TryGetValue((bits, slot), out int id))
        {
            id = Constants.Count;
            Constants.Add((bits, slot, null));
            _constantIds[(bits, slot)] = id;
        }

        return new Ref(RefKind.Constant, id);
    }

    private Ref SpecialSlot(SpecialKind kind, int size = 4)
    {
        int id = Constants.FindIndex(constant => constant.Special == kind);
        if (id < 0)
        {
            id = Constants.Count;
            Constants.Add((0, size, kind));
        }

        return new Ref(RefKind.Constant, id);
    }

    /// <summary>A special register that does not change while a thread runs.</summary>
    private (Ref Ref, int Size)? Special(PtxOperand operand)
    {
        if (operand.Name.Length < 2 || (operand.Name[0] != '%' && operand.Name != "WARP_SZ")) return null;
        SpecialKind? kind = NameOf(operand) switch
        {
            "%tid.x" => SpecialKind.TidX,
            "%tid.y" => SpecialKind.TidY,
            "%tid.z" => SpecialKind.TidZ,
            "%ntid.x" => SpecialKind.NtidX,
            "%ntid.y" => SpecialKind.NtidY,
            "%ntid.z" => SpecialKind.NtidZ,
            "%ctaid.x" => SpecialKind.CtaidX,
            "%ctaid.y" => SpecialKind.CtaidY,
            "%ctaid.z" => SpecialKind.CtaidZ,
            "%nctaid.x" => SpecialKind.NctaidX,
            "%nctaid.y" => SpecialKind.NctaidY,
            "%nctaid.z" => SpecialKind.NctaidZ,
            "%laneid" => SpecialKind.LaneId,
            "%warpid" => SpecialKind.WarpId,
            "%nwarpid" => SpecialKind.WarpCount,
            "%smid" => SpecialKind.SmId,
            "%nsmid" => SpecialKind.SmCount,
            "%lanemask_eq" => SpecialKind.LaneMaskEq,
            "%lanemask_le" => SpecialKind.LaneMaskLe,
            "%lanemask_lt" => SpecialKind.LaneMaskLt,
            "%lanemask_ge" => SpecialKind.LaneMaskGe,
            "%lanemask_gt" => SpecialKind.LaneMaskGt,
            "%dynamic_smem_size" => SpecialKind.DynamicShared,
            "%total_smem_size" => SpecialKind.TotalShared,
            _ => null,
        };
        if (kind is { } found) return (SpecialSlot(found), 4);
        if (operand.Name == "%gridid") return (SpecialSlot(SpecialKind.GridId, 8), 8);
        if (operand.Name == "WARP_SZ") return (Constant(32, 4), 4);
        return null;
    }

    private PtxVariable? Variable(string name) => _at.Scope.Variable(name);

    /// <summary>Offset of a local variable, an argument or a result in the frame of this function.</summary>
    private int LocalOffset(PtxVariable variable) =>
        _localOffsets.TryGetValue(variable, out int offset) ? offset : throw _at.Error(PtxErrorKind.Symbol, $"The variable '{variable.Name}' does not belong to this function.");

    /// <summary>Sets base, offset and width of an address, and gives its space when the base is a variable.</summary>
    private Space Address(Emitted e, int index, Space space)
    {
        var (reference, offset, narrow, found) = ResolveAddress(Operand(index), space);
        e.A = reference;
        e.Imm = offset;
        if (narrow) e.Aux |= Access.Address32;
        return found;
    }

    private (Ref Base, long Offset, bool Narrow, Space Space) ResolveAddress(PtxOperand operand, Space space)
    {
        if (operand.Kind != OperandKind.Address) throw Bad("an address in brackets is expected");
        if (operand.Name.Length == 0) return (Constant(0, 8), operand.Offset, false, space);
        int id = Lookup(operand);
        if (id >= 0)
        {
            var type = Registers[id];
            if (type == PtxType.Pred || type.Size() < 4) throw Bad($"the register '{operand.Name}' cannot hold an address");
            return (new Ref(RefKind.Use, id), operand.Offset, type.Size() == 4, space == Space.Param && !_function.IsEntry ? Space.CallParam : space);
        }

        if (Variable(operand.Name) is not { } variable) throw _at.Error(PtxErrorKind.Symbol, $"The symbol '{operand.Name}' is not declared.");
        if (space != Space.Generic && space != variable.Space && !(space == Space.Param && variable.Space == Space.CallParam))
            throw Bad($"the variable '{operand.Name}' is in .{variable.Space.ToString().ToLowerInvariant()}, not in .{space.ToString().ToLowerInvariant()}");
        return variable.Space switch
        {
            Space.Local or Space.CallParam => (SpecialSlot(SpecialKind.LocalBase, 8), LocalOffset(variable) + operand.Offset, false, variable.Space),
            _ => (Constant(0, 8), _kernel.AddressOf(variable, _at) + operand.Offset, false, variable.Space),
        };
    }

    private void Guarded(PtxType type, params ReadOnlySpan<PtxType> allowed)
    {
        if (!allowed.Contains(type)) throw _mods.Unsupported(type);
    }
}

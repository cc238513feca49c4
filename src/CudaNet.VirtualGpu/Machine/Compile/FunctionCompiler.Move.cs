using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private static nint CopyHandler(int size) => size switch
    {
        8 => H(&Lanes.Vector1<ulong, IntegerOps.VCopy<ulong>>),
        4 => H(&Lanes.Vector1<uint, IntegerOps.VCopy<uint>>),
        _ => H(&Lanes.Unary<ushort, IntegerOps.Copy<ushort>>),
    };

    private void DecodeMove()
    {
        var type = _mods.Type();
        Operands(2);
        var target = Operand(0);
        var source = Operand(1);
        if (type == PtxType.Pred)
        {
            var p = Emit(H(&CompareOps.Predicates), InstructionClass.Move);
            p.D = PredicateOut(target);
            p.A = p.B = PredicateIn(1, out bool negated);
            p.Aux = negated ? 1 : 0;
            p.Mode = 4;
            return;
        }

        if (type.Size() is < 2 or > 8) throw _mods.Unsupported(type);
        if (source.Kind == OperandKind.Vector || target.Kind == OperandKind.Vector)
        {
            DecodePack(target, source, type);
            return;
        }

        if (source.Kind == OperandKind.Name && DecodeClock(source, type)) return;
        if (source.Kind == OperandKind.Name && Special(source) is null && Lookup(source) < 0)
        {
            DecodeAddressOf(source, type);
            return;
        }

        var e = Emit(CopyHandler(type.Size()), InstructionClass.Move);
        e.D = Out(0, type);
        e.A = In(1, type);
    }

    private bool DecodeClock(PtxOperand source, PtxType type)
    {
        int mode = source.Name switch { "%clock" => 0, "%clock_hi" => 1, "%clock64" => 2, "%globaltimer" => 3, "%globaltimer_lo" => 4, "%globaltimer_hi" => 5, _ => -1 };
        if (mode < 0) return false;
        int size = mode is 2 or 3 ? 8 : 4;
        if (type.Size() != size) throw Bad($"'{source.Name}' has {size * 8} bits");
        var e = Emit(H(&WarpOps.ReadClock), InstructionClass.Move);
        e.D = Out(0, type);
        e.Mode = mode;
        return true;
    }

    /// <summary>mov of a variable's or a function's address.</summary>
    private void DecodeAddressOf(PtxOperand source, PtxType type)
    {
        if (type.Size() < 4) throw Bad($"an address does not fit into .{type.Name()}");
        if (Variable(source.Name) is { } variable)
        {
            if (variable.Space is Space.Local or Space.CallParam)
            {
                var e = Emit(H(&MemoryOps.ConvertAddress), InstructionClass.Move);
                e.D = Out(0, type);
                e.A = SpecialSlot(SpecialKind.LocalBase, 8);
                e.Imm = LocalOffset(variable) + source.Offset;
                e.Mode = type.Size() == 4 ? 2 : 0;
                return;
            }

            EmitConstant((ulong)(_kernel.AddressOf(variable, _at) + source.Offset), type);
            return;
        }

        int index = _kernel.FunctionIndex(source.Name);
        if (index < 0) throw _at.Error(PtxErrorKind.Symbol, $"The name '{NameOf(source)}' is not declared.");
        EmitConstant(AddressMap.FunctionWindow + ((ulong)index * 16), type);
    }

    private void EmitConstant(ulong bits, PtxType type)
    {
        var e = Emit(CopyHandler(type.Size()), InstructionClass.Move);
        e.D = Out(0, type);
        e.A = Constant(bits, type.Size());
    }

    private void DecodePack(PtxOperand target, PtxOperand source, PtxType type)
    {
        bool pack = source.Kind == OperandKind.Vector;
        if (pack && target.Kind == OperandKind.Vector) throw Bad("only one side of mov is a vector");
        var items = (pack ? source : target).Items;
        int bits = type.Size() * 8;
        if (items.Length is not (2 or 4) || bits / items.Length < 16) throw Bad($"{items.Length} elements do not make {bits} bits");
        int part = bits / items.Length;
        var partType = part == 32 ? PtxType.B32 : PtxType.B16;
        var e = Emit(pack ? H(&MemoryOps.Pack) : H(&MemoryOps.Unpack), InstructionClass.Move);
        e.Mode = part;
        e.Aux = bits > 32 ? 64 : 32;
        if (pack)
        {
            e.D = Out(0, type);
            e.List = [.. items.Select(item => In(item, partType))];
        }
        else
        {
            e.A = In(1, type);
            e.List = [.. items.Select(item => item.IsSink ? Ref.None : Register(item, part / 8, RefKind.Define))];
        }
    }

    private void DecodeConvertAddress()
    {
        bool to = _mods.Take("to");
        var space = TakeSpace(required: true);
        var type = _mods.Type(PtxType.U32, PtxType.U64);
        Operands(2);
        long window = space switch
        {
            Space.Shared => (long)AddressMap.SharedWindow,
            Space.Local => (long)AddressMap.LocalWindow,
            Space.Param => _function.IsEntry ? (long)AddressMap.ParamWindow : (long)AddressMap.LocalWindow,
            _ => 0,
        };
        var source = Operand(1);
        if (source.Kind == OperandKind.Name && Lookup(source) < 0 && Variable(source.Name) is not null)
        {
            // The address of a variable, converted in one go.
            DecodeAddressOf(source, type);
            var own = Emitted[^1];
            if (window == 0) return;
            var add = Emit(H(&MemoryOps.ConvertAddress), InstructionClass.Move);
            add.D = own.D;
            add.A = new Ref(RefKind.Use, own.D.Id);
            add.Imm = to ? -window : window;
            return;
        }

        if (window == 0)
        {
            var copy = Emit(CopyHandler(type.Size()), InstructionClass.Move);
            copy.D = Out(0, type);
            copy.A = In(1, type);
            return;
        }

        if (type != PtxType.U64) throw _mods.Unsupported(type);
        var e = Emit(H(&MemoryOps.ConvertAddress), InstructionClass.Move);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.Imm = to ? -window : window;
    }

    private void DecodeIsSpace()
    {
        var space = TakeSpace(required: true);
        Operands(2);
        var e = Emit(H(&MemoryOps.IsSpace), InstructionClass.Compare);
        e.D = PredicateOut(Operand(0));
        e.A = In(1, PtxType.U64);
        e.Mode = (int)space;
    }

    private void DecodeConvert()
    {
        if (_mods.Take("pack"))
        {
            DecodePackIntegers();
            return;
        }

        string rounding = _mods.TakeAny("rni", "rzi", "rmi", "rpi", "rn", "rz", "rm", "rp", "rna");
        int mode = rounding switch
        {
            "rz" or "rzi" => Mode.Zero,
            "rm" or "rmi" => Mode.Down,
            "rp" or "rpi" => Mode.Up,
            "rna" => Mode.NearestAway,
            _ => Mode.Nearest,
        };
        bool toInteger = rounding.EndsWith('i');
        mode |= _mods.Flag("ftz", Mode.Ftz) | _mods.Flag("sat", Mode.Saturate) | _mods.Flag("relu", Mode.Relu) | _mods.Flag("satfinite", Mode.SaturateFinite);
        var to = _mods.Type();
        var from = _mods.Type();
        if (IsPacked(to))
        {
            if (from != PtxType.F32 || toInteger || (mode & (Mode.Saturate | Mode.SaturateFinite)) != 0) throw _mods.Unsupported(from);
            Operands(3);
            var pack = Emit(H(&ConvertOps.PackSingles), InstructionClass.Convert);
            pack.D = Out(0, to);
            pack.A = In(1, PtxType.F32);
            pack.B = In(2, PtxType.F32);
            pack.Mode = mode | BrainBit(to);
            return;
        }

        if (to is PtxType.Pred or PtxType.B128 || from is PtxType.Pred or PtxType.B128 or PtxType.TF32 || IsPacked(from)) throw _mods.Unsupported(to);
        if (to.Name()[0] == 'b' && !to.IsFloat()) throw _mods.Unsupported(to);
        if (from.Name()[0] == 'b' && !from.IsFloat()) throw _mods.Unsupported(from);
        if ((mode & Mode.SaturateFinite) != 0) throw _mods.Unknown(".satfinite is for 8-bit floats, which are not supported");
        if (to == PtxType.TF32 && (from != PtxType.F32 || rounding.Length == 0)) throw _mods.Unknown("tf32 is made of f32 with a rounding");
        if (toInteger && !from.IsFloat()) throw _mods.Unknown("an integer is not rounded to an integer");
        if (from.IsFloat() && !to.IsFloat() && !toInteger) throw _mods.Unknown("f32 to an integer needs .rni, .rzi, .rmi or .rpi");
        if (toInteger && to.IsFloat())
        {
            if (to != from) throw _mods.Unknown("rounding to an integer keeps the type");
            mode |= Mode.ToInteger;
        }

        Operands(2);
        var (source, sourceSize) = ConvertOperand(1, from, RefKind.Use);
        var (target, targetSize) = ConvertOperand(0, to, RefKind.Define);
        bool plain = mode == 0 && (sourceSize == 8) == (from.Size() == 8) && (targetSize == 8) == (to.Size() == 8) && targetSize == Math.Max(to.Size(), 2);
        nint run = plain ? ConvertHandler(from, to) : 0;
        var e = Emit(run != 0 ? run : H(&ConvertOps.General), InstructionClass.Convert);
        e.D = target;
        e.A = source;
        if (run != 0) return;
        e.Mode = mode;
        e.Count = targetSize;
        e.Aux = (int)from | ((int)to << 8) | (sourceSize == 8 ? ConvertOps.WideSource : 0) | (targetSize == 8 ? ConvertOps.WideTarget : 0);
    }

    /// <summary>An operand of cvt, ld or st, whose register may be wider than the type.</summary>
    private (Ref Ref, int Size) ConvertOperand(int index, PtxType type, RefKind kind) => WideOperand(Operand(index), type, kind);

    private (Ref Ref, int Size) WideOperand(PtxOperand operand, PtxType type, RefKind kind)
    {
        int id = operand.Kind == OperandKind.Name ? Lookup(operand) : -1;
        if (id < 0)
        {
            if (kind == RefKind.Define) throw _at.Error(PtxErrorKind.Symbol, $"The register '{NameOf(operand)}' is not declared.");
            return (In(operand, type), Math.Max(type.Size(), 2));
        }

        int size = Registers[id].Size();
        if (Registers[id] == PtxType.Pred || size < type.Size() || operand.Offset != 0)
            throw Bad($"the register '{NameOf(operand)}' is .{Registers[id].Name()}, too small for .{type.Name()}");
        return (new Ref(kind, id), Math.Max(size, 2));
    }

    private static nint ConvertHandler(PtxType from, PtxType to) => from switch
    {
        PtxType.U8 => ConvertFrom<byte>(to),
        PtxType.S8 => ConvertFrom<sbyte>(to),
        PtxType.U16 => ConvertFrom<ushort>(to),
        PtxType.S16 => ConvertFrom<short>(to),
        PtxType.U32 => ConvertFrom<uint>(to),
        PtxType.S32 => ConvertFrom<int>(to),
        PtxType.U64 => ConvertFrom<ulong>(to),
        PtxType.S64 => ConvertFrom<long>(to),
        PtxType.F16 when to == PtxType.F32 => H(&Lanes.Convert<ushort, float, ConvertOps.HalfToSingle>),
        PtxType.F32 when to == PtxType.F64 => H(&Lanes.Convert<float, double, ConvertOps.SingleToDouble>),
        _ => 0,
    };

    private static nint ConvertFrom<T>(PtxType to)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => to switch
        {
            PtxType.U16 => H(&Lanes.Convert<T, ushort, ConvertOps.Integer<T, ushort>>),
            PtxType.S16 => H(&Lanes.Convert<T, short, ConvertOps.Integer<T, short>>),
            PtxType.U32 => H(&Lanes.Convert<T, uint, ConvertOps.Integer<T, uint>>),
            PtxType.S32 => H(&Lanes.Convert<T, int, ConvertOps.Integer<T, int>>),
            PtxType.U64 => H(&Lanes.Convert<T, ulong, ConvertOps.Integer<T, ulong>>),
            PtxType.S64 => H(&Lanes.Convert<T, long, ConvertOps.Integer<T, long>>),
            PtxType.F32 => H(&Lanes.Convert<T, float, ConvertOps.Float<T>>),
            PtxType.F64 => H(&Lanes.Convert<T, double, ConvertOps.Float<T>>),
            _ => 0,
        };

    private void DecodePackIntegers()
    {
        if (!_mods.Take("sat")) throw _mods.Unknown("cvt.pack is .sat");
        string name = _mods.Require("u16", "s16", "u8", "s8");
        _mods.Type(PtxType.S32);
        bool three = _mods.Take("b32");
        bool bytes = name.EndsWith('8');
        if (bytes && !three) throw _mods.Unknown("cvt.pack to bytes has a third operand of .b32");
        Operands(three ? 4 : 3);
        var e = Emit(H(&ConvertOps.PackIntegers), InstructionClass.Convert);
        e.D = Out(0, PtxType.B32);
        e.A = In(1, PtxType.S32);
        e.B = In(2, PtxType.S32);
        e.C = three ? In(3, PtxType.B32) : Constant(0, 4);
        PtxTypes.TryParse(name, out var to);
        e.Aux = (int)to;
        e.Count = bytes ? 8 : 16;
    }
}

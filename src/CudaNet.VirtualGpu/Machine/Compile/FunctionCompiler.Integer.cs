using System.Numerics;
using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Ptx;
using static CudaNet.VirtualGpu.Machine.Ops.IntegerOps;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private const InstructionClass IntegerClass = InstructionClass.Integer;

    private void Unary(nint run, PtxType type, InstructionClass kind, int mode = 0, int flops = 0)
    {
        Operands(2);
        var e = Emit(run, kind, flops);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.Mode = mode;
    }

    private void Binary(nint run, PtxType type, InstructionClass kind, int mode = 0, int flops = 0)
    {
        Operands(3);
        var e = Emit(run, kind, flops);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = In(2, type);
        e.Mode = mode;
    }

    private void Ternary(nint run, PtxType type, InstructionClass kind, int mode = 0, int flops = 0)
    {
        Operands(4);
        var e = Emit(run, kind, flops);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = In(2, type);
        e.C = In(3, type);
        e.Mode = mode;
    }

    private static nint IntegerHandler<T>(string op)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => op switch
        {
            "add" => H(&Lanes.Binary<T, Add<T>>),
            "sub" => H(&Lanes.Binary<T, Sub<T>>),
            "mul.lo" => H(&Lanes.Binary<T, Mul<T>>),
            "mul.hi" => H(&Lanes.Binary<T, MulHi<T>>),
            "mad.lo" => H(&Lanes.Ternary<T, Mad<T>>),
            "mad.hi" => H(&Lanes.Ternary<T, MadHi<T>>),
            "mul24.lo" => H(&Lanes.Binary<T, Mul24Lo<T>>),
            "mul24.hi" => H(&Lanes.Binary<T, Mul24Hi<T>>),
            "mad24.lo" => H(&Lanes.Ternary<T, Mad24Lo<T>>),
            "mad24.hi" => H(&Lanes.Ternary<T, Mad24Hi<T>>),
            "div" => H(&Lanes.Binary<T, Div<T>>),
            "rem" => H(&Lanes.Binary<T, Rem<T>>),
            "neg" => H(&Lanes.Unary<T, Neg<T>>),
            "abs" => H(&Lanes.Unary<T, Abs<T>>),
            "min" => H(&Lanes.Binary<T, Min<T>>),
            "max" => H(&Lanes.Binary<T, Max<T>>),
            "sad" => H(&Lanes.Ternary<T, Sad<T>>),
            "and" => H(&Lanes.Binary<T, And<T>>),
            "or" => H(&Lanes.Binary<T, Or<T>>),
            "xor" => H(&Lanes.Binary<T, Xor<T>>),
            "not" => H(&Lanes.Unary<T, Not<T>>),
            "cnot" => H(&Lanes.Unary<T, CNot<T>>),
            "shl" => H(&BitOps.ShiftLeft<T>),
            "shr" => H(&BitOps.ShiftRight<T>),
            "bfe" => H(&BitOps.BitFieldExtract<T>),
            "bfi" => H(&BitOps.BitFieldInsert<T>),
            "bfind" => H(&BitOps.FindTop<T>),
            "clz" => H(&Lanes.Convert<T, uint, BitOps.LeadingZeros<T>>),
            _ => H(&Lanes.Convert<T, uint, BitOps.PopCount<T>>),
        };

    /// <summary>Whole vectors at once, for what is common.</summary>
    private static nint VectorHandler<T>(string op)
        where T : unmanaged => op switch
        {
            "add" => H(&Lanes.Vector2<T, VAdd<T>>),
            "sub" => H(&Lanes.Vector2<T, VSub<T>>),
            "mul.lo" => H(&Lanes.Vector2<T, VMul<T>>),
            "mad.lo" => H(&Lanes.Vector3<T, VMad<T>>),
            "and" => H(&Lanes.Vector2<T, VAnd<T>>),
            "or" => H(&Lanes.Vector2<T, VOr<T>>),
            "xor" => H(&Lanes.Vector2<T, VXor<T>>),
            "min" => H(&Lanes.Vector2<T, VMin<T>>),
            "max" => H(&Lanes.Vector2<T, VMax<T>>),
            _ => 0,
        };

    private nint IntegerHandler(string op, PtxType type)
    {
        nint vector = type switch
        {
            PtxType.U32 or PtxType.B32 => VectorHandler<uint>(op),
            PtxType.S32 => VectorHandler<int>(op),
            PtxType.U64 or PtxType.B64 => VectorHandler<ulong>(op),
            PtxType.S64 => VectorHandler<long>(op),
            _ => 0,
        };
        if (vector != 0) return vector;
        if (type == PtxType.U64 && op == "mul.hi") return H(&Lanes.Binary<ulong, MulHiUnsigned64>);
        if (type == PtxType.U64 && op == "mad.hi") return H(&Lanes.Ternary<ulong, MadHiUnsigned64>);
        return type switch
        {
            PtxType.U16 or PtxType.B16 => IntegerHandler<ushort>(op),
            PtxType.S16 => IntegerHandler<short>(op),
            PtxType.U32 or PtxType.B32 => IntegerHandler<uint>(op),
            PtxType.S32 => IntegerHandler<int>(op),
            PtxType.U64 or PtxType.B64 => IntegerHandler<ulong>(op),
            PtxType.S64 => IntegerHandler<long>(op),
            _ => throw _mods.Unsupported(type),
        };
    }

    private static bool IsArithmetic(PtxType type) => type is PtxType.U16 or PtxType.S16 or PtxType.U32 or PtxType.S32 or PtxType.U64 or PtxType.S64;

    private void DecodeAddSub(string op)
    {
        if (_mods.Take("cc"))
        {
            DecodeCarry(op == "add" ? CarryOps.CarryOut : CarryOps.CarryOut | CarryOps.Subtract);
            return;
        }

        bool saturate = _mods.Take("sat");
        int rounding = _mods.Rounding(), ftz = _mods.Flag("ftz", Mode.Ftz);
        var type = _mods.Type();
        if (type.IsFloat())
        {
            DecodeFloatBinary(op, type, rounding | ftz | (saturate ? Mode.Saturate : 0));
            return;
        }

        if (!IsArithmetic(type) || rounding != 0 || ftz != 0) throw _mods.Unsupported(type);
        if (!saturate) Binary(IntegerHandler(op, type), type, IntegerClass);
        else if (type == PtxType.S32) Binary(op == "add" ? H(&Lanes.Binary<int, AddSaturate>) : H(&Lanes.Binary<int, SubSaturate>), type, IntegerClass);
        else throw _mods.Unknown("Only s32 saturates");
    }

    private void DecodeCarry(int mode)
    {
        if (_mods.Take("cc")) mode |= CarryOps.CarryOut;
        var type = _mods.Type(PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64, PtxType.B32, PtxType.B64);
        Binary(type.Size() == 8 ? H(&CarryOps.Run<ulong>) : H(&CarryOps.Run<uint>), type, IntegerClass, mode);
    }

    private void DecodeMul()
    {
        int rounding = _mods.Rounding(), ftz = _mods.Flag("ftz", Mode.Ftz), sat = _mods.Flag("sat", Mode.Saturate);
        string half = _mods.TakeAny("lo", "hi", "wide");
        var type = _mods.Type();
        if (type.IsFloat())
        {
            if (half.Length > 0) throw _mods.Unsupported(type);
            DecodeFloatBinary("mul", type, rounding | ftz | sat);
            return;
        }

        if (!IsArithmetic(type) || half.Length == 0 || rounding != 0 || ftz != 0 || sat != 0) throw _mods.Unsupported(type);
        if (half != "wide")
        {
            Binary(IntegerHandler("mul." + half, type), type, IntegerClass);
            return;
        }

        Operands(3);
        var (run, wide) = WideHandler(type);
        var e = Emit(run, IntegerClass);
        e.D = Out(0, wide);
        e.A = In(1, type);
        e.B = In(2, type);
    }

    private (nint Run, PtxType Wide) WideHandler(PtxType type) => type switch
    {
        PtxType.U16 => (H(&CarryOps.Wide<ushort, uint>), PtxType.U32),
        PtxType.S16 => (H(&CarryOps.Wide<short, int>), PtxType.S32),
        PtxType.U32 => (H(&CarryOps.Wide<uint, ulong>), PtxType.U64),
        PtxType.S32 => (H(&CarryOps.Wide<int, long>), PtxType.S64),
        _ => throw _mods.Unsupported(type),
    };

    private void DecodeMad(bool carryIn)
    {
        int rounding = _mods.Rounding(), ftz = _mods.Flag("ftz", Mode.Ftz);
        bool saturate = _mods.Take("sat"), carryOut = _mods.Take("cc");
        string half = _mods.TakeAny("lo", "hi", "wide");
        var type = _mods.Type();
        if (type is PtxType.F32 or PtxType.F64 && half.Length == 0 && !carryIn && !carryOut)
        {
            DecodeFma(type, rounding | ftz | (saturate ? Mode.Saturate : 0));
            return;
        }

        if (!IsArithmetic(type) || half.Length == 0) throw _mods.Unsupported(type);
        if (carryIn || carryOut)
        {
            if (half == "wide" || type.Size() < 4) throw _mods.Unsupported(type);
            int mode = (carryIn ? CarryOps.CarryIn : 0) | (carryOut ? CarryOps.CarryOut : 0) | (half == "hi" ? CarryOps.ProductHigh : CarryOps.ProductLow)
                | (type.IsSigned() ? CarryOps.SignedProduct : 0);
            Ternary(type.Size() == 8 ? H(&CarryOps.Run<ulong>) : H(&CarryOps.Run<uint>), type, IntegerClass, mode);
            return;
        }

        if (half != "wide")
        {
            if (saturate && (half != "hi" || type != PtxType.S32)) throw _mods.Unknown("Only mad.hi.sat.s32 saturates");
            Ternary(saturate ? H(&Lanes.Ternary<int, MadHiSaturate>) : IntegerHandler("mad." + half, type), type, IntegerClass);
            return;
        }

        Operands(4);
        var (run, wide) = WideHandler(type);
        var e = Emit(run, IntegerClass);
        e.D = Out(0, wide);
        e.A = In(1, type);
        e.B = In(2, type);
        e.C = In(3, wide);
    }

    private void Decode24(string op)
    {
        string half = _mods.Require("lo", "hi");
        bool saturate = _mods.Take("sat");
        var type = _mods.Type(PtxType.U32, PtxType.S32);
        if (op == "mul24")
        {
            if (saturate) throw _mods.Unknown("mul24 does not saturate");
            Binary(IntegerHandler("mul24." + half, type), type, IntegerClass);
            return;
        }

        if (saturate && (half != "hi" || type != PtxType.S32)) throw _mods.Unknown("Only mad24.hi.sat.s32 saturates");
        Ternary(saturate ? H(&Lanes.Ternary<int, Mad24HiSaturate>) : IntegerHandler("mad24." + half, type), type, IntegerClass);
    }

    private void DecodeShift(string op)
    {
        var type = _mods.Type();
        if (type.IsFloat() || type.Size() is < 2 or > 8 || (op == "shl" && type is not (PtxType.B16 or PtxType.B32 or PtxType.B64))) throw _mods.Unsupported(type);
        Operands(3);
        var e = Emit(IntegerHandler(op, type), IntegerClass);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = In(2, PtxType.U32);
    }

    private void DecodeLogic(string op)
    {
        var type = _mods.Type(PtxType.Pred, PtxType.B16, PtxType.B32, PtxType.B64);
        bool unary = op is "not" or "cnot";
        if (type != PtxType.Pred)
        {
            if (unary) Unary(IntegerHandler(op, type), type, IntegerClass);
            else Binary(IntegerHandler(op, type), type, IntegerClass);
            return;
        }

        if (op == "cnot") throw _mods.Unsupported(type);
        Operands(unary ? 2 : 3);
        var e = Emit(H(&CompareOps.Predicates), InstructionClass.Compare);
        e.D = PredicateOut(Operand(0));
        e.A = PredicateIn(1, out bool first);
        bool second = false;
        e.B = unary ? e.A : PredicateIn(2, out second);
        e.Aux = (first ? 1 : 0) | (second ? 2 : 0);
        e.Mode = op switch { "and" => 0, "or" => 1, "xor" => 2, _ => 3 };
    }

    private void DecodeBitField(string op)
    {
        bool insert = op == "bfi";
        var type = insert ? _mods.Type(PtxType.B32, PtxType.B64) : _mods.Type(PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64);
        Operands(insert ? 5 : 4);
        var e = Emit(IntegerHandler(op, type), IntegerClass);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = insert ? In(2, type) : In(2, PtxType.U32);
        e.C = In(3, PtxType.U32);
        if (insert) e.E = In(4, PtxType.U32);
    }

    /// <summary>bfind, clz, popc: 32 bits come out whatever goes in.</summary>
    private void DecodeCount(string op)
    {
        bool shiftAmount = op == "bfind" && _mods.Take("shiftamt");
        var type = op == "bfind" ? _mods.Type(PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64) : _mods.Type(PtxType.B32, PtxType.B64);
        Operands(2);
        var e = Emit(IntegerHandler(op, type), IntegerClass);
        e.D = Out(0, PtxType.U32);
        e.A = In(1, type);
        e.Mode = shiftAmount ? 1 : 0;
    }

    private void DecodeFindNth()
    {
        _mods.Type(PtxType.B32);
        Ternary(H(&Lanes.Ternary<uint, BitOps.FindNth>), PtxType.B32, IntegerClass);
    }

    private void DecodeReverse()
    {
        var type = _mods.Type(PtxType.B32, PtxType.B64);
        Unary(type == PtxType.B64 ? H(&Lanes.Unary<ulong, BitOps.Reverse64>) : H(&Lanes.Unary<uint, BitOps.Reverse32>), type, IntegerClass);
    }

    private void DecodeDot(bool halves)
    {
        int mode = 0;
        if (halves) mode = _mods.Require("lo", "hi") == "hi" ? 4 | 8 : 4;
        var first = _mods.Type(PtxType.U32, PtxType.S32);
        var second = _mods.Type(PtxType.U32, PtxType.S32);
        mode |= (first == PtxType.S32 ? 1 : 0) | (second == PtxType.S32 ? 2 : 0);
        Ternary(H(&BitOps.Dot), PtxType.B32, IntegerClass, mode);
    }

    private void DecodeLop3()
    {
        _mods.Type(PtxType.B32);
        Operands(5);
        var table = Operand(4);
        if (table.Kind != OperandKind.Integer || table.Bits > 255) throw Bad("the table of lop3 is a constant of 8 bits");
        var e = Emit(H(&BitOps.Lop3), IntegerClass);
        e.D = Out(0, PtxType.B32);
        e.A = In(1, PtxType.B32);
        e.B = In(2, PtxType.B32);
        e.C = In(3, PtxType.B32);
        e.Mode = (int)table.Bits;
    }

    private void DecodeFunnel()
    {
        int mode = _mods.Require("l", "r") == "r" ? 1 : 0;
        if (_mods.Require("clamp", "wrap") == "clamp") mode |= 2;
        _mods.Type(PtxType.B32);
        Ternary(H(&BitOps.Funnel), PtxType.B32, IntegerClass, mode);
    }

    private void DecodePermute()
    {
        _mods.Type(PtxType.B32);
        int mode = _mods.TakeAny("f4e", "b4e", "rc8", "ecl", "ecr", "rc16") switch { "f4e" => 1, "b4e" => 2, "rc8" => 3, "ecl" => 4, "ecr" => 5, "rc16" => 6, _ => 0 };
        Ternary(H(&BitOps.Permute), PtxType.B32, IntegerClass, mode);
    }

    private void DecodeIntegerOrFloat(string op)
    {
        int ftz = _mods.Flag("ftz", Mode.Ftz);
        int mode = ftz | _mods.Flag("NaN", Mode.NaN) | _mods.Flag("xorsign", Mode.XorSign);
        if ((mode & Mode.XorSign) != 0)
        {
            if (!_mods.Take("abs")) throw _mods.Unknown("xorsign goes with abs");
            mode |= Mode.Absolute;
        }

        var type = _mods.Type();
        if (type.IsFloat())
        {
            DecodeFloatSimple(op, type, mode);
            return;
        }

        if (mode != 0 || !IsArithmetic(type) || (op is "neg" or "abs" && !type.IsSigned())) throw _mods.Unsupported(type);
        if (op is "neg" or "abs") Unary(IntegerHandler(op, type), type, IntegerClass);
        else Binary(IntegerHandler(op, type), type, IntegerClass);
    }
}

using System.Numerics;
using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private static readonly string[] CacheHints =
        ["ca", "cg", "cs", "lu", "cv", "wb", "wt", "nc", "L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate",
         "L2::64B", "L2::128B", "L2::256B", "L2::evict_last", "L2::evict_normal", "L2::evict_first"];

    private Space TakeSpace(bool required = false)
    {
        string name = _mods.TakeAny("global", "shared::cta", "shared", "local", "const", "param::entry", "param::func", "param");
        if (required && name.Length == 0) throw _mods.Unknown($"'{_at.FullOpcode}' has no state space");
        return name switch
        {
            "global" => Space.Global,
            "shared" or "shared::cta" => Space.Shared,
            "local" => Space.Local,
            "const" => Space.Const,
            "param" or "param::entry" or "param::func" => Space.Param,
            _ => Space.Generic,
        };
    }

    private static InstructionClass ClassOf(Space space) => space switch
    {
        Space.Shared => InstructionClass.Shared,
        Space.Local or Space.CallParam => InstructionClass.Local,
        Space.Const or Space.Param => InstructionClass.Constant,
        _ => InstructionClass.Global,
    };

    private void TakeHints()
    {
        while (_mods.TakeAny(CacheHints).Length > 0)
        {
        }
    }

    private bool TakeOrdering()
    {
        bool strong = _mods.TakeAny("volatile", "relaxed", "acquire", "release", "acq_rel", "mmio").Length > 0;
        _mods.Take("weak");
        _mods.TakeAny("cta", "cluster", "gpu", "sys");
        return strong;
    }

    private void DecodeLoadStore(bool load)
    {
        bool strong = TakeOrdering();
        TakeHints();
        var space = TakeSpace();
        int count = _mods.TakeAny("v2", "v4", "v8") switch { "v2" => 2, "v4" => 4, "v8" => throw _mods.Unknown(".v8 is not supported"), _ => 1 };
        var type = _mods.Type();
        if (type is PtxType.Pred or PtxType.B128 || type.Size() * count > 16) throw _mods.Unsupported(type);
        Operands(2);
        var items = VectorItems(Operand(load ? 0 : 1), count);
        var refs = new Ref[count];
        int registerSize = 0;
        for (int v = 0; v < count; v++)
        {
            if (load && items[v].IsSink) continue;
            var (reference, size) = WideOperand(items[v], type, load ? RefKind.Define : RefKind.Use);
            if (registerSize != 0 && size != registerSize) throw Bad("the registers of a vector have different sizes");
            registerSize = size;
            refs[v] = reference;
        }

        if (registerSize == 0) registerSize = Math.Max(type.Size(), 2);
        int address = load ? 1 : 0;
        var (register, offset, narrow, found) = ResolveAddress(Operand(address), space);
        if (found == Space.Param && !_function.IsEntry && register.Kind == RefKind.Use) found = Space.CallParam;
        if (!load && found is Space.Param or Space.Const) throw Bad("constants and kernel parameters are not written");
        bool fixedParameter = found == Space.Param && register.Kind == RefKind.Constant;
        if (fixedParameter && (offset < 0 || offset + (type.Size() * count) > _kernel.ParameterBytes || Array.Exists(refs, item => item.Kind == RefKind.None)))
            throw Bad($"{type.Size() * count} bytes at offset {offset} lie outside of the kernel's {_kernel.ParameterBytes} bytes of parameters");
        var e = Emit(fixedParameter ? Handler(type, registerSize, 2) : Handler(type, registerSize, load ? 0 : 1), ClassOf(found));
        e.A = register;
        e.Imm = offset;
        e.Aux = (narrow ? Access.Address32 : 0) | (strong ? MemoryOps.Strong : 0);
        e.Mode = (int)found;
        e.List = refs;
    }

    private PtxOperand[] VectorItems(PtxOperand operand, int count)
    {
        if (operand.Kind == OperandKind.Vector)
            return operand.Items.Length == count ? operand.Items : throw Bad($"the vector has {operand.Items.Length} elements, not {count}");
        if (count == 1) return [operand];

        // The name of a vector register stands for its components.
        var items = new PtxOperand[count];
        for (int v = 0; v < count; v++) items[v] = new PtxOperand { Kind = OperandKind.Name, Name = operand.Name, Component = "xyzw"[v].ToString() };
        return items;
    }

    private nint Handler(PtxType type, int registerSize, int what) => type switch
    {
        PtxType.U8 or PtxType.B8 => Handler<byte>(registerSize, what),
        PtxType.S8 => what == 1 ? Handler<byte>(registerSize, what) : Handler<sbyte>(registerSize, what),
        PtxType.S16 => what == 1 ? Handler<ushort>(registerSize, what) : Handler<short>(registerSize, what),
        PtxType.S32 => what == 1 ? Handler<uint>(registerSize, what) : Handler<int>(registerSize, what),
        _ => type.Size() switch { 2 => Handler<ushort>(registerSize, what), 4 => Handler<uint>(registerSize, what), _ => Handler<ulong>(registerSize, what) },
    };

    private static nint Handler<T>(int registerSize, int what)
        where T : unmanaged, IBinaryInteger<T> => (registerSize, what) switch
        {
            (2, 0) => H(&MemoryOps.Load<T, ushort>),
            (4, 0) => H(&MemoryOps.Load<T, uint>),
            (_, 0) => H(&MemoryOps.Load<T, ulong>),
            (2, 1) => H(&MemoryOps.Store<T, ushort>),
            (4, 1) => H(&MemoryOps.Store<T, uint>),
            (_, 1) => H(&MemoryOps.Store<T, ulong>),
            (2, _) => H(&MemoryOps.LoadParameter<T, ushort>),
            (4, _) => H(&MemoryOps.LoadParameter<T, uint>),
            _ => H(&MemoryOps.LoadParameter<T, ulong>),
        };

    private void DecodePrefetch()
    {
        _mods.TakeAny("global", "local", "const", "param", "tensormap");
        _mods.TakeAny("L1", "L2", "L2::evict_last", "L2::evict_normal");
        Operands(1);
        ResolveAddress(Operand(0), Space.Generic);
        Emit(H(&WarpOps.Nothing), InstructionClass.Global);
    }

    private void DecodeAtomic(bool returns)
    {
        _mods.TakeAny("relaxed", "acquire", "release", "acq_rel");
        _mods.TakeAny("cta", "cluster", "gpu", "sys");
        TakeHints();
        var space = TakeSpace();
        string op = _mods.Require("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec");
        _mods.Take("noftz");
        var type = _mods.Type();
        bool cas = op == "cas";
        if (!returns && op is "exch" or "cas") throw _mods.Unknown($"red does not know .{op}");
        nint run = AtomicHandler(op, type);
        if (run == 0) throw _mods.Unsupported(type);
        Operands((returns ? 3 : 2) + (cas ? 1 : 0));
        int address = returns ? 1 : 0;
        var e = Emit(run, InstructionClass.Atomic, type.IsFloat() ? FlopsOf(type) : 0);
        if (returns) e.D = OutOrSink(0, type);
        space = Address(e, address, space);
        if (space is Space.Param or Space.Const or Space.CallParam) throw Bad("an atomic operation needs global or shared memory");
        e.Mode = (int)space;
        e.B = In(address + 1, type);
        if (cas) e.C = In(address + 2, type);
        if (BrainBit(type) != 0) e.Aux |= AtomicOps.Brain;
    }

    private static nint AtomicHandler(string op, PtxType type) => (op, type) switch
    {
        ("add", PtxType.F32) => H(&AtomicOps.Run<uint, AtomicOps.AddSingle>),
        ("add", PtxType.F64) => H(&AtomicOps.Run<ulong, AtomicOps.AddDouble>),
        ("add", PtxType.F16 or PtxType.BF16) => H(&AtomicOps.Run<ushort, AtomicOps.AddHalf>),
        ("add", PtxType.F16x2 or PtxType.BF16x2) => H(&AtomicOps.Run<uint, AtomicOps.AddHalf2>),
        ("inc", PtxType.U32) => H(&AtomicOps.Run<uint, AtomicOps.Inc>),
        ("dec", PtxType.U32) => H(&AtomicOps.Run<uint, AtomicOps.Dec>),
        ("exch" or "cas", PtxType.B16) => op == "cas" ? H(&AtomicOps.Run<ushort, AtomicOps.Cas<ushort>>) : 0,
        (_, PtxType.U32) => NumberAtomic<uint>(op),
        (_, PtxType.S32) => NumberAtomic<int>(op),
        (_, PtxType.U64) => NumberAtomic<ulong>(op),
        (_, PtxType.S64) => NumberAtomic<long>(op),
        (_, PtxType.B32) => BitAtomic<uint>(op),
        (_, PtxType.B64) => BitAtomic<ulong>(op),
        _ => 0,
    };

    private static nint NumberAtomic<T>(string op)
        where T : unmanaged, IBinaryInteger<T> => op switch
        {
            "add" => H(&AtomicOps.Run<T, AtomicOps.Add<T>>),
            "min" => H(&AtomicOps.Run<T, AtomicOps.Min<T>>),
            "max" => H(&AtomicOps.Run<T, AtomicOps.Max<T>>),
            _ => BitAtomic<T>(op),
        };

    private static nint BitAtomic<T>(string op)
        where T : unmanaged, IBinaryInteger<T> => op switch
        {
            "and" => H(&AtomicOps.Run<T, AtomicOps.And<T>>),
            "or" => H(&AtomicOps.Run<T, AtomicOps.Or<T>>),
            "xor" => H(&AtomicOps.Run<T, AtomicOps.Xor<T>>),
            "exch" => H(&AtomicOps.Run<T, AtomicOps.Exch<T>>),
            "cas" => H(&AtomicOps.Run<T, AtomicOps.Cas<T>>),
            _ => 0,
        };

    private void DecodeCopyAsync()
    {
        if (_mods.Take("commit_group"))
        {
            Operands(0);
            Emit(H(&AsyncOps.Commit), InstructionClass.AsyncCopy);
            return;
        }

        if (_mods.Take("wait_all"))
        {
            Operands(0);
            Emit(H(&AsyncOps.Wait), InstructionClass.AsyncCopy).Mode = -1;
            return;
        }

        if (_mods.Take("wait_group"))
        {
            Operands(1);
            if (Operand(0).Kind != OperandKind.Integer || Operand(0).Bits > int.MaxValue) throw Bad("wait_group takes a constant");
            Emit(H(&AsyncOps.Wait), InstructionClass.AsyncCopy).Mode = (int)Operand(0).Bits;
            return;
        }

        if (_mods.Take("mbarrier"))
        {
            _mods.Require("arrive");
            bool noIncrement = _mods.Take("noinc");
            DecodeMbarrierAt(0, noIncrement ? AsyncOps.ArriveAfterCopiesNoIncrement : AsyncOps.ArriveAfterCopies);
            return;
        }

        string cache = _mods.Require("ca", "cg");
        _mods.Require("shared", "shared::cta");
        _mods.Require("global");
        TakeHints();
        if (_at.Operands.Length is not (3 or 4)) throw Bad("cp.async has 3 or 4 operands");
        if (Operand(2).Kind != OperandKind.Integer || Operand(2).Bits is not (4 or 8 or 16)) throw Bad("cp.async copies 4, 8 or 16 bytes");
        int size = (int)Operand(2).Bits;
        if (cache == "cg" && size != 16) throw Bad("cp.async.cg copies 16 bytes");
        var e = Emit(H(&AsyncOps.Copy), InstructionClass.AsyncCopy);
        Address(e, 0, Space.Shared);
        var (source, offset, narrow, _) = ResolveAddress(Operand(1), Space.Global);
        if (offset is < int.MinValue or > int.MaxValue) throw Bad("the offset has more than 32 bits");
        e.B = source;
        e.E = new Ref(RefKind.Literal, (int)offset);
        if (narrow) e.Aux |= 8;
        if (_at.Operands.Length == 4) e.C = In(3, PtxType.U32);
        e.Mode = size;
    }

    private void DecodeMbarrierAt(int operand, int what)
    {
        var space = TakeSpace();
        _mods.Type(PtxType.B64);
        Operands(operand + 1);
        var e = Emit(H(&AsyncOps.Mbarrier), InstructionClass.Barrier);
        e.Mode = (int)Address(e, operand, space);
        e.Target = what;
    }

    private void DecodeMbarrier()
    {
        string what = _mods.Require("init", "inval", "arrive", "arrive_drop", "test_wait", "try_wait", "pending_count");
        bool parity = what is "test_wait" or "try_wait" && _mods.Take("parity");
        _mods.Take("noComplete");
        _mods.TakeAny("acquire", "release", "relaxed");
        _mods.TakeAny("cta", "cluster");
        if (what == "pending_count")
        {
            _mods.Type(PtxType.B64);
            Operands(2);
            var count = Emit(H(&AsyncOps.PendingCount), InstructionClass.Barrier);
            count.D = Out(0, PtxType.U32);
            count.A = In(1, PtxType.B64);
            return;
        }

        var space = TakeSpace();
        _mods.Type(PtxType.B64);
        bool hasResult = what is not ("init" or "inval");
        int address = hasResult ? 1 : 0;
        int most = what switch { "inval" => 1, "init" => 2, "try_wait" => 4, _ => 3 };
        if (_at.Operands.Length > most) throw Bad($"'{_at.FullOpcode}' has too many operands");
        var e = Emit(H(&AsyncOps.Mbarrier), InstructionClass.Barrier);
        e.Mode = (int)Address(e, address, space);
        switch (what)
        {
            case "init":
                e.B = In(1, PtxType.U32);
                e.Target = AsyncOps.Init;
                break;
            case "inval":
                e.Target = AsyncOps.Invalidate;
                break;
            case "test_wait" or "try_wait":
                e.D = PredicateOut(Operand(0));
                e.B = In(2, parity ? PtxType.U32 : PtxType.B64);
                e.Target = parity ? AsyncOps.TestParity : AsyncOps.TestState;
                break;
            default:
                e.D = OutOrSink(0, PtxType.B64);
                if (_at.Operands.Length == 3) e.B = In(2, PtxType.U32);
                e.Target = what == "arrive" ? AsyncOps.Arrive : AsyncOps.ArriveDrop;
                break;
        }
    }
}

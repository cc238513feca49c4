using CudaNet.Cpu.Simd;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <content>Ops of two arguments.</content>
internal static unsafe partial class OperatorTable
{
    /// <summary>a·b + c rounded once; null for integers, which gain nothing.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> MultiplyAdd(Lane lane, Form form) =>
        (delegate*<void*, void*, void*, void*, nint, void>)(lane switch
        {
            Lane.Single => Ternary<float, MultiplyAddOperator<float>>(form),
            Lane.Double => Ternary<double, MultiplyAddOperator<double>>(form),
            _ => 0,
        });

    private static void AddBinary()
    {
        // Bool has no carry: its sum is the logical or, its product the logical and.
        Add<Add>(1, static (type, lane, form) => type == DType.Bool ? Binary<byte, OrOperator<byte>>(form) : lane switch
        {
            Lane.Byte => Binary<byte, AddOperator<byte>>(form),
            Lane.Int32 => Binary<int, AddOperator<int>>(form),
            Lane.Int64 => Binary<long, AddOperator<long>>(form),
            Lane.Single => Binary<float, AddOperator<float>>(form),
            _ => Binary<double, AddOperator<double>>(form),
        });
        Add<Mul>(1, static (type, lane, form) => type == DType.Bool ? Binary<byte, AndOperator<byte>>(form) : lane switch
        {
            Lane.Byte => Binary<byte, MulOperator<byte>>(form),
            Lane.Int32 => Binary<int, MulOperator<int>>(form),
            Lane.Int64 => Binary<long, MulOperator<long>>(form),
            Lane.Single => Binary<float, MulOperator<float>>(form),
            _ => Binary<double, MulOperator<double>>(form),
        });
        Add<Sub>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, SubOperator<byte>>(form),
            Lane.Int32 => Binary<int, SubOperator<int>>(form),
            Lane.Int64 => Binary<long, SubOperator<long>>(form),
            Lane.Single => Binary<float, SubOperator<float>>(form),
            _ => Binary<double, SubOperator<double>>(form),
        });
        Add<Maximum>(1.5, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, MaxOperator<byte>>(form),
            Lane.Int32 => Binary<int, MaxOperator<int>>(form),
            Lane.Int64 => Binary<long, MaxOperator<long>>(form),
            Lane.Single => Binary<float, MaxOperator<float>>(form),
            _ => Binary<double, MaxOperator<double>>(form),
        });
        Add<Minimum>(1.5, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, MinOperator<byte>>(form),
            Lane.Int32 => Binary<int, MinOperator<int>>(form),
            Lane.Int64 => Binary<long, MinOperator<long>>(form),
            Lane.Single => Binary<float, MinOperator<float>>(form),
            _ => Binary<double, MinOperator<double>>(form),
        });
        Add<Remainder>(20, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, RemainderOperator<byte>>(form),
            Lane.Int32 => Binary<int, RemainderOperator<int>>(form),
            Lane.Int64 => Binary<long, RemainderOperator<long>>(form),
            Lane.Single => Binary<float, RemainderOperator<float>>(form),
            _ => Binary<double, RemainderOperator<double>>(form),
        });
        Add<Fmod>(20, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, FmodOperator<byte>>(form),
            Lane.Int32 => Binary<int, FmodOperator<int>>(form),
            Lane.Int64 => Binary<long, FmodOperator<long>>(form),
            Lane.Single => Binary<float, FmodOperator<float>>(form),
            _ => Binary<double, FmodOperator<double>>(form),
        });
        Add<FloorDivide>(20, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, FloorDivOperator<byte>>(form),
            Lane.Int32 => Binary<int, FloorDivOperator<int>>(form),
            Lane.Int64 => Binary<long, FloorDivOperator<long>>(form),
            Lane.Single => Binary<float, FloorDivOperator<float>>(form),
            _ => Binary<double, FloorDivOperator<double>>(form),
        });
        Add<Div>(3, static (_, lane, form) => lane switch
        {
            Lane.Single => Binary<float, DivOperator<float>>(form),
            Lane.Double => Binary<double, DivOperator<double>>(form),
            _ => 0,
        });
        Add<Atan2>(40, static (_, lane, form) => lane switch
        {
            Lane.Single => Binary<float, Atan2Operator>(form),
            Lane.Double => Binary<double, Atan2Operator>(form),
            _ => 0,
        });
        Add<Pow>(20, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, IntegerPowOperator<byte>>(form),
            Lane.Int32 => Binary<int, IntegerPowOperator<int>>(form),
            Lane.Int64 => Binary<long, IntegerPowOperator<long>>(form),
            Lane.Single => Binary<float, PowOperator>(form),
            _ => Binary<double, PowOperator>(form),
        });
        Add<LogicalAnd>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, AndOperator<byte>>(form),
            Lane.Int32 => Binary<int, AndOperator<int>>(form),
            Lane.Int64 => Binary<long, AndOperator<long>>(form),
            _ => 0,
        });
        Add<LogicalOr>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, OrOperator<byte>>(form),
            Lane.Int32 => Binary<int, OrOperator<int>>(form),
            Lane.Int64 => Binary<long, OrOperator<long>>(form),
            _ => 0,
        });
        Add<LogicalXor>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Binary<byte, XorOperator<byte>>(form),
            Lane.Int32 => Binary<int, XorOperator<int>>(form),
            Lane.Int64 => Binary<long, XorOperator<long>>(form),
            _ => 0,
        });
    }

    private static void AddRelations()
    {
        Add<Equal>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Compare<byte, EqualOperator<byte>>(form),
            Lane.Int32 => Compare<int, EqualOperator<int>>(form),
            Lane.Int64 => Compare<long, EqualOperator<long>>(form),
            Lane.Single => Compare<float, EqualOperator<float>>(form),
            _ => Compare<double, EqualOperator<double>>(form),
        });
        Add<NotEqual>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Compare<byte, NotEqualOperator<byte>>(form),
            Lane.Int32 => Compare<int, NotEqualOperator<int>>(form),
            Lane.Int64 => Compare<long, NotEqualOperator<long>>(form),
            Lane.Single => Compare<float, NotEqualOperator<float>>(form),
            _ => Compare<double, NotEqualOperator<double>>(form),
        });
        Add<Less>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Compare<byte, LessOperator<byte>>(form),
            Lane.Int32 => Compare<int, LessOperator<int>>(form),
            Lane.Int64 => Compare<long, LessOperator<long>>(form),
            Lane.Single => Compare<float, LessOperator<float>>(form),
            _ => Compare<double, LessOperator<double>>(form),
        });
        Add<LessEqual>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Compare<byte, LessOrEqualOperator<byte>>(form),
            Lane.Int32 => Compare<int, LessOrEqualOperator<int>>(form),
            Lane.Int64 => Compare<long, LessOrEqualOperator<long>>(form),
            Lane.Single => Compare<float, LessOrEqualOperator<float>>(form),
            _ => Compare<double, LessOrEqualOperator<double>>(form),
        });
        Add<Greater>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Compare<byte, GreaterOperator<byte>>(form),
            Lane.Int32 => Compare<int, GreaterOperator<int>>(form),
            Lane.Int64 => Compare<long, GreaterOperator<long>>(form),
            Lane.Single => Compare<float, GreaterOperator<float>>(form),
            _ => Compare<double, GreaterOperator<double>>(form),
        });
        Add<GreaterEqual>(1, static (_, lane, form) => lane switch
        {
            Lane.Byte => Compare<byte, GreaterOrEqualOperator<byte>>(form),
            Lane.Int32 => Compare<int, GreaterOrEqualOperator<int>>(form),
            Lane.Int64 => Compare<long, GreaterOrEqualOperator<long>>(form),
            Lane.Single => Compare<float, GreaterOrEqualOperator<float>>(form),
            _ => Compare<double, GreaterOrEqualOperator<double>>(form),
        });
    }
}

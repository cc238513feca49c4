using CudaNet.Cpu.Simd;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <summary>Which operands of an operation are one repeated value instead of a block.</summary>
internal enum Form : byte
{
    /// <summary>All are blocks.</summary>
    Blocks,

    /// <summary>The last one is repeated.</summary>
    LastRepeated,

    /// <summary>The first one of two, or the middle one of three, is repeated.</summary>
    FirstRepeated,

    /// <summary>Of three, the last two are repeated.</summary>
    BothRepeated,
}

/// <summary>
/// From ops to loops: for each op, compute type and form, a pointer to the loop that runs it over a block. Nothing is
/// instantiated before a program asks for it. All loops have one signature, <c>(a, b, c, result, n)</c>; what an
/// operation does not have is ignored.
/// </summary>
internal static unsafe partial class OperatorTable
{
    private static readonly Dictionary<Type, Entry> Entries = [];

    static OperatorTable()
    {
        AddUnary();
        AddBinary();
        AddRelations();
        Add<Where>(0.6, static (_, lane, form) => lane.Size() switch
        {
            1 => Select<byte>(form),
            4 => Select<int>(form),
            _ => Select<long>(form),
        });
    }

    private delegate nint Resolver(DType type, Lane lane, Form form);

    /// <summary>True if there is a loop for the op.</summary>
    public static bool Knows(Type op) => Entries.ContainsKey(op);

    /// <summary>What an op costs an element, where an addition costs 1: decides how much work is worth a thread.</summary>
    public static double CostOf(Op op) => Entries.TryGetValue(op.GetType(), out var entry) ? entry.Cost : 1;

    /// <summary>The loop of an op.</summary>
    /// <param name="op">The op.</param>
    /// <param name="type">Type of its (last) argument.</param>
    /// <param name="form">Which arguments are repeated.</param>
    public static delegate*<void*, void*, void*, void*, nint, void> Find(Op op, DType type, Form form)
    {
        var found = Entries.TryGetValue(op.GetType(), out var entry) ? entry.Resolve(type, LaneTypes.Of(type), form) : 0;
        return found != 0
            ? (delegate*<void*, void*, void*, void*, nint, void>)found
            : throw new DeviceException($"{op.Name}: the CPU has no kernel for {type.ShortName()}. Convert with .To(DType.Float32) first.");
    }

    private static void Add<TOp>(double cost, Resolver resolve) where TOp : Op => Entries.Add(typeof(TOp), new(cost, resolve));

    private static nint Unary<T, TOp>() where T : unmanaged where TOp : struct, IUnaryOperator<T> =>
        (nint)(delegate*<void*, void*, void*, void*, nint, void>)&UnaryLoop<T, TOp>;

    private static nint Binary<T, TOp>(Form form) where T : unmanaged where TOp : struct, IBinaryOperator<T> => (nint)(form switch
    {
        Form.Blocks => (delegate*<void*, void*, void*, void*, nint, void>)&BinaryLoop<T, TOp, DenseSource<T>, DenseSource<T>>,
        Form.LastRepeated => &BinaryLoop<T, TOp, DenseSource<T>, RepeatedSource<T>>,
        _ => &BinaryLoop<T, TOp, RepeatedSource<T>, DenseSource<T>>,
    });

    private static nint Compare<T, TOp>(Form form) where T : unmanaged where TOp : struct, ICompareOperator<T> => (nint)(form switch
    {
        Form.Blocks => (delegate*<void*, void*, void*, void*, nint, void>)&CompareLoop<T, TOp, DenseSource<T>, DenseSource<T>>,
        Form.LastRepeated => &CompareLoop<T, TOp, DenseSource<T>, RepeatedSource<T>>,
        _ => &CompareLoop<T, TOp, RepeatedSource<T>, DenseSource<T>>,
    });

    private static nint Ternary<T, TOp>(Form form) where T : unmanaged where TOp : struct, ITernaryOperator<T> => (nint)(form switch
    {
        Form.Blocks => (delegate*<void*, void*, void*, void*, nint, void>)&TernaryLoop<T, TOp, DenseSource<T>, DenseSource<T>, DenseSource<T>>,
        Form.LastRepeated => &TernaryLoop<T, TOp, DenseSource<T>, DenseSource<T>, RepeatedSource<T>>,
        Form.FirstRepeated => &TernaryLoop<T, TOp, DenseSource<T>, RepeatedSource<T>, DenseSource<T>>,
        _ => &TernaryLoop<T, TOp, DenseSource<T>, RepeatedSource<T>, RepeatedSource<T>>,
    });

    private static nint Select<T>(Form form) where T : unmanaged => (nint)(form switch
    {
        Form.Blocks => (delegate*<void*, void*, void*, void*, nint, void>)&WhereLoop<T, DenseSource<T>, DenseSource<T>>,
        Form.LastRepeated => &WhereLoop<T, DenseSource<T>, RepeatedSource<T>>,
        Form.FirstRepeated => &WhereLoop<T, RepeatedSource<T>, DenseSource<T>>,
        _ => &WhereLoop<T, RepeatedSource<T>, RepeatedSource<T>>,
    });

    private static void UnaryLoop<T, TOp>(void* a, void* b, void* c, void* result, nint n)
        where T : unmanaged
        where TOp : struct, IUnaryOperator<T> => SimdLoop.Unary<T, TOp>((T*)a, (T*)result, n);

    private static void BinaryLoop<T, TOp, TA, TB>(void* a, void* b, void* c, void* result, nint n)
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T>
        where TA : struct, ISource<T>
        where TB : struct, ISource<T> => SimdLoop.BinaryWidth<T, TOp, TA, TB>((T*)a, (T*)b, (T*)result, n);

    private static void CompareLoop<T, TOp, TA, TB>(void* a, void* b, void* c, void* result, nint n)
        where T : unmanaged
        where TOp : struct, ICompareOperator<T>
        where TA : struct, ISource<T>
        where TB : struct, ISource<T> => SimdLoop.CompareWidth<T, TOp, TA, TB>((T*)a, (T*)b, (byte*)result, n);

    private static void TernaryLoop<T, TOp, TA, TB, TC>(void* a, void* b, void* c, void* result, nint n)
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T>
        where TA : struct, ISource<T>
        where TB : struct, ISource<T>
        where TC : struct, ISource<T> => SimdLoop.TernaryWidth<T, TOp, TA, TB, TC>((T*)a, (T*)b, (T*)c, (T*)result, n);

    private static void WhereLoop<T, TA, TB>(void* mask, void* a, void* b, void* result, nint n)
        where T : unmanaged
        where TA : struct, ISource<T>
        where TB : struct, ISource<T> => SimdLoop.WhereWidth<T, TA, TB>((byte*)mask, (T*)a, (T*)b, (T*)result, n);

    private sealed record Entry(double Cost, Resolver Resolve);
}

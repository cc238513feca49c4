using CudaNet.Ops;

namespace CudaNet;

/// <summary>Mixed precision: while a scope lasts, matrix products and convolutions of Float32 tensors are computed in a half
/// type, and what loses too much there (exponentials, sums, norms, losses) in Float32. Everything else takes the type of
/// its inputs. Parameters stay in Float32; their gradients come back in it through the casts.</summary>
/// <remarks>Micikevicius and others 2018. Float16 wants a <c>GradScaler</c>; BFloat16 has Float32's range and needs none.
/// <code>using (Autocast.To(DType.BFloat16)) loss = Loss.CrossEntropy(model.Forward(x), labels);</code></remarks>
public sealed class Autocast : IDisposable
{
    [ThreadStatic] private static DType? _current;

    private readonly DType? _outer = _current;

    private Autocast(DType? type) => _current = type;

    /// <summary>The half type of this thread's scope; null outside of one.</summary>
    public static DType? Current => _current;

    /// <summary>Begins a scope, until disposed.</summary>
    /// <exception cref="DTypeException">The type is neither Float16 nor BFloat16.</exception>
    public static Autocast To(DType type) => type.IsHalf() ? new(type)
        : throw new DTypeException($"Autocast: {type.ShortName()} is no half type. Use DType.BFloat16 or DType.Float16.");

    /// <summary>Ops are taken as they are written, until disposed.</summary>
    public static Autocast Off() => new(null);

    /// <summary>Ends the scope.</summary>
    public void Dispose() => _current = _outer;

    /// <summary>The type in which an op takes an input while the scope lasts.</summary>
    internal static DType TypeOf(Op op, DType type) => (op.Precision, _current) switch
    {
        (Precision.Half, { } half) when type is DType.Float32 || type.IsHalf() => half,
        (Precision.Full, not null) when type.IsHalf() => DType.Float32,
        _ => type,
    };
}

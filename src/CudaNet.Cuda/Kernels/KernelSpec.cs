namespace CudaNet.Cuda.Kernels;

/// <summary>A specialisation of a kernel file: what it takes to compile it.</summary>
/// <param name="Source">The file in <c>kernels/</c>, without its ending.</param>
/// <param name="Defines">Definitions as <c>NAME=value</c>, apart by one blank, in the order in which the family writes them.</param>
public readonly record struct KernelSpec(string Source, string Defines)
{
    /// <summary>A specialisation by its definitions; empty ones are left out.</summary>
    public static KernelSpec Of(string source, params ReadOnlySpan<string> defines)
    {
        var given = new List<string>();
        foreach (var define in defines) if (define.Length > 0) given.Add(define);
        return new(source, string.Join(' ', given));
    }

    /// <summary>The definitions, one by one.</summary>
    public IReadOnlyList<string> DefineList => Defines.Length == 0 ? [] : Defines.Split(' ');

    /// <summary>As in <c>softmax.T=f32.LOG=1</c>; the name of its PTX in the archive.</summary>
    public string Name => Defines.Length == 0 ? Source : $"{Source}.{Defines.Replace(' ', '.')}";

    /// <inheritdoc/>
    public override string ToString() => Name;
}

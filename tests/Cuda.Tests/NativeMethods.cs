using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Tests;

/// <summary>A native declaration of the bindings.</summary>
/// <param name="Library">The key of its library.</param>
/// <param name="EntryPoint">The symbol.</param>
/// <param name="Since">Where it is, if not everywhere.</param>
/// <param name="Method">The declaration.</param>
internal sealed record NativeMethod(string Library, string EntryPoint, string? Since, MethodInfo Method)
{
    public override string ToString() => $"{Library}: {EntryPoint}";
}

/// <summary>All native declarations, by reflection: a new one is tested as soon as it is written.</summary>
internal static class NativeMethods
{
    public static IReadOnlyList<NativeMethod> All { get; } =
        [.. from type in typeof(CudaLibraries).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            let import = method.GetCustomAttribute<DllImportAttribute>()
            where import is not null
            select new NativeMethod(import.Value, import.EntryPoint ?? method.Name, method.GetCustomAttribute<NativeSinceAttribute>()?.Since, method)];
}

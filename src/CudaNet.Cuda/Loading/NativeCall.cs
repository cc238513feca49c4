namespace CudaNet.Cuda.Loading;

/// <summary>Names of native calls for messages.</summary>
internal static class NativeCall
{
    /// <summary>"cuMemAlloc" of "DriverApi.cuMemAlloc_v2(&amp;address, bytes)": the name in the documentation.</summary>
    public static string NameOf(string expression)
    {
        var end = expression.IndexOf('(');
        var head = end < 0 ? expression : expression[..end];
        var name = head[(head.LastIndexOf('.') + 1)..].Trim();
        return name.Length > 3 && name[^3..] is "_v2" or "_v3" ? name[..^3] : name;
    }
}

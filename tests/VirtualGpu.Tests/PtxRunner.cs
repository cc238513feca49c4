using System.Globalization;
using System.Runtime.InteropServices;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Runs one PTX instruction in every thread: arrays in, an array out.</summary>
internal static class PtxRunner
{
    public const string Header = ".version 7.8\n.target sm_90\n.address_size 64\n";

    /// <summary>Runs a body whose inputs are in %a, %b, %c (or as %ra… of 16 bits) and whose result is %d.</summary>
    /// <param name="body">Instructions; more registers are %t&lt;20&gt; (32 bits), %u&lt;10&gt; (64), %h&lt;10&gt; (16), %p&lt;8&gt;.</param>
    /// <param name="inputs">Arrays of equal length; the element type gives the register.</param>
    public static TOut[] Run<TIn, TOut>(string body, params TIn[][] inputs)
        where TIn : unmanaged
        where TOut : unmanaged
    {
        int count = inputs[0].Length;
        string load = TypeOf<TIn>(), store = TypeOf<TOut>();
        var text = new System.Text.StringBuilder(Header);
        text.Append(".visible .entry k(");
        for (int k = 0; k < inputs.Length; k++) text.Append(CultureInfo.InvariantCulture, $".param .u64 p{k}, ");
        text.Append(".param .u64 out, .param .u32 n)\n{\n.reg .b32 %t<20>; .reg .b64 %u<10>; .reg .b16 %h<10>; .reg .pred %p<8>; .reg .f32 %f<10>; .reg .f64 %g<10>;\n");
        text.Append(CultureInfo.InvariantCulture, $".reg .{load} %a, %b, %c; .reg .{store} %d; .reg .b32 %i, %n; .reg .b64 %ptr, %off; .reg .pred %end;\n");
        text.Append("mov.u32 %i, %ctaid.x; mov.u32 %n, %ntid.x; mul.lo.u32 %i, %i, %n; mov.u32 %n, %tid.x; add.u32 %i, %i, %n;\n");
        text.Append("ld.param.u32 %n, [n]; setp.ge.u32 %end, %i, %n; @%end exit;\n");
        for (int k = 0; k < inputs.Length; k++)
            text.Append(CultureInfo.InvariantCulture, $"ld.param.u64 %ptr, [p{k}]; mul.wide.u32 %off, %i, {Marshal.SizeOf<TIn>()}; add.u64 %ptr, %ptr, %off; ld.global.{load} %{"abc"[k]}, [%ptr];\n");
        text.Append(body);
        text.Append(CultureInfo.InvariantCulture, $"\nld.param.u64 %ptr, [out]; mul.wide.u32 %off, %i, {Marshal.SizeOf<TOut>()}; add.u64 %ptr, %ptr, %off; st.global.{store} [%ptr], %d;\nret;\n}}\n");

        using var device = new VirtualDevice(new VirtualDeviceOptions { Workers = 1 });
        using var module = device.LoadModule(text.ToString());
        var arguments = inputs.Select(input => (KernelArgument)device.Upload<TIn>(input)).ToList();
        var output = device.Allocate(count * Marshal.SizeOf<TOut>());
        arguments.Add(output);
        arguments.Add(count);
        device.Launch(module.GetFunction("k"), (count + 63) / 64, 64, 0, CollectionsMarshal.AsSpan(arguments));
        return device.Download<TOut>(output, count);
    }

    private static string TypeOf<T>() => Marshal.SizeOf<T>() switch { 2 => "b16", 4 => "b32", _ => "b64" };

    /// <summary>Runs a whole kernel named k with 32 threads and one output of 32-bit words.</summary>
    public static (uint[] Output, LaunchResult Result) RunWarp(string declarations, string body, int words, int threads = 32, params uint[][] inputs)
    {
        string text = Header + declarations + "\n.visible .entry k(.param .u64 out, .param .u64 in0, .param .u64 in1)\n{\n"
            + ".reg .b32 %r<60>; .reg .b64 %u<40>; .reg .b16 %h<10>; .reg .pred %p<8>; .reg .f32 %f<40>; .reg .f64 %g<40>; .reg .b64 %out, %in0, %in1; .reg .b32 %tid;\n"
            + "ld.param.u64 %out, [out]; ld.param.u64 %in0, [in0]; ld.param.u64 %in1, [in1]; mov.u32 %tid, %tid.x;\n" + body + "\nret;\n}\n";
        using var device = new VirtualDevice(new VirtualDeviceOptions { Workers = 1, ThrowOnFinding = false });
        using var module = device.LoadModule(text);
        var output = device.Upload<uint>(new uint[words]);
        var pointers = Enumerable.Range(0, 2).Select(k => device.Upload<uint>(k < inputs.Length ? inputs[k] : [0])).ToArray();
        var result = device.Launch(module.GetFunction("k"), 1, threads, 0, output, pointers[0], pointers[1]);
        return (device.Download<uint>(output, words), result);
    }

    /// <summary>The word of each thread, stored behind a body that leaves it in %r0.</summary>
    public static uint[] Each(string declarations, string body, int threads = 32, params uint[][] inputs)
    {
        var (output, result) = RunWarp(declarations, body + "\nmul.wide.u32 %u0, %tid, 4; add.u64 %u0, %u0, %out; st.global.b32 [%u0], %r0;", threads, threads, inputs);
        Assert.That(result.Findings, Is.Empty, string.Join("\n", result.Findings));
        return output;
    }
}

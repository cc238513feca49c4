using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvrtc;

/// <summary>A source that NVRTC compiles.</summary>
/// <remarks>Each has a fixed cost of some 75 ms, so many kernels belong into one. The output may go to NVIDIA's driver only: the
/// compiler's licence says so.</remarks>
public sealed unsafe class NvrtcProgram : IDisposable
{
    private readonly ProgramHandle _handle;
    private readonly List<string> _expressions = [];
    private bool _compiled;

    /// <summary>Takes a source.</summary>
    /// <param name="source">CUDA C++.</param>
    /// <param name="name">The name of it in messages.</param>
    /// <param name="headers">Headers by the name under which they are included; the compiler finds no others of CUDA's.</param>
    /// <exception cref="CudaLibraryException">NVRTC is not installed.</exception>
    public NvrtcProgram(string source, string name = "kernel.cu", IReadOnlyDictionary<string, string>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Name = name;
        using NativeTexts texts = new(headers?.Values ?? []), names = new(headers?.Keys ?? []);
        nint program = 0;
        fixed (byte* sourceText = NativeText.ToBytes(source), nameText = NativeText.ToBytes(name))
            NvrtcApi.nvrtcCreateProgram(&program, sourceText, nameText, texts.Count, texts.Pointers, names.Pointers).Check(program: name);
        _handle = new(program);
    }

    /// <summary>The name of it in messages.</summary>
    public string Name { get; }

    /// <summary>What the last compilation said, also when it worked.</summary>
    public string Log { get; private set; } = "";

    /// <summary>The same by message.</summary>
    public IReadOnlyList<NvrtcDiagnostic> Diagnostics => NvrtcDiagnostic.Parse(Log);

    /// <summary>Asks for the mangled name of something, such as a template's instance, before compiling. It is instantiated too.</summary>
    public void AddNameExpression(string expression)
    {
        using var program = _handle.Use();
        fixed (byte* text = NativeText.ToBytes(expression)) NvrtcApi.nvrtcAddNameExpression(program, text).Check(program: Name);
        _expressions.Add(expression);
    }

    /// <summary>The mangled name of an expression that was added, after compiling.</summary>
    public string GetLoweredName(string expression)
    {
        using var program = _handle.Use();
        byte* lowered;
        fixed (byte* text = NativeText.ToBytes(expression)) NvrtcApi.nvrtcGetLoweredName(program, text, &lowered).Check($"'{expression}'", Name);
        return NativeText.From(lowered) ?? "";
    }

    /// <summary>The mangled names of all expressions that were added.</summary>
    public IReadOnlyDictionary<string, string> GetLoweredNames() => _expressions.Distinct().ToDictionary(expression => expression, GetLoweredName);

    /// <summary>Compiles it.</summary>
    /// <exception cref="NvrtcException">It does not compile, or an option is wrong; the message has the lines.</exception>
    public NvrtcProgram Compile(NvrtcOptions options) => Compile(options.ToArguments());

    /// <summary>Compiles it with options word by word.</summary>
    /// <exception cref="NvrtcException">It does not compile, or an option is wrong; the message has the lines.</exception>
    public NvrtcProgram Compile(params string[] options)
    {
        using var program = _handle.Use();
        using var texts = new NativeTexts(options);
        var status = NvrtcApi.nvrtcCompileProgram(program, texts.Count, texts.Pointers);
        Log = ReadLog(program);
        _compiled = status == NvrtcStatus.Success;
        status.Check(Log, Name, nameof(NvrtcApi.nvrtcCompileProgram));
        return this;
    }

    /// <summary>The PTX text.</summary>
    public string GetPtx()
    {
        using var program = _handle.Use();
        RequireCode(nameof(NvrtcApi.nvrtcGetPTXSize));
        nuint bytes;
        NvrtcApi.nvrtcGetPTXSize(program, &bytes).Check(program: Name);
        var ptx = new byte[bytes];
        fixed (byte* buffer = ptx) NvrtcApi.nvrtcGetPTX(program, buffer).Check(program: Name);
        return NativeText.From(ptx);
    }

    /// <summary>The code for the card, where a real architecture (sm_80) was asked for.</summary>
    /// <exception cref="NvrtcException">It was compiled for a virtual one.</exception>
    public byte[] GetCubin()
    {
        using var program = _handle.Use();
        RequireCode(nameof(NvrtcApi.nvrtcGetCUBINSize));
        nuint bytes;
        NvrtcApi.nvrtcGetCUBINSize(program, &bytes).Check(program: Name);
        if (bytes == 0) throw new NvrtcException(nameof(NvrtcApi.nvrtcGetCUBIN), NvrtcStatus.InvalidProgram, "There is no CUBIN of a virtual architecture: compile for sm_80, not for compute_80.", Name);
        var cubin = new byte[bytes];
        fixed (byte* buffer = cubin) NvrtcApi.nvrtcGetCUBIN(program, buffer).Check(program: Name);
        return cubin;
    }

    /// <summary>The intermediate code for linking, where -dlto was asked for. CUDA 12 and later.</summary>
    public byte[] GetLinkTimeCode()
    {
        CudaLibraries.Nvrtc.Demand(nameof(NvrtcApi.nvrtcGetLTOIRSize), NvrtcApi.LtoSince);
        using var program = _handle.Use();
        RequireCode(nameof(NvrtcApi.nvrtcGetLTOIRSize));
        nuint bytes;
        NvrtcApi.nvrtcGetLTOIRSize(program, &bytes).Check(program: Name);
        var code = new byte[bytes];
        fixed (byte* buffer = code) NvrtcApi.nvrtcGetLTOIR(program, buffer).Check(program: Name);
        return code;
    }

    /// <summary>Lets the compiler forget it.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Some versions hand out an empty text for a program that did not compile.</summary>
    private void RequireCode(string call)
    {
        if (!_compiled) throw new NvrtcException(call, NvrtcStatus.InvalidProgram, "It is not compiled, or did not compile.", Name);
    }

    private static string ReadLog(nint program)
    {
        nuint bytes;
        if (NvrtcApi.nvrtcGetProgramLogSize(program, &bytes) != NvrtcStatus.Success || bytes <= 1) return "";
        var log = new byte[bytes];
        fixed (byte* buffer = log)
            return NvrtcApi.nvrtcGetProgramLog(program, buffer) == NvrtcStatus.Success ? NativeText.From(log).Trim() : "";
    }

    private sealed class ProgramHandle : NativeHandle
    {
        public ProgramHandle(nint program) => Own(program);

        protected override bool ReleaseHandle()
        {
            var program = handle;
            return NvrtcApi.nvrtcDestroyProgram(&program) == NvrtcStatus.Success;
        }
    }
}

using CudaNet.VirtualGpu.Machine;
using CudaNet.VirtualGpu.Machine.Compile;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu;

/// <summary>A loaded PTX text: its kernels and its global variables.</summary>
public sealed class VirtualModule : IDisposable
{
    private const long MaxConstant = 64 << 10;
    private const long MaxVariables = 1L << 30;

    private readonly Dictionary<string, VirtualFunction> _functions = [];
    private readonly Dictionary<string, Allocation> _variables = [];
    private bool _disposed;

    internal VirtualModule(VirtualDevice device, string ptx)
    {
        Device = device;
        var module = PtxParser.Parse(ptx);
        Target = module.Target;
        PtxVersion = new Version(module.Version / 10, module.Version % 10);
        List<KernelProgram> programs = [];
        try
        {
            Allocate(module);
            foreach (var function in module.Functions.Values)
            {
                if (function.Body is null) continue;
                if (!function.IsEntry)
                {
                    KernelCompiler.Verify(module, function);
                    continue;
                }

                var program = KernelCompiler.Compile(module, function);
                programs.Add(program);
                _functions[function.Name] = new VirtualFunction(this, program);
            }

            Initialize(module);
        }
        catch
        {
            foreach (var program in programs) program.Dispose();
            foreach (var variable in _variables.Values) device.Memory.Free(variable.Start);
            throw;
        }
    }

    /// <summary>The device that it is loaded on.</summary>
    public VirtualDevice Device { get; }

    /// <summary>The target of the text, such as sm_80.</summary>
    public string Target { get; }

    /// <summary>The version of PTX that the text states, such as 7.5.</summary>
    public Version PtxVersion { get; }

    /// <summary>Bytes of its variables in constant memory.</summary>
    public int ConstantBytes { get; private set; }

    /// <summary>The kernels, in the order of the text.</summary>
    public IReadOnlyCollection<VirtualFunction> Functions => _functions.Values;

    internal bool IsDisposed => _disposed;

    /// <summary>A kernel by its name.</summary>
    /// <param name="name">The name in the PTX text.</param>
    /// <exception cref="VirtualGpuException">There is no such kernel.</exception>
    public VirtualFunction GetFunction(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _functions.TryGetValue(name, out var function)
            ? function
            : throw new VirtualGpuException($"GetFunction: the module has no kernel '{name}'. It has: {string.Join(", ", _functions.Keys)}.");
    }

    /// <summary>Address and size of a global or constant variable, for copies from the host.</summary>
    /// <param name="name">The name in the PTX text.</param>
    /// <exception cref="VirtualGpuException">There is no such variable.</exception>
    public (DevicePointer Pointer, long Bytes) GetGlobal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _variables.TryGetValue(name, out var variable)
            ? (new DevicePointer(variable.Start), variable.Bytes)
            : throw new VirtualGpuException($"GetGlobal: the module has no variable '{name}'. It has: {string.Join(", ", _variables.Keys)}.");
    }

    /// <summary>Unloads the module.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        Device.Unload(this);
    }

    internal void Release(bool freeVariables)
    {
        _disposed = true;
        foreach (var function in _functions.Values) function.Program.Dispose();
        if (!freeVariables) return;
        foreach (var variable in _variables.Values) Device.Memory.Free(variable.Start);
    }

    private void Allocate(PtxModule module)
    {
        long all = 0;
        foreach (var variable in module.Variables.Concat(module.Functions.Values.SelectMany(function => function.Variables)))
        {
            if (variable.Space is not (Space.Global or Space.Const) || variable.IsDynamic) continue;
            all += variable.Bytes;
            long constants = ConstantBytes + (variable.Space == Space.Const ? variable.Bytes : 0);
            if (constants > MaxConstant) throw new PtxException(PtxErrorKind.Limit, $"the module has more than {MaxConstant} bytes of constants.", variable.Line, variable.Name);
            if (all > MaxVariables) throw new PtxException(PtxErrorKind.Limit, $"the module has more than {MaxVariables} bytes of variables.", variable.Line, variable.Name);
            ConstantBytes = (int)constants;
            var allocation = Device.Memory.Allocate(variable.Bytes, variable.Name, tracked: false, variable.Space == Space.Const);
            variable.Address = (long)allocation.Start;
            if (!_variables.TryAdd(variable.Name, allocation)) _variables[$"{variable.Name}@{variable.Line}"] = allocation;
        }
    }

    /// <summary>Writes the initial values; what has none is zero.</summary>
    private unsafe void Initialize(PtxModule module)
    {
        foreach (var variable in module.Variables.Concat(module.Functions.Values.SelectMany(function => function.Variables)))
        {
            if (variable.Address < 0) continue;
            var allocation = DeviceMemory.Find(Device.Memory.Snapshot(), (ulong)variable.Address);
            if (allocation is null) continue;
            new Span<byte>(allocation.Host, (int)allocation.Bytes).Clear();
            int size = variable.Type.Size();
            for (int i = 0; variable.Initial is not null && i < variable.Initial.Count; i++)
            {
                var item = variable.Initial[i];
                if (item.Kind == TokenKind.End) continue;
                ulong bits = item.Symbol is null ? PtxParser.InitialBits(item, variable.Type) : AddressOf(module, item);
                int bytes = item.Symbol is null ? size : (int)Math.Min(8, allocation.Bytes - ((long)i * size));
                for (int b = 0; b < bytes; b++) allocation.Host[(i * size) + b] = (byte)(bits >> (8 * b));
            }
        }
    }

    private static ulong AddressOf(PtxModule module, PtxInitial item)
    {
        if (module.Globals.Variable(item.Symbol!) is { Address: >= 0 } variable) return (ulong)variable.Address + item.Bits;
        if (module.FunctionIndices.TryGetValue(item.Symbol!, out int index)) return AddressMap.FunctionWindow + ((ulong)index * 16);
        throw new PtxException(PtxErrorKind.Symbol, $"the initial value '{item.Symbol}' is not a global variable.", item.Line, item.Symbol!);
    }
}

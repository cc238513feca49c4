using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>Decodes a kernel and the functions that it reaches, and lays out its shared memory and parameters.</summary>
internal sealed unsafe class KernelCompiler
{
    private const int StackOfRecursion = 16 << 10;
    private const int MaxShared = 1 << 20;

    private readonly PtxModule _module;
    private readonly PtxFunction _entry;
    private readonly Dictionary<string, int> _indices;
    private readonly HashSet<string> _reached = [];
    private readonly Dictionary<PtxVariable, long> _shared = [];
    private readonly Dictionary<PtxVariable, int> _parameters = [];
    private int _sharedBytes;

    private KernelCompiler(PtxModule module, PtxFunction entry)
    {
        _module = module;
        _entry = entry;
        _indices = module.FunctionIndices;
        ParameterOffsets = new int[entry.IsEntry ? entry.Parameters.Count : 0];
        long offset = 0;
        for (int p = 0; p < ParameterOffsets.Length; p++)
        {
            var parameter = entry.Parameters[p];
            offset = (offset + parameter.Align - 1) & -parameter.Align;
            ParameterOffsets[p] = (int)offset;
            _parameters[parameter] = (int)offset;
            offset += parameter.Bytes;
            if (offset > 32764) throw new PtxException(PtxErrorKind.Limit, "a kernel has at most 32764 bytes of parameters.", parameter.Line, parameter.Name);
        }

        ParameterBytes = (int)offset;
        Reach(entry);
        LayOutShared();
    }

    public List<FunctionCompiler> Functions { get; } = [];

    public PtxFunction Callee(int index) => _module.OrderedFunctions[index];

    public int ParameterBytes { get; }

    public int[] ParameterOffsets { get; }

    public static KernelProgram Compile(PtxModule module, PtxFunction entry)
    {
        var compiler = new KernelCompiler(module, entry);
        foreach (var function in compiler.Functions) function.Decode();
        return compiler.Assemble();
    }

    /// <summary>Decodes a device function that no kernel may call, for its errors.</summary>
    public static void Verify(PtxModule module, PtxFunction function)
    {
        var compiler = new KernelCompiler(module, function);
        compiler.Functions[0].Decode();
    }

    /// <summary>Number of a device function in the module: function pointers hold it, whichever kernel calls.</summary>
    public int FunctionIndex(string name) =>
        _indices.TryGetValue(name, out int index) && _module.OrderedFunctions[index] is { IsEntry: false, Body: not null } ? index : -1;

    public long AddressOf(PtxVariable variable, PtxInstruction at) => variable.Space switch
    {
        Space.Shared => _shared[variable],
        Space.Param => _parameters.TryGetValue(variable, out int offset) ? offset : throw at.Error(PtxErrorKind.Symbol, $"'{variable.Name}' is not a parameter of the kernel."),
        _ => variable.Address >= 0 ? variable.Address : throw at.Error(PtxErrorKind.Symbol, $"The external variable '{variable.Name}' is not defined."),
    };

    private void Reach(PtxFunction root)
    {
        var waiting = new Queue<PtxFunction>();
        void Add(PtxFunction function)
        {
            if (function.Body is not null && _reached.Add(function.Name)) waiting.Enqueue(function);
        }

        Add(root);
        while (waiting.TryDequeue(out var function))
        {
            Functions.Add(new FunctionCompiler(this, function, new FunctionCode { Name = function.Name }));
            foreach (var instruction in function.Body!)
            {
                if (instruction.Opcode != "call") continue;
                if (instruction.Operands.FirstOrDefault(operand => operand.Kind == OperandKind.Name && _module.Functions.ContainsKey(operand.Name)) is { } direct)
                {
                    if (!_module.Functions[direct.Name].IsEntry) Add(_module.Functions[direct.Name]);
                    continue;
                }

                // A call through a pointer may go to any function.
                foreach (var any in _module.Functions.Values)
                    if (!any.IsEntry) Add(any);
            }
        }
    }

    /// <summary>Static variables that the functions name, in the order of the text; the dynamic memory lies behind them.</summary>
    private void LayOutShared()
    {
        var named = new HashSet<string>();
        foreach (var function in Functions)
            foreach (var instruction in function.Source.Body!)
                foreach (var operand in instruction.Operands) Collect(operand, named);
        var all = _module.Variables.Concat(Functions.SelectMany(function => function.Source.Variables)).Where(variable => variable.Space == Space.Shared && named.Contains(variable.Name)).ToList();
        long offset = 0;
        int dynamicAlign = 16;
        foreach (var variable in all.Where(variable => !variable.IsDynamic))
        {
            offset = (offset + variable.Align - 1) & -variable.Align;
            _shared[variable] = offset;
            offset += variable.Bytes;
            if (offset > MaxShared) throw new PtxException(PtxErrorKind.Limit, $"the kernel '{_entry.Name}' needs more than {MaxShared} bytes of static shared memory.", variable.Line, variable.Name);
        }

        foreach (var variable in all.Where(variable => variable.IsDynamic)) dynamicAlign = Math.Max(dynamicAlign, variable.Align);
        bool isDynamic = all.Exists(variable => variable.IsDynamic);
        if (isDynamic) offset = (offset + dynamicAlign - 1) & -dynamicAlign;
        foreach (var variable in all.Where(variable => variable.IsDynamic)) _shared[variable] = offset;
        _sharedBytes = (int)offset;
    }

    private static void Collect(PtxOperand operand, HashSet<string> names)
    {
        if (operand.Name.Length > 0) names.Add(operand.Name);
        foreach (var item in operand.Items) Collect(item, names);
    }

    private KernelProgram Assemble()
    {
        int total = Functions.Sum(function => function.Emitted.Count);
        var code = (Insn*)NativeMemory.AllocZeroed((nuint)total, (nuint)sizeof(Insn));
        var info = new PcInfo[total];
        List<nint> owned = [];
        int at = 0, registers = 0;
        foreach (var function in Functions)
        {
            registers = Math.Max(registers, new FunctionAssembler(function, code, info, owned, at).Run());
            at += function.Emitted.Count;
        }

        return new KernelProgram
        {
            Name = _entry.Name,
            Source = _entry,
            Entry = Functions[0].Code,
            Functions = ByIndex(),
            Code = code,
            Info = info,
            Owned = [.. owned],
            StaticShared = _sharedBytes,
            LocalBytes = StackBytes(),
            RegisterEstimate = registers,
            ParameterOffsets = ParameterOffsets,
            ParameterBytes = ParameterBytes,
            Files = _module.Files,
        };
    }

    private FunctionCode?[] ByIndex()
    {
        var functions = new FunctionCode?[_module.OrderedFunctions.Count];
        foreach (var function in Functions) functions[_indices[function.Source.Name]] = function.Code;
        return functions;
    }

    /// <summary>Local memory of the deepest chain of calls; with recursion or indirect calls a fixed stack, as on the card.</summary>
    private int StackBytes()
    {
        var compilers = Functions.ToDictionary(function => function.Source.Name);
        var depth = new Dictionary<string, int>();
        bool recursive = false;
        int Visit(FunctionCompiler function, int level)
        {
            if (depth.TryGetValue(function.Source.Name, out int known))
            {
                recursive |= known < 0;
                return known;
            }

            // A chain this long is treated as recursion: the stack of this method has its limit too.
            if (level > 256)
            {
                recursive = true;
                return 0;
            }

            depth[function.Source.Name] = -1;
            int deepest = 0;
            foreach (var instruction in function.Source.Body!)
            {
                if (instruction.Opcode != "call") continue;
                var callee = instruction.Operands.FirstOrDefault(operand => operand.Kind == OperandKind.Name && _module.Functions.ContainsKey(operand.Name));
                if (callee is null) recursive = true;
                else if (compilers.TryGetValue(callee.Name, out var next)) deepest = Math.Max(deepest, Visit(next, level + 1));
            }

            return depth[function.Source.Name] = deepest + function.Code.LocalBytes;
        }

        int bytes = Visit(Functions[0], 0);
        return recursive ? Math.Max(bytes, Functions[0].Code.LocalBytes + StackOfRecursion) : bytes;
    }
}

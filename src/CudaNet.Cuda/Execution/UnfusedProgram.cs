using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Kernels;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>A value on its way through a program that runs op by op.</summary>
/// <param name="Type">Element type in memory.</param>
/// <param name="Address">Where it lies.</param>
/// <param name="Strides">How it lies over the shape.</param>
/// <param name="IsDense">True if it was computed: row-major in scratch memory.</param>
internal readonly record struct UnfusedValue(DType Type, StepArgument Address, long[] Strides, bool IsDense = false);

/// <summary>Runs elementwise programs op by op through scratch memory: what is left where no compiler can make a kernel of them.</summary>
/// <remarks>Half types are computed in float, as in fused kernels. Nothing is written to an output before all is computed,
/// since an output may lie over an input. Each value has scratch memory of its own.</remarks>
/// <param name="step">The step that the launches belong to.</param>
/// <param name="shape">What is iterated over.</param>
internal sealed class UnfusedProgram(StepBuilder step, Shape shape)
{
    private readonly long[] _sizes = shape.ToArray();
    private readonly long[] _linear = shape.ContiguousStrides();

    /// <summary>True if the kernels can do it.</summary>
    public static bool Runs(ElementwiseProgram program, Shape shape) => ViewSteps.Fits(shape) && ProgramText.Knows(program);

    /// <summary>The values of some of a program's results, row-major in scratch memory.</summary>
    /// <param name="program">The program.</param>
    /// <param name="inputs">Its inputs.</param>
    public UnfusedValue[] Run(ElementwiseProgram program, IReadOnlyList<UnfusedValue> inputs)
    {
        var values = new UnfusedValue[inputs.Count + program.Instructions.Length];
        for (var k = 0; k < inputs.Count; k++) values[k] = Loaded(inputs[k], Computed(inputs[k].Type));
        for (var k = 0; k < program.Instructions.Length; k++)
        {
            var instruction = program.Instructions[k];
            values[inputs.Count + k] = instruction.Op switch
            {
                Literal literal => Number(literal.Value, Computed(instruction.Type)),
                Cast => Converted(values[instruction.A], program.TypeOf(instruction.A), instruction.Type),
                _ => Applied(instruction, program.TypeOf(instruction.C >= 0 ? instruction.C : instruction.B >= 0 ? instruction.B : instruction.A), values),
            };
        }
        return [.. program.Outputs.Select(output => values[output])];
    }

    /// <summary>Stores values in their element types.</summary>
    public void Store(IReadOnlyList<UnfusedValue> values, IReadOnlyList<(DType Type, StepArgument Address)> outputs)
    {
        // What still lies in an input is brought away first.
        var dense = values.Select(value => value.IsDense ? value : Loaded(value, value.Type, always: true)).ToArray();
        for (var k = 0; k < dense.Length; k++)
        {
            var (type, address) = outputs[k];
            if (type.IsHalf()) step.Launch(OperationKernels.Store(KernelTypes.Name(dense[k].Type), type, shape.ElementCount), dense[k].Address, address);
            else step.Copy(address, dense[k].Address, shape.ElementCount * type.Size());
        }
    }

    /// <summary>The type in which an element type is computed.</summary>
    public static DType Computed(DType type) => type.IsHalf() ? DType.Float32 : type;

    /// <summary>A value in another type, in scratch memory unless it has that type.</summary>
    public UnfusedValue Loaded(UnfusedValue value, DType type, bool always = false)
    {
        if (value.Type == type && !always) return value;
        var result = New(type);
        step.Launch(OperationKernels.Load(KernelTypes.Name(type), value.Type, _sizes, value.Strides), value.Address, result.Address);
        return result;
    }

    private UnfusedValue Converted(UnfusedValue value, DType from, DType to)
    {
        var result = Loaded(value, Computed(to));
        if (!to.IsHalf() || from == to) return result;
        // Rounded by way of memory.
        var dense = result.IsDense ? result : Loaded(result, result.Type, always: true);
        var half = New(to);
        step.Launch(OperationKernels.Store(KernelTypes.Name(dense.Type), to, shape.ElementCount), dense.Address, half.Address);
        return Loaded(half, DType.Float32);
    }

    private UnfusedValue Applied(Instruction instruction, DType type, UnfusedValue[] values)
    {
        var (op, name) = (instruction.Op, KernelTypes.Name(Computed(type)));
        var (a, b) = (values[instruction.A], instruction.B >= 0 ? values[instruction.B] : default);
        var result = New(Computed(instruction.Type));
        var number = op is Where ? 0 : OperationsText.NumberOf(op, Computed(type));
        if (op is Where)
        {
            var c = values[instruction.C];
            step.Launch(OperationKernels.Choose(name, _sizes, a.Strides, b.Strides, c.Strides), a.Address, b.Address, c.Address, result.Address);
        }
        else if (instruction.B < 0) step.Launch(OperationKernels.Unary(name, number, _sizes, a.Strides), a.Address, result.Address);
        else if (OpText.IsRelation(op)) step.Launch(OperationKernels.Relation(name, number, _sizes, a.Strides, b.Strides), a.Address, b.Address, result.Address);
        else
        {
            var (record, token) = OpText.DividesIntegers(op, type) ? step.DivisionErrors() : (StepArgument.Null, 0UL);
            step.Launch(OperationKernels.Binary(name, number, _sizes, a.Strides, b.Strides), a.Address, b.Address, result.Address, record, token);
        }
        return result;
    }

    private UnfusedValue New(DType type) => new(type, step.Scratch(Math.Max(1, shape.ElementCount) * type.Size()), _linear, IsDense: true);

    /// <summary>One element that is read everywhere.</summary>
    private UnfusedValue Number(Scalar value, DType type)
    {
        var address = step.Scratch(sizeof(long));
        var bits = BitsOf(value, type);
        step.Fill(address, (uint)bits, 1);
        step.Fill(address.Plus(sizeof(uint)), (uint)(bits >> 32), 1);
        return new(type, address, new long[_sizes.Length]);
    }

    /// <summary>The bits of a number in a compute type.</summary>
    public static ulong BitsOf(Scalar value, DType type)
    {
        var integer = value.Type == DType.Float32 ? (long)value.Value : value.Integer;
        return type switch
        {
            DType.Float32 => BitConverter.SingleToUInt32Bits((float)value.Value),
            DType.Float64 => BitConverter.DoubleToUInt64Bits(value.Value),
            DType.Int64 => (ulong)integer,
            DType.Int32 => unchecked((uint)(int)integer),
            _ => unchecked((byte)integer),
        };
    }
}

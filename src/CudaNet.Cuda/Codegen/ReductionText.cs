using System.Globalization;
using System.Text;
using CudaNet.Cuda.Kernels;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>The text of one kernel of a reduction.</summary>
/// <param name="plan">How threads walk.</param>
/// <param name="program">What is folded; null to fold accumulators that lie in memory.</param>
/// <param name="fold">How it is folded.</param>
/// <param name="epilogue">What follows, its first input the folded value; null to store accumulators.</param>
/// <param name="extras">How the epilogue's further inputs are found.</param>
/// <param name="reports">Whether a program divides integers.</param>
internal sealed class ReductionText(FoldPlan plan, ElementwiseProgram? program, FoldText fold, ElementwiseProgram? epilogue, OperandAccess[] extras, bool reports)
{
    private readonly StringBuilder _text = new();

    /// <summary>Offsets by the result.</summary>
    public required AxisArguments Kept { get; init; }

    /// <summary>Offsets by the folded element.</summary>
    public required AxisArguments Folded { get; init; }

    /// <summary>Offsets of the epilogue's inputs by the result.</summary>
    public required AxisArguments Extras { get; init; }

    /// <summary>Whether folded positions need 64 bits.</summary>
    public required bool Wide { get; init; }

    private string Index => Wide ? "long long" : "int";

    /// <summary>The whole text.</summary>
    public string Build()
    {
        _text.Append(ProgramText.Prelude(program, epilogue)).Append(fold.Text);
        if (program is not null) _text.Append(ProgramText.Function("program", program, wide: true));
        if (epilogue is not null) _text.Append(ProgramText.Function("epilogue", epilogue));
        List<string> parameters =
        [
            .. program is null ? ["const Sum *p0"] : program.Inputs.Select((type, k) => $"const {KernelTypes.Name(type)} *p{k}"),
            .. extras.Select((_, k) => $"const {KernelTypes.Name(epilogue!.Inputs[k + 1])} *e{k}"),
            epilogue is null ? "Sum *q" : $"{Result} *q",
            .. reports ? ["IndexError *error", "unsigned long long token"] : (string[])[],
            "long long keep", "long long fold", "long long chunk", "int lanes", "int shift",
        ];
        Line($"extern \"C\" __global__ void __launch_bounds__({FoldPlan.Threads}) reduction({string.Join(", ", parameters)}{Kept.Parameters()}{Folded.Parameters()}{Extras.Parameters()}) {{");
        if (plan.Shape != FoldShape.Lanes) Line($"    __shared__ Sum scratch[{(plan.Shape == FoldShape.Block ? FoldPlan.Threads / 32 : FoldPlan.Threads)}];");
        switch (plan.Shape)
        {
            case FoldShape.Block:
                Line("    const int thread = threadIdx.x, threads = blockDim.x;");
                Line("    const long long row = blockIdx.x;");
                break;
            case FoldShape.Lanes:
                Line("    const int thread = threadIdx.x & (lanes - 1), threads = lanes;");
                Line("    const long long row = (long long)blockIdx.x * (blockDim.x >> shift) + (threadIdx.x >> shift);");
                break;
            default:
                Line("    const int thread = threadIdx.x >> shift, threads = blockDim.x >> shift;");
                Line("    const long long row = (long long)blockIdx.x * lanes + (threadIdx.x & (lanes - 1));");
                break;
        }
        Walk();
        Join();
        Line("}\n}");
        return _text.ToString();
    }

    private string Result => KernelTypes.Name(epilogue!.TypeOf(epilogue.Outputs[0]));

    private void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Line(string line) => _text.Append(line).Append('\n');

    /// <summary>What a thread folds by itself.</summary>
    private void Walk()
    {
        Line("    Sum sum = neutral();");
        Line("    if (row < keep) {");
        _text.Append(Kept.Offsets("row", "        "));
        for (var k = 0; k < plan.Access.Length; k++)
            if (plan.Access[k] == OperandAccess.Scalar) Line(program is null ? $"        const Sum a{k} = p{k}[0];" : $"        const {Lane(k)} a{k} = widen(p{k}[0]);");
            else Line($"        const auto *b{k} = p{k} + ka{k}o;");
        Line("        const long long start = blockIdx.y * chunk, stop = start + chunk < fold ? start + chunk : fold;");
        Line($"        {Index} f = ({Index})start + thread;");
        if (plan.Width > 1) Neighbours();
        Unroll();
        Line($"        for (; f < stop; f += threads) {{");
        _text.Append(Folded.Offsets("f", "            "));
        if (program is null) Line("            sum = combine(sum, b0[fa0o]);");
        else
        {
            Line($"            {OpText.Lane(fold.ElementType)} value;");
            Line($"            program({Arguments(k => plan.Access[k] == OperandAccess.Scalar ? $"a{k}" : $"widen(b{k}[fa{k}o])")}value);");
            Line("            sum = combine(sum, element(value, f));");
        }
        Line("        }");
        Line("    }");
    }

    /// <summary>Several neighbours at once, as long as there are enough and the operands are aligned.</summary>
    private void Neighbours()
    {
        var width = plan.Width;
        var rows = Enumerable.Range(0, plan.Access.Length).Where(k => plan.Access[k] == OperandAccess.Row).ToArray();
        var aligned = rows.Select(k => $"(unsigned long long)b{k} & {width * program!.Inputs[k].Size() - 1}");
        Line($"        if ({(rows.Length == 0 ? "true" : $"({string.Join(" | ", aligned)}) == 0")}) {{");
        Line($"            Sum sums[{width}];");
        Line($"#pragma unroll\n            for (int k = 0; k < {width}; k++) sums[k] = neutral();");
        Unroll();
        Line($"            for (f = ({Index})start + thread * {width}; f + {width - 1} < stop; f += threads * {width}) {{");
        _text.Append(Folded.Offsets("f", "                "));
        foreach (var k in Enumerable.Range(0, plan.Access.Length))
            if (plan.Access[k] == OperandAccess.Column) Line($"                const {Lane(k)} a{k} = widen(b{k}[fa{k}o]);");
            else if (plan.Access[k] == OperandAccess.Row) Line($"                {Lane(k)} a{k}[{width}];\n                load_pack<{width}>(b{k} + fa{k}o, a{k});");
        Line($"#pragma unroll\n                for (int k = 0; k < {width}; k++) {{");
        Line($"                    {OpText.Lane(fold.ElementType)} value;");
        Line($"                    program({Arguments(k => plan.Access[k] == OperandAccess.Row ? $"a{k}[k]" : $"a{k}")}value);");
        Line("                    sums[k] = combine(sums[k], element(value, f + k));");
        Line("                }");
        Line("            }");
        Line($"#pragma unroll\n            for (int k = 0; k < {width}; k++) sum = combine(sum, sums[k]);");
        Line($"            f = ({Index})(stop - (stop - start) % {width}) + thread;");
        Line("        }");
    }

    /// <summary>Joins what threads have, in an order that depends on nothing but their number.</summary>
    private void Join()
    {
        switch (plan.Shape)
        {
            case FoldShape.Lanes:
                Line("    for (int d = lanes >> 1; d > 0; d >>= 1) sum = combine(sum, exchange(sum, d));");
                Line("    if (thread != 0 || row >= keep) return;");
                break;
            case FoldShape.Block:
                Line("#pragma unroll\n    for (int d = 16; d > 0; d >>= 1) sum = combine(sum, exchange(sum, d));");
                Line("    if ((thread & 31) == 0) scratch[thread >> 5] = sum;");
                Line("    __syncthreads();");
                Line("    if (thread != 0) return;");
                Line($"#pragma unroll\n    for (int w = 1; w < {FoldPlan.Threads / 32}; w++) sum = combine(sum, scratch[w]);");
                break;
            default:
                Line("    scratch[threadIdx.x] = sum;");
                Line("    __syncthreads();");
                Line("    for (int d = threads >> 1; d > 0; d >>= 1) {");
                Line("        if (thread < d) scratch[threadIdx.x] = sum = combine(sum, scratch[threadIdx.x + (d << shift)]);");
                Line("        __syncthreads();");
                Line("    }");
                Line("    if (thread != 0 || row >= keep) return;");
                break;
        }
        if (epilogue is null)
        {
            Line("    q[blockIdx.y * keep + row] = sum;");
            return;
        }
        _text.Append(Extras.Offsets("row", "    "));
        var inputs = extras.Select((access, k) => $", widen(e{k}[{access switch { OperandAccess.Linear => "row", OperandAccess.Scalar => "0", _ => $"eb{k}o" }}])");
        Line($"    {OpText.Lane(epilogue.TypeOf(epilogue.Outputs[0]))} result;");
        Line($"    epilogue({(fold.IsPosition ? "sum.at" : "sum")}{string.Concat(inputs)}, {(ProgramText.ReportsErrors(epilogue) ? "error, token, " : "")}result);");
        Line($"    q[row] = rounded<{Result}>(result);");
    }

    /// <summary>Compilers unroll short loops by themselves; a long program would only grow.</summary>
    private void Unroll()
    {
        if (program is not null && (program.Instructions.Length > 8 || ProgramText.NeedsMath(program))) Line("#pragma unroll 1");
    }

    private string Lane(int k) => OpText.Lane(program!.Inputs[k]);

    private string Arguments(Func<int, string> argument) => string.Concat(
        [.. Enumerable.Range(0, plan.Access.Length).Select(k => argument(k) + ", "), ProgramText.ReportsErrors(program!) ? "error, token, " : ""]);
}

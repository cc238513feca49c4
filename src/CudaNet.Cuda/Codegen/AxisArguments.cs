using System.Globalization;
using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Cuda.Codegen;

/// <summary>Finds offsets in operands from a linear position: the text, and the numbers that belong to it. The text knows the
/// number of axes; sizes and strides are arguments.</summary>
/// <param name="prefix">Starts every name, so that two of them fit into one kernel.</param>
/// <param name="sizes">Sizes of the axes.</param>
/// <param name="strides">Of each operand over them, in elements.</param>
/// <param name="wide">True for 64-bit positions and offsets; then division is the machine's.</param>
internal sealed class AxisArguments(string prefix, long[] sizes, IReadOnlyList<(string Name, long[] Strides)> strides, bool wide)
{
    /// <summary>Parameters of the kernel, each with a comma in front.</summary>
    public string Parameters()
    {
        var text = new StringBuilder();
        for (var axis = 1; axis < sizes.Length; axis++)
            text.Append(CultureInfo.InvariantCulture, $", {(wide ? $"long long {prefix}d{axis}" : $"int {prefix}d{axis}, unsigned {prefix}m{axis}, unsigned {prefix}h{axis}")}");
        foreach (var (name, steps) in strides)
            for (var axis = 0; axis < steps.Length; axis++) text.Append(CultureInfo.InvariantCulture, $", {Offset} {prefix}{name}s{axis}");
        return text.ToString();
    }

    /// <summary>The arguments for them.</summary>
    public IEnumerable<KernelArgument> Numbers()
    {
        for (var axis = 1; axis < sizes.Length; axis++)
        {
            if (wide)
            {
                yield return sizes[axis];
                continue;
            }
            var (multiplier, shift) = KernelAxes.Divisor((uint)sizes[axis]);
            yield return (int)sizes[axis];
            yield return multiplier;
            yield return shift;
        }
        foreach (var (_, steps) in strides)
            foreach (var step in steps) yield return wide ? step : (KernelArgument)(int)step;
    }

    /// <summary>Statements that declare an offset <c>prefix + name + "o"</c> for each operand.</summary>
    /// <param name="position">The linear position, an expression.</param>
    /// <param name="indent">In front of each line.</param>
    public string Offsets(string position, string indent)
    {
        if (strides.Count == 0) return "";
        var text = new StringBuilder();
        var rest = sizes.Length > 1 ? $"{prefix}u{sizes.Length - 1}" : $"{prefix}u0";
        text.Append(CultureInfo.InvariantCulture, $"{indent}const {Position} {rest} = ({Position})({position});\n");
        for (var axis = sizes.Length - 1; axis > 0; axis--)
        {
            var quotient = wide ? $"{rest} / {prefix}d{axis}" : $"divided({rest}, {prefix}m{axis}, {prefix}h{axis})";
            text.Append(CultureInfo.InvariantCulture, $"{indent}const {Position} {prefix}u{axis - 1} = {quotient};\n");
            text.Append(CultureInfo.InvariantCulture, $"{indent}const {Offset} {prefix}x{axis} = ({Offset})({rest} - {prefix}u{axis - 1} * {prefix}d{axis});\n");
            rest = $"{prefix}u{axis - 1}";
        }
        foreach (var (name, steps) in strides)
        {
            var terms = Enumerable.Range(0, steps.Length).Select(axis => axis == 0 ? $"({Offset}){rest} * {prefix}{name}s0" : $"{prefix}x{axis} * {prefix}{name}s{axis}");
            text.Append(CultureInfo.InvariantCulture, $"{indent}const {Offset} {prefix}{name}o = {(steps.Length == 0 ? "0" : string.Join(" + ", terms))};\n");
        }
        return text.ToString();
    }

    /// <summary>True if positions or offsets do not fit into 31 bits.</summary>
    public static bool IsWide(long[] sizes, IEnumerable<long[]> strides)
    {
        if (sizes.Aggregate(1L, (product, size) => product * size) > int.MaxValue) return true;
        foreach (var steps in strides)
        {
            long reach = 0;
            for (var axis = 0; axis < steps.Length; axis++) reach += Math.Abs(steps[axis]) * Math.Max(0, sizes[axis] - 1);
            if (reach > int.MaxValue) return true;
        }
        return false;
    }

    private string Position => wide ? "long long" : "unsigned";

    private string Offset => wide ? "long long" : "int";
}

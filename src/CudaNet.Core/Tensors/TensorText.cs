using System.Globalization;
using System.Text;

namespace CudaNet;

/// <summary>Prints tensors for people, as PyTorch does: aligned columns, one notation for all elements, lines of at most 80
/// characters, and the first and last three of an axis once there are more than a thousand elements.</summary>
internal static class TensorText
{
    private const int EdgeItems = 3;
    private const int LineWidth = 80;
    private const long SummarizeAbove = 1000;
    private const string Start = "tensor(";

    /// <summary>The text of a tensor whose values are in memory.</summary>
    public static string Format(Tensor tensor)
    {
        var (shape, type) = (tensor.Shape, tensor.DType);
        var shown = new List<long>();
        Collect(shape, 0, 0, shown);
        var words = type switch
        {
            DType.Bool => Words<bool>(tensor, shown, v => v ? "True" : "False"),
            DType.UInt8 => Words<byte>(tensor, shown, v => v.ToString(CultureInfo.InvariantCulture)),
            DType.Int32 => Words<int>(tensor, shown, v => v.ToString(CultureInfo.InvariantCulture)),
            DType.Int64 => Words<long>(tensor, shown, v => v.ToString(CultureInfo.InvariantCulture)),
            DType.Float32 => Numbers<float>(tensor, shown, v => v),
            DType.Float64 => Numbers<double>(tensor, shown, v => v),
            DType.Float16 => Numbers<Half>(tensor, shown, v => (double)v),
            _ => Numbers<BFloat16>(tensor, shown, v => v),
        };
        var width = 0;
        if (shape.Rank > 0)
            foreach (var word in words) width = Math.Max(width, word.Length);
        var text = new StringBuilder(Start);
        var next = 0;
        Append(text, shape, 0, Start.Length, width, words, ref next);
        text.Append(", ").Append(type.ShortName());
        if (shape.Rank > 1 || shape.ElementCount == 0 || shape.ElementCount > SummarizeAbove) text.Append(shape);
        return text.Append(')').ToString();
    }

    private static bool IsCut(Shape shape, int axis) => shape.ElementCount > SummarizeAbove && shape[axis] > 2 * EdgeItems;

    /// <summary>Row-major numbers of the elements that are printed, in their order.</summary>
    private static void Collect(Shape shape, int axis, long start, List<long> shown)
    {
        if (axis == shape.Rank)
        {
            shown.Add(start);
            return;
        }
        for (long i = 0; i < shape[axis]; i++)
        {
            if (i == EdgeItems && IsCut(shape, axis)) i = shape[axis] - EdgeItems;
            Collect(shape, axis + 1, start * shape[axis] + i, shown);
        }
    }

    private static void Append(StringBuilder text, Shape shape, int axis, int indent, int width, List<string> words, ref int next)
    {
        if (axis == shape.Rank)
        {
            text.Append(words[next++].PadLeft(width));
            return;
        }
        var isRow = axis == shape.Rank - 1;
        var newLine = "," + new string('\n', Math.Max(1, shape.Rank - 1 - axis)) + new string(' ', indent + 1);
        var aLine = Math.Max(1, (LineWidth - indent) / (width + 2));
        text.Append('[');
        var printed = 0;
        for (long i = 0; i < shape[axis]; i++, printed++)
        {
            if (i > 0) text.Append(isRow && printed % aLine != 0 ? ", " : newLine);
            if (i == EdgeItems && IsCut(shape, axis))
            {
                printed++;
                text.Append("...").Append(isRow ? ", " : newLine);
                i = shape[axis] - EdgeItems;
            }
            Append(text, shape, axis + 1, indent + 1, width, words, ref next);
        }
        text.Append(']');
    }

    private static List<string> Words<T>(Tensor tensor, List<long> shown, Func<T, string> word) where T : unmanaged
    {
        var values = tensor.ToArray<T>();
        return shown.ConvertAll(i => word(values[i]));
    }

    private static List<string> Numbers<T>(Tensor tensor, List<long> shown, Func<T, double> number) where T : unmanaged
    {
        var values = tensor.ToArray<T>();
        var numbers = shown.ConvertAll(i => number(values[i]));
        return numbers.ConvertAll(Notation(numbers));
    }

    /// <summary>One notation for all: whole numbers, four decimals, or powers of ten where magnitudes differ too much.</summary>
    private static Converter<double, string> Notation(List<double> numbers)
    {
        var (least, greatest, whole) = (double.PositiveInfinity, 0.0, true);
        foreach (var number in numbers)
        {
            if (!double.IsFinite(number)) continue;
            whole &= number == Math.Floor(number);
            if (number == 0) continue;
            least = Math.Min(least, Math.Abs(number));
            greatest = Math.Max(greatest, Math.Abs(number));
        }
        var format = greatest > 1e8 || (greatest > 0 && ((greatest / least > 1000 && !whole) || least < 1e-4)) ? "0.0000e+00" : whole ? "0'.'" : "0.0000";
        return v => double.IsNaN(v) ? "nan" : double.IsInfinity(v) ? (v > 0 ? "inf" : "-inf")
            : v.ToString(format, CultureInfo.InvariantCulture);
    }
}

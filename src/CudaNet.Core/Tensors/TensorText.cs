using System.Globalization;
using System.Text;

namespace CudaNet;

/// <summary>Prints tensors for people: aligned columns, at most 3 + 3 entries an axis once there are many.</summary>
internal static class TensorText
{
    private const int EdgeItems = 3;
    private const long SummarizeAbove = 1000;

    public static string Format(double[] values, Shape shape, DType type)
    {
        var text = new StringBuilder("tensor(");
        var format = Formatter(values, type);
        var width = 0;
        if (shape.Rank > 0)
            foreach (var value in Visible(values, shape)) width = Math.Max(width, format(value).Length);
        Append(text, values, shape, 0, 0, v => format(v).PadLeft(width), "tensor(".Length);
        return text.Append($", {type.ShortName()}{(shape.Rank > 1 || shape.ElementCount == 0 || shape.ElementCount > SummarizeAbove ? shape : "")})").ToString();
    }

    private static void Append(StringBuilder text, double[] values, Shape shape, int axis, long start, Func<double, string> format, int indent)
    {
        if (axis == shape.Rank)
        {
            text.Append(format(values[start]));
            return;
        }
        long stride = 1;
        for (var k = axis + 1; k < shape.Rank; k++) stride *= shape[k];
        var last = axis == shape.Rank - 1;
        var separator = last ? ", " : "," + new string('\n', Math.Max(1, shape.Rank - 1 - axis)) + new string(' ', indent + 1);
        text.Append('[');
        var cut = shape.ElementCount > SummarizeAbove && shape[axis] > 2 * EdgeItems;
        for (long i = 0; i < shape[axis]; i++)
        {
            if (i > 0) text.Append(separator);
            if (cut && i == EdgeItems)
            {
                text.Append("...").Append(separator);
                i = shape[axis] - EdgeItems;
            }
            Append(text, values, shape, axis + 1, start + i * stride, format, indent + 1);
        }
        text.Append(']');
    }

    private static IEnumerable<double> Visible(double[] values, Shape shape)
    {
        if (shape.ElementCount <= SummarizeAbove) return values;
        // The corners decide the width; looking at all of a large tensor would make printing slow.
        return values.Take(EdgeItems * 64).Concat(values.TakeLast(EdgeItems * 64));
    }

    private static Func<double, string> Formatter(double[] values, DType type)
    {
        var culture = CultureInfo.InvariantCulture;
        if (type == DType.Bool) return v => v != 0 ? "True" : "False";
        if (!type.IsFloating()) return v => v.ToString("F0", culture);
        var finite = values.Where(double.IsFinite).Select(Math.Abs).Where(v => v != 0).ToArray();
        var (least, greatest) = finite.Length == 0 ? (1.0, 1.0) : (finite.Min(), finite.Max());
        if (values.All(v => !double.IsFinite(v) || v == Math.Floor(v)) && greatest < 1e8) return v => v.ToString("0.", culture) + (double.IsFinite(v) ? "." : "");
        return greatest >= 1e8 || least < 1e-4 || greatest / least > 1e8
            ? v => v.ToString("0.0000e+00", culture)
            : v => v.ToString("0.0000", culture);
    }
}

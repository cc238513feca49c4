using System.Globalization;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Codegen;

/// <summary>What a reduction folds with, as CUDA C: the accumulator's type <c>Sum</c>, and the functions <c>neutral</c>,
/// <c>element</c>, <c>combine</c> and <c>exchange</c> over it.</summary>
/// <param name="Text">Their definitions.</param>
/// <param name="ElementType">Type of the values that are folded.</param>
/// <param name="IsPosition">True if the accumulator holds the position of an element beside its value.</param>
internal sealed record FoldText(string Text, DType ElementType, bool IsPosition)
{
    /// <summary>Sum, Max, Min and Prod. Half types are folded in float, integers are added and multiplied in 64 bits.</summary>
    public static FoldText Of(Op reduction, DType folded)
    {
        var (function, neutral) = reduction switch
        {
            Sum => ("add", "0"),
            Prod => ("multiply", "1"),
            Max => ("larger", Extreme(folded, greatest: false)),
            Min => ("smaller", Extreme(folded, greatest: true)),
            _ => throw new ArgumentException($"{reduction.Name} does not fold element by element."),
        };
        return new($$"""
            typedef {{OpText.Lane(folded)}} Sum;
            DEVICE Sum neutral() { return (Sum){{neutral}}; }
            DEVICE Sum element(Sum value, long long) { return value; }
            DEVICE Sum combine(Sum a, Sum b) { return {{function}}(a, b); }
            DEVICE Sum exchange(Sum a, int d) { return exchange_value(a, d); }

            """, folded, false);
    }

    /// <summary>ArgMax and ArgMin: the first of equal elements, the first NaN if there is one.</summary>
    public static FoldText OfPosition(bool greatest, DType type) => new($$"""
        struct Sum { {{OpText.Lane(type)}} value; long long at; };
        DEVICE Sum neutral() { Sum s; s.value = 0; s.at = -1; return s; }
        DEVICE Sum element({{OpText.Lane(type)}} value, long long at) { Sum s; s.value = value; s.at = at; return s; }
        DEVICE Sum combine(Sum a, Sum b) {
            const bool nanA = is_nan(a.value), nanB = is_nan(b.value);
            const bool better = nanB ? !nanA : b.value {{(greatest ? ">" : "<")}} a.value, equal = nanB ? nanA : b.value == a.value;
            return b.at >= 0 && (a.at < 0 || better || (equal && b.at < a.at)) ? b : a;
        }
        DEVICE Sum exchange(Sum a, int d) {
            a.value = exchange_value(a.value, d);
            a.at = exchange_value(a.at, d);
            return a;
        }

        """, type, true);

    private static string Extreme(DType type, bool greatest) => type switch
    {
        DType.Bool => greatest ? "1" : "0",
        DType.UInt8 => greatest ? "255" : "0",
        DType.Int32 => greatest ? "0x7FFFFFFF" : "0x80000000u",
        DType.Int64 => greatest ? "0x7FFFFFFFFFFFFFFFLL" : "0x8000000000000000ULL",
        DType.Float64 => OpText.Constant(greatest ? double.PositiveInfinity : double.NegativeInfinity, DType.Float64),
        _ => greatest ? "INFINITY_F" : "-INFINITY_F",
    };
}

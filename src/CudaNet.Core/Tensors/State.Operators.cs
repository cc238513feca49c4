namespace CudaNet;

// C# looks for operators in the operands' own types, so the conversion to Tensor alone does not make `w * 2` work.
public partial class State
{
    /// <summary>Sum of the values.</summary>
    public static Tensor operator +(State a, State b) => a.Value + b.Value;

    /// <summary>Sum of the value and a number.</summary>
    public static Tensor operator +(State a, Scalar b) => a.Value + b;

    /// <summary>Sum of a number and the value.</summary>
    public static Tensor operator +(Scalar a, State b) => a + b.Value;

    /// <summary>Difference of the values.</summary>
    public static Tensor operator -(State a, State b) => a.Value - b.Value;

    /// <summary>Difference of the value and a number.</summary>
    public static Tensor operator -(State a, Scalar b) => a.Value - b;

    /// <summary>Difference of a number and the value.</summary>
    public static Tensor operator -(Scalar a, State b) => a - b.Value;

    /// <summary>Product of the values.</summary>
    public static Tensor operator *(State a, State b) => a.Value * b.Value;

    /// <summary>Product of the value and a number.</summary>
    public static Tensor operator *(State a, Scalar b) => a.Value * b;

    /// <summary>Product of a number and the value.</summary>
    public static Tensor operator *(Scalar a, State b) => a * b.Value;

    /// <summary>Quotient of the values.</summary>
    public static Tensor operator /(State a, State b) => a.Value / b.Value;

    /// <summary>Quotient of the value and a number.</summary>
    public static Tensor operator /(State a, Scalar b) => a.Value / b;

    /// <summary>Quotient of a number and the value.</summary>
    public static Tensor operator /(Scalar a, State b) => a / b.Value;

    /// <summary>The negated value.</summary>
    public static Tensor operator -(State a) => -a.Value;
}

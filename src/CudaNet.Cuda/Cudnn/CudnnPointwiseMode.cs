namespace CudaNet.Cuda.Cudnn;

/// <summary>Pointwise operations of the graph API (cudnnPointwiseMode_t).</summary>
public enum CudnnPointwiseMode
{
    /// <summary>x + b.</summary>
    Add = 0,

    /// <summary>x·b.</summary>
    Mul = 1,

    /// <summary>The lesser.</summary>
    Min = 2,

    /// <summary>The greater.</summary>
    Max = 3,

    /// <summary>√x.</summary>
    Sqrt = 4,

    /// <summary>x + b².</summary>
    AddSquare = 5,

    /// <summary>x/b.</summary>
    Div = 6,

    /// <summary>The remainder.</summary>
    Mod = 7,

    /// <summary>x to the power of b.</summary>
    Pow = 8,

    /// <summary>x − b.</summary>
    Sub = 9,

    /// <summary>The magnitude.</summary>
    Abs = 10,

    /// <summary>Rounded up.</summary>
    Ceil = 11,

    /// <summary>cos x.</summary>
    Cos = 12,

    /// <summary>exp x.</summary>
    Exp = 13,

    /// <summary>Rounded down.</summary>
    Floor = 14,

    /// <summary>log x.</summary>
    Log = 15,

    /// <summary>−x.</summary>
    Neg = 16,

    /// <summary>1/√x.</summary>
    Rsqrt = 17,

    /// <summary>sin x.</summary>
    Sin = 18,

    /// <summary>tan x.</summary>
    Tan = 19,

    /// <summary>erf x.</summary>
    Erf = 20,

    /// <summary>x.</summary>
    Identity = 21,

    /// <summary>1/x.</summary>
    Reciprocal = 22,

    /// <summary>max(x, 0).</summary>
    ReluForward = 100,

    /// <summary>tanh x.</summary>
    TanhForward = 101,

    /// <summary>1/(1 + exp(−x)).</summary>
    SigmoidForward = 102,

    /// <summary>ELU.</summary>
    EluForward = 103,

    /// <summary>GELU.</summary>
    GeluForward = 104,

    /// <summary>log(1 + exp x).</summary>
    SoftplusForward = 105,

    /// <summary>Swish.</summary>
    SwishForward = 106,

    /// <summary>GELU by its tanh form.</summary>
    GeluApproximateTanhForward = 107,

    /// <summary>The gradient of max(x, 0).</summary>
    ReluBackward = 200,

    /// <summary>The gradient of tanh.</summary>
    TanhBackward = 201,

    /// <summary>The gradient of the sigmoid.</summary>
    SigmoidBackward = 202,

    /// <summary>The gradient of ELU.</summary>
    EluBackward = 203,

    /// <summary>The gradient of GELU.</summary>
    GeluBackward = 204,

    /// <summary>The gradient of softplus.</summary>
    SoftplusBackward = 205,

    /// <summary>The gradient of Swish.</summary>
    SwishBackward = 206,

    /// <summary>The gradient of GELU's tanh form.</summary>
    GeluApproximateTanhBackward = 207,

    /// <summary>x = b.</summary>
    CompareEqual = 300,

    /// <summary>x ≠ b.</summary>
    CompareNotEqual = 301,

    /// <summary>x > b.</summary>
    CompareGreater = 302,

    /// <summary>x ≥ b.</summary>
    CompareGreaterOrEqual = 303,

    /// <summary>x &lt; b.</summary>
    CompareLess = 304,

    /// <summary>x ≤ b.</summary>
    CompareLessOrEqual = 305,

    /// <summary>Both.</summary>
    LogicalAnd = 400,

    /// <summary>Either.</summary>
    LogicalOr = 401,

    /// <summary>Not.</summary>
    LogicalNot = 402,

    /// <summary>The index along an axis.</summary>
    GenerateIndex = 501,

    /// <summary>x or b, by a mask.</summary>
    BinarySelect = 601,
}

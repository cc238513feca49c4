namespace CudaNet.Cuda.Nvrtc;

/// <summary>What a call of NVRTC returned (nvrtcResult).</summary>
public enum NvrtcStatus
{
    /// <summary>It worked.</summary>
    Success = 0,

    /// <summary>No memory.</summary>
    OutOfMemory = 1,

    /// <summary>The program could not be made.</summary>
    ProgramCreationFailure = 2,

    /// <summary>An argument is wrong.</summary>
    InvalidInput = 3,

    /// <summary>The program is none.</summary>
    InvalidProgram = 4,

    /// <summary>An option is unknown or has a wrong value.</summary>
    InvalidOption = 5,

    /// <summary>The source does not compile; the log tells why.</summary>
    Compilation = 6,

    /// <summary>The compiler cannot work: its built-ins are missing.</summary>
    BuiltinOperationFailure = 7,

    /// <summary>A name expression was added after compiling.</summary>
    NoNameExpressionsAfterCompilation = 8,

    /// <summary>A lowered name was asked for before compiling.</summary>
    NoLoweredNamesBeforeCompilation = 9,

    /// <summary>A name expression was never added, or does not compile.</summary>
    NameExpressionNotValid = 10,

    /// <summary>An error of the compiler itself.</summary>
    InternalError = 11,

    /// <summary>The time report could not be written.</summary>
    TimeFileWriteFailed = 12,

    /// <summary>A precompiled header was asked for and there is none.</summary>
    NoPrecompiledHeaderAttempted = 13,

    /// <summary>The heap for precompiled headers is too small.</summary>
    PrecompiledHeaderHeapExhausted = 14,

    /// <summary>The precompiled header failed.</summary>
    PrecompiledHeader = 15,

    /// <summary>The compilation was cancelled.</summary>
    Cancelled = 16,
}

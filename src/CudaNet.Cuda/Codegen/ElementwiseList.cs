using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>
/// One kernel for an elementwise program over many tensors: a block finds the tensor to which it belongs in a table among the kernel's
/// parameters, and goes on as <see cref="ElementwiseGenerator"/> does for one. As many tensors as a table holds are one launch.
/// </summary>
/// <remarks>The table is a structure: elements of each tensor, addresses of its operands, its first block, and how many there are.</remarks>
internal sealed class ElementwiseList
{
    private readonly int _operands;
    private readonly int _perBlock;
    private readonly ImmutableArray<Shape> _shapes;

    /// <summary>A kernel for several tensors.</summary>
    /// <param name="program">What is computed.</param>
    /// <param name="shapes">The tensors.</param>
    /// <param name="isOne">Whether an input is one element for a whole tensor; else it lies as the elements do.</param>
    public ElementwiseList(ElementwiseProgram program, ImmutableArray<Shape> shapes, ReadOnlySpan<bool> isOne)
    {
        (_shapes, _operands, Most) = (shapes, OperandsOf(program), MostOf(program));
        var width = ElementwiseGenerator.Neighbours(program);
        _perBlock = ElementwiseGenerator.Threads * width;
        var access = new OperandAccess[isOne.Length];
        for (var k = 0; k < access.Length; k++) access[k] = isOne[k] ? OperandAccess.Scalar : OperandAccess.Linear;
        ReportsErrors = ProgramText.ReportsErrors(program);
        Kernel = new("elementwise", ElementwiseGenerator.Source(program, access, width, null, ReportsErrors, this));
    }

    /// <summary>Tensors that a table holds.</summary>
    public int Most { get; }

    /// <summary>The kernel.</summary>
    public GeneratedKernel Kernel { get; }

    /// <summary>Whether the kernel takes an error record and a token behind the table.</summary>
    public bool ReportsErrors { get; }

    /// <summary>The table's type.</summary>
    public string Declaration => string.Create(CultureInfo.InvariantCulture, $"struct Tensors {{\n    long long n[{Most}];\n    void *operands[{Most}][{_operands}];\n    unsigned first[{Most}];\n    int count;\n}};\n");

    /// <summary>True if a kernel can be made that is worth it.</summary>
    public static bool CanGenerate(ElementwiseProgram program) => ProgramText.Knows(program) && MostOf(program) > 1;

    /// <summary>Statements that find the block's tensor, the number of the block in it, and its operands.</summary>
    public string Operands(IReadOnlyList<(string Declaration, string Name)> operands)
    {
        var text = new StringBuilder("    int tensor = 0, end = list.count;\n    while (end - tensor > 1) {\n        int middle = (tensor + end) >> 1;\n");
        text.Append("        if (list.first[middle] <= blockIdx.x) tensor = middle;\n        else end = middle;\n    }\n");
        text.Append("    const unsigned block = blockIdx.x - list.first[tensor];\n    const long long n = list.n[tensor];\n");
        for (var k = 0; k < operands.Count; k++)
            text.Append(CultureInfo.InvariantCulture, $"    {operands[k].Declaration}{operands[k].Name} = ({operands[k].Declaration})list.operands[tensor][{k}];\n");
        return text.ToString();
    }

    /// <summary>The launches that it takes: blocks of each, and the table without addresses with the places where they belong, tensor by tensor.</summary>
    public IEnumerable<(CudaLaunch Launch, int First, int Count, byte[] Table)> Launches()
    {
        for (var start = 0; start < _shapes.Length; start += Most)
        {
            var count = Math.Min(Most, _shapes.Length - start);
            var table = new byte[(8 + 8 * _operands + 4) * Most + 4];
            if (table.Length % 8 != 0) Array.Resize(ref table, table.Length + 4);
            var numbers = MemoryMarshal.Cast<byte, long>(table.AsSpan());
            var blocks = 0u;
            var firsts = MemoryMarshal.Cast<byte, uint>(table.AsSpan(8 * (1 + _operands) * Most));
            for (var k = 0; k < count; k++)
            {
                numbers[k] = _shapes[start + k].ElementCount;
                firsts[k] = blocks;
                blocks += (uint)((numbers[k] + _perBlock - 1) / _perBlock);
            }
            firsts[Most] = (uint)count;
            yield return (new((int)blocks, ElementwiseGenerator.Threads), start, count, table);
        }
    }

    /// <summary>Where in a table the address of a tensor's operand belongs.</summary>
    public int AddressOf(int tensor, int operand) => 8 * (Most + tensor * _operands + operand);

    private static int OperandsOf(ElementwiseProgram program) => program.Inputs.Length + program.Outputs.Length;

    private static int MostOf(ElementwiseProgram program) => (GeneratedKernel.MostParameterBytes - 3 * 8) / (8 + 8 * OperandsOf(program) + 4);
}

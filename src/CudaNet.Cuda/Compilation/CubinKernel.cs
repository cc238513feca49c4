using System.Buffers.Binary;
using System.Text;

namespace CudaNet.Cuda.Compilation;

/// <summary>What the assembler gave a kernel: read from the machine code (CUBIN) that <see cref="NvrtcKernelCompiler"/> makes for a card.</summary>
/// <param name="Name">The entry.</param>
/// <param name="Registers">32-bit registers of a thread.</param>
/// <param name="SharedBytes">Static shared memory of a block.</param>
/// <param name="StackBytes">Local memory of a thread: arrays that are indexed at run time, and registers that were spilled.</param>
public readonly record struct CubinKernel(string Name, int Registers, int SharedBytes, int StackBytes)
{
    private const int HeaderBytes = 64, SectionBytes = 64, NoBits = 8;

    /// <summary>Records of section .nv.info that hold a symbol and its number: EIATTR_FRAME_SIZE and EIATTR_REGCOUNT, in form EIFMT_SVAL.</summary>
    private const byte FrameSize = 0x11, RegisterCount = 0x2F, SizedValue = 4;

    /// <summary>The kernels of a CUBIN, in the order of its sections.</summary>
    /// <exception cref="InvalidDataException">It is no CUBIN: an ELF file of 64 bits with its sections.</exception>
    /// <remarks>Sections .text.NAME are the kernels, .nv.shared.NAME their shared memory, .nv.info registers and frames by symbol.</remarks>
    public static IReadOnlyList<CubinKernel> ReadAll(ReadOnlySpan<byte> cubin)
    {
        try
        {
            return Read(cubin);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"CUBIN of {cubin.Length} bytes: a section or a name lies outside of it. It was cut off or is none.", error);
        }
    }

    private static List<CubinKernel> Read(ReadOnlySpan<byte> cubin)
    {
        if (cubin.Length < HeaderBytes || !cubin.StartsWith("\u007FELF\u0002\u0001"u8)) throw new InvalidDataException($"CUBIN of {cubin.Length} bytes: it does not begin as an ELF file of 64 bits does.");
        var sections = new Section[BinaryPrimitives.ReadUInt16LittleEndian(cubin[0x3C..])];
        var headers = cubin[checked((int)BinaryPrimitives.ReadUInt64LittleEndian(cubin[0x28..]))..];
        for (var i = 0; i < sections.Length; i++) sections[i] = Section.Read(headers[(i * SectionBytes)..]);
        var names = sections.ElementAtOrDefault(BinaryPrimitives.ReadUInt16LittleEndian(cubin[0x3E..])).Content(cubin);

        var (kernels, shared) = (new List<CubinKernel>(), new Dictionary<string, int>(StringComparer.Ordinal));
        ReadOnlySpan<byte> information = default, symbols = default, symbolNames = default;
        foreach (var section in sections)
        {
            var name = TextAt(names, section.Name);
            if (name.StartsWith(".text.", StringComparison.Ordinal)) kernels.Add(new(name[".text.".Length..], 0, 0, 0));
            else if (name.StartsWith(".nv.shared.", StringComparison.Ordinal)) shared[name[".nv.shared.".Length..]] = checked((int)section.Size);
            else if (name == ".nv.info") information = section.Content(cubin);
            else if (name == ".symtab")
            {
                symbols = section.Content(cubin);
                symbolNames = sections.ElementAtOrDefault(checked((int)section.Link)).Content(cubin);
            }
        }
        var (registers, stacks) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        while (information.Length >= 4)
        {
            var bytes = information[0] == SizedValue ? BinaryPrimitives.ReadUInt16LittleEndian(information[2..]) : 0;
            if (information[0] == SizedValue && information[1] is FrameSize or RegisterCount && bytes == 8)
            {
                var symbol = symbols[checked(24 * BinaryPrimitives.ReadInt32LittleEndian(information[4..]))..];
                var kernel = TextAt(symbolNames, BinaryPrimitives.ReadUInt32LittleEndian(symbol));
                (information[1] == FrameSize ? stacks : registers)[kernel] = BinaryPrimitives.ReadInt32LittleEndian(information[8..]);
            }
            information = information[(4 + bytes)..];
        }
        return [.. kernels.Select(kernel => new CubinKernel(kernel.Name, registers.GetValueOrDefault(kernel.Name), shared.GetValueOrDefault(kernel.Name), stacks.GetValueOrDefault(kernel.Name)))];
    }

    private static string TextAt(ReadOnlySpan<byte> names, uint offset)
    {
        var text = names[checked((int)offset)..];
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
    }

    private readonly record struct Section(uint Name, uint Type, ulong Offset, ulong Size, uint Link, uint Info)
    {
        public static Section Read(ReadOnlySpan<byte> header) => new(
            BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[32..]), BinaryPrimitives.ReadUInt32LittleEndian(header[40..]), BinaryPrimitives.ReadUInt32LittleEndian(header[44..]));

        public ReadOnlySpan<byte> Content(ReadOnlySpan<byte> file) => Type == NoBits ? default : file.Slice(checked((int)Offset), checked((int)Size));
    }
}

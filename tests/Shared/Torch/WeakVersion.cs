using System.Buffers.Binary;
using System.Text;

namespace CudaNet.Shared;

/// <summary>
/// Makes one symbol and the library version it asks for optional in a 64-bit little-endian ELF image,
/// so that the image loads where that version is not provided.
/// </summary>
/// <remarks>
/// Sections are found by their type and their link field, never by name. The layout is that of the System V ABI
/// and, for the version tables, of the Linux Standard Base ("Symbol Versioning").
/// </remarks>
internal static class WeakVersion
{
    private const uint DynamicSymbols = 11;
    private const uint VersionNeeds = 0x6ffffffe;
    private const uint VersionOfSymbols = 0x6fffffff;

    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const byte WeakBinding = 2;
    private const ushort WeakVersionFlag = 2;

    private readonly record struct Section(uint Type, int Offset, int Size, int Link);

    /// <summary>Edits <paramref name="image"/> in place.</summary>
    /// <param name="image">The whole file.</param>
    /// <param name="symbol">The undefined symbol that becomes weak: unresolved, it is null instead of an error.</param>
    /// <param name="version">The needed version that becomes weak: absent, the loader goes on.</param>
    /// <exception cref="InvalidDataException">
    /// The image is no such ELF file, lacks the symbol or the version, or other symbols need that version as well:
    /// those would be called, so the file must not be loaded without them.
    /// </exception>
    internal static void Apply(Span<byte> image, string symbol, string version)
    {
        ReadOnlySpan<byte> elf64LittleEndian = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        if (!image.StartsWith(elf64LittleEndian))
            throw new InvalidDataException("not a 64-bit little-endian ELF file");

        try
        {
            var sections = ReadSections(image);
            var symbols = Find(sections, DynamicSymbols, "dynamic symbols");
            var versionIndex = WeakenVersion(image, sections, version);
            var symbolIndex = WeakenSymbol(image, symbols, sections[symbols.Link], symbol);
            RequireSoleUser(image, Find(sections, VersionOfSymbols, "symbol versions"), versionIndex, symbolIndex, version);
        }
        catch (Exception outside) when (outside is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("the ELF file is damaged: a table points outside of it", outside);
        }
    }

    private static Section[] ReadSections(ReadOnlySpan<byte> image)
    {
        var table = (int)U64(image, 0x28);
        var sections = new Section[U16(image, 0x3c)];
        for (var i = 0; i < sections.Length; i++)
        {
            var header = image.Slice(table + i * SectionHeaderSize, SectionHeaderSize);
            sections[i] = new Section(U32(header, 4), (int)U64(header, 24), (int)U64(header, 32), (int)U32(header, 40));
        }
        return sections;
    }

    private static Section Find(Section[] sections, uint type, string what)
    {
        foreach (var section in sections)
            if (section.Type == type)
                return section;
        throw new InvalidDataException($"the ELF file has no table of {what}");
    }

    /// <summary>Returns the index by which symbols refer to the version.</summary>
    private static int WeakenVersion(Span<byte> image, Section[] sections, string version)
    {
        var needs = Find(sections, VersionNeeds, "needed versions");
        var names = sections[needs.Link];
        // A chain of libraries, each with a chain of the versions wanted of it; links are relative, 0 ends a chain.
        for (int library = needs.Offset, next = 1; next != 0; library += next)
        {
            next = (int)U32(image, library + 12);
            var entry = library + (int)U32(image, library + 8);
            for (var remaining = U16(image, library + 2); remaining > 0; remaining--)
            {
                if (NameIs(image, names, U32(image, entry + 8), version))
                {
                    var flags = image.Slice(entry + 4, 2);
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(U16(flags, 0) | WeakVersionFlag));
                    return U16(image, entry + 6);
                }
                entry += (int)U32(image, entry + 12);
            }
        }
        throw new InvalidDataException($"the ELF file does not need the version {version}");
    }

    private static int WeakenSymbol(Span<byte> image, Section symbols, Section names, string symbol)
    {
        for (var i = 0; i < symbols.Size / SymbolSize; i++)
        {
            var entry = image.Slice(symbols.Offset + i * SymbolSize, SymbolSize);
            var undefined = U16(entry, 6) == 0;
            if (!undefined || !NameIs(image, names, U32(entry, 0), symbol))
                continue;
            const int typeMask = 0xf;
            entry[4] = (byte)((WeakBinding << 4) | (entry[4] & typeMask));
            return i;
        }
        throw new InvalidDataException($"the ELF file does not import the symbol {symbol}");
    }

    private static void RequireSoleUser(ReadOnlySpan<byte> image, Section versions, int versionIndex, int symbolIndex, string version)
    {
        const int hiddenBit = 0x8000;
        for (var i = 0; i < versions.Size / 2; i++)
            if (i != symbolIndex && (U16(image, versions.Offset + 2 * i) & ~hiddenBit) == versionIndex)
                throw new InvalidDataException($"more than one symbol needs the version {version}");
    }

    private static bool NameIs(ReadOnlySpan<byte> image, Section names, uint offset, string expected)
    {
        var name = image.Slice(names.Offset + (int)offset, expected.Length + 1);
        return name[^1] == 0 && Encoding.ASCII.GetString(name[..^1]) == expected;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}

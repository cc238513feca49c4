using System.Buffers.Binary;

namespace CudaNet.Nn.Formats.Gguf;

/// <summary>Blocks of quantised numbers to floats, and the two simple kinds back. Layouts are those of ggml.</summary>
internal static class GgufBlocks
{
    /// <summary>Elements and bytes of a block, and what the engine holds it as; quantised ones become Float32.</summary>
    public static (int Elements, int Bytes, DType Type) Of(GgufType type) => type switch
    {
        GgufType.F32 => (1, 4, DType.Float32),
        GgufType.F16 => (1, 2, DType.Float16),
        GgufType.BF16 => (1, 2, DType.BFloat16),
        GgufType.F64 => (1, 8, DType.Float64),
        GgufType.I32 => (1, 4, DType.Int32),
        GgufType.I64 => (1, 8, DType.Int64),
        GgufType.Q8_0 => (32, 34, DType.Float32),
        GgufType.Q4_0 => (32, 18, DType.Float32),
        GgufType.Q4_1 => (32, 20, DType.Float32),
        GgufType.Q4_K => (256, 144, DType.Float32),
        GgufType.Q6_K => (256, 210, DType.Float32),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type."),
    };

    public static bool IsQuantised(GgufType type) => Of(type).Elements > 1;

    public static void Dequantise(GgufType type, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var (elements, bytes, _) = Of(type);
        for (; !values.IsEmpty; blocks = blocks[bytes..], values = values[elements..])
        {
            var block = blocks[..bytes];
            var target = values[..elements];
            switch (type)
            {
                case GgufType.Q8_0: Q8(block, target); break;
                case GgufType.Q4_0: Q4(target, block[2..], Scale(block), -8 * Scale(block)); break;
                case GgufType.Q4_1: Q4(target, block[4..], Scale(block), Scale(block[2..])); break;
                case GgufType.Q4_K: Q4K(block, target); break;
                default: Q6K(block, target); break;
            }
        }
    }

    /// <summary>The nearest numbers of blocks whose largest magnitude is on the scale: Q8_0 or Q4_0.</summary>
    public static void Quantise(GgufType type, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        var (elements, bytes, _) = Of(type);
        for (; !values.IsEmpty; values = values[elements..], blocks = blocks[bytes..])
        {
            // The sign matters for four bits: they reach from −8 to 7.
            float largest = 0;
            foreach (float value in values[..elements])
                if (Math.Abs(value) > Math.Abs(largest))
                    largest = value;
            float scale = type == GgufType.Q8_0 ? Math.Abs(largest) / 127 : largest / -8, inverse = scale == 0 ? 0 : 1 / scale;
            BinaryPrimitives.WriteHalfLittleEndian(blocks, (Half)scale);
            for (int i = 0; i < elements; i++)
                if (type == GgufType.Q8_0)
                    blocks[2 + i] = (byte)(sbyte)Math.Clamp(MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero), -127, 127);
                else if (i < 16)
                    blocks[2 + i] = (byte)(Four(values[i] * inverse) | (Four(values[i + 16] * inverse) << 4));
        }

        static int Four(float value) => Math.Clamp((int)MathF.Floor(value + 8.5f), 0, 15);
    }

    private static float Scale(ReadOnlySpan<byte> at) => (float)BinaryPrimitives.ReadHalfLittleEndian(at);

    private static void Q8(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Scale(block);
        for (int i = 0; i < 32; i++)
            values[i] = d * (sbyte)block[2 + i];
    }

    private static void Q4(Span<float> values, ReadOnlySpan<byte> quants, float d, float m)
    {
        for (int i = 0; i < 16; i++)
        {
            values[i] = d * (quants[i] & 15) + m;
            values[i + 16] = d * (quants[i] >> 4) + m;
        }
    }

    private static void Q4K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Scale(block), least = Scale(block[2..]);
        var scales = block.Slice(4, 12);
        var quants = block[16..];
        for (int part = 0; part < 8; part++)
        {
            // The first four have their six bits in one byte each; the others in four of one byte and two of another's top.
            int scale = part < 4 ? scales[part] & 63 : (scales[part + 4] & 15) | (scales[part - 4] >> 6 << 4);
            int minimum = part < 4 ? scales[part + 4] & 63 : (scales[part + 4] >> 4) | (scales[part] >> 6 << 4);
            var packed = quants.Slice(part / 2 * 32, 32);
            for (int i = 0; i < 32; i++)
                values[part * 32 + i] = d * scale * (part % 2 == 0 ? packed[i] & 15 : packed[i] >> 4) - least * minimum;
        }
    }

    private static void Q6K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Scale(block[208..]);
        for (int half = 0; half < 2; half++)
        {
            var low = block.Slice(half * 64, 64);
            var high = block.Slice(128 + half * 32, 32);
            var scales = block.Slice(192 + half * 8, 8);
            for (int i = 0; i < 128; i++)
            {
                int lane = i % 32, quarter = i / 32;
                int four = quarter < 2 ? low[lane + quarter * 32] & 15 : low[lane + (quarter - 2) * 32] >> 4;
                int q = (four | ((high[lane] >> (2 * quarter) & 3) << 4)) - 32;
                values[half * 128 + i] = d * (sbyte)scales[lane / 16 + 2 * quarter] * q;
            }
        }
    }
}

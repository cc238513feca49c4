using Google.Protobuf;

namespace CudaNet.Nn.Formats.TensorBoard;

/// <summary>One entry of an event file, as TensorBoard reads it: the first of a file has a version, all others a tag with a scalar or a
/// histogram.</summary>
/// <param name="WallTime">Seconds since 1970.</param>
/// <param name="Step">Optimiser steps.</param>
/// <param name="Tag">What it is; null for the version.</param>
/// <param name="Scalar">The number, in single precision; null where there is none.</param>
/// <param name="Histogram">The distribution; null where there is none.</param>
/// <param name="FileVersion">"brain.Event:2" in the first entry.</param>
public sealed record TensorBoardEvent(double WallTime, long Step, string? Tag = null, float? Scalar = null, TensorBoardHistogram? Histogram = null, string? FileVersion = null)
{
    // Field numbers of TensorFlow's event.proto and summary.proto.
    private const int EventTime = 1, EventStep = 2, EventVersion = 3, EventSummary = 5, SummaryValue = 1, ValueTag = 1, ValueScalar = 2, ValueHistogram = 5;
    private const int HistogramLimits = 6, HistogramCounts = 7;

    /// <summary>Reads all entries of a file and checks their checksums.</summary>
    /// <exception cref="DataFormatException">The file is damaged.</exception>
    public static IReadOnlyList<TensorBoardEvent> ReadAll(string path)
    {
        try
        {
            return RecordFraming.Read(path).ConvertAll(Decode);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new DataFormatException(path, null, $"a record is no event ({error.Message.TrimEnd('.')})", "Give an event file of TensorBoard.", error);
        }
    }

    internal byte[] Encode() => Message(output =>
    {
        Write(output, EventTime, WallTime);
        output.WriteTag(EventStep, WireFormat.WireType.Varint);
        output.WriteInt64(Step);
        if (FileVersion is not null)
        {
            output.WriteTag(EventVersion, WireFormat.WireType.LengthDelimited);
            output.WriteString(FileVersion);
        }
        if (Tag is not null) Write(output, EventSummary, Message(summary => Write(summary, SummaryValue, Message(WriteValue))));
    });

    private void WriteValue(CodedOutputStream output)
    {
        output.WriteTag(ValueTag, WireFormat.WireType.LengthDelimited);
        output.WriteString(Tag);
        if (Scalar is { } scalar)
        {
            output.WriteTag(ValueScalar, WireFormat.WireType.Fixed32);
            output.WriteFloat(scalar);
        }
        if (Histogram is { } h)
            Write(output, ValueHistogram, Message(histogram =>
            {
                double[] numbers = [h.Min, h.Max, h.Count, h.Sum, h.SumOfSquares];
                for (var k = 0; k < numbers.Length; k++) Write(histogram, k + 1, numbers[k]);
                Write(histogram, HistogramLimits, h.Limits);
                Write(histogram, HistogramCounts, h.Counts);
            }));
    }

    private static TensorBoardEvent Decode(byte[] bytes)
    {
        var entry = new TensorBoardEvent(0, 0);
        Fields(bytes, (field, input) => entry = field switch
        {
            EventTime => entry with { WallTime = input.ReadDouble() },
            EventStep => entry with { Step = input.ReadInt64() },
            EventVersion => entry with { FileVersion = input.ReadString() },
            EventSummary => DecodeSummary(entry, input.ReadBytes().ToByteArray()),
            _ => null,
        } ?? Skip(entry, input));
        return entry;
    }

    private static TensorBoardEvent DecodeSummary(TensorBoardEvent entry, byte[] bytes)
    {
        Fields(bytes, (_, summary) => Fields(summary.ReadBytes().ToByteArray(), (field, input) => entry = field switch
        {
            ValueTag => entry with { Tag = input.ReadString() },
            ValueScalar => entry with { Scalar = input.ReadFloat() },
            ValueHistogram => entry with { Histogram = DecodeHistogram(input.ReadBytes().ToByteArray()) },
            _ => null,
        } ?? Skip(entry, input)));
        return entry;
    }

    private static TensorBoardHistogram DecodeHistogram(byte[] bytes)
    {
        var numbers = new double[5];
        double[] limits = [], counts = [];
        Fields(bytes, (field, input) =>
        {
            if (field <= numbers.Length) numbers[field - 1] = input.ReadDouble();
            else if (field == HistogramLimits) limits = Doubles(input);
            else if (field == HistogramCounts) counts = Doubles(input);
            else input.SkipLastField();
        });
        return new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], limits, counts);
    }

    private static void Fields(byte[] bytes, Action<int, CodedInputStream> read)
    {
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag && tag != 0) read(WireFormat.GetTagFieldNumber(tag), input);
    }

    private static TensorBoardEvent Skip(TensorBoardEvent entry, CodedInputStream input)
    {
        input.SkipLastField();
        return entry;
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    private static void Write(CodedOutputStream output, int field, double value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed64);
        output.WriteDouble(value);
    }

    private static void Write(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }

    /// <summary>Packed: one field with all numbers.</summary>
    private static void Write(CodedOutputStream output, int field, IReadOnlyList<double> values) => Write(output, field, Message(packed =>
    {
        foreach (var value in values) packed.WriteDouble(value);
    }));

    private static double[] Doubles(CodedInputStream input) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(input.ReadBytes().Span).ToArray();
}

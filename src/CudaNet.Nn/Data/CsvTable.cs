using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Data;

/// <summary>A table of numbers with one column to predict, read from a CSV file with a header.</summary>
/// <param name="X">Features [rows, columns], Float32.</param>
/// <param name="Y">Classes [rows] as Int64, or numbers [rows] as Float32.</param>
/// <param name="Features">Names of the columns of <paramref name="X"/>.</param>
/// <param name="Classes">Names of the classes in the order of their text; empty for numbers.</param>
public sealed record CsvTable(Tensor X, Tensor Y, IReadOnlyList<string> Features, IReadOnlyList<string> Classes)
{
    /// <summary>Reads a file. Numbers have a decimal point.</summary>
    /// <param name="path">The file; its first line names the columns.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="classes">True where its texts are classes, false where they are numbers.</param>
    /// <param name="leaveOut">Columns that are no features.</param>
    /// <param name="delimiter">Between the fields.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataFormatException">A column is missing, or a field is no number; the message names line and column.</exception>
    public static CsvTable Read(string path, string target, bool classes = true, IReadOnlyCollection<string>? leaveOut = null, string delimiter = ",")
    {
        using var reader = new StreamReader(path);
        using var csv = new CsvReader(reader, new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = delimiter, TrimOptions = TrimOptions.Trim, BadDataFound = null });
        try
        {
            if (!csv.Read() || !csv.ReadHeader() || csv.HeaderRecord is not { Length: > 0 } header)
                throw new DataFormatException(path, null, "there is no header", "Put the names of the columns into the first line.");
            foreach (var name in (leaveOut ?? []).Prepend(target))
                if (!header.Contains(name)) throw new DataFormatException(path, null, $"there is no column '{name}' among {string.Join(", ", header)}", "Give the name of a column.");
            string[] features = [.. header.Where(name => name != target && leaveOut?.Contains(name) != true)];
            if (features.Length == 0) throw new DataFormatException(path, null, $"there is no column beside '{target}'", "Leave one in at least.");
            var (x, texts, lines) = (new List<float>(), new List<string>(), new List<long>());
            while (csv.Read())
            {
                foreach (var name in features) x.Add(Number(path, csv.Parser.Row, name, csv.GetField(name)));
                texts.Add(csv.GetField(target) ?? "");
                lines.Add(csv.Parser.Row);
            }
            if (texts.Count == 0) throw new DataFormatException(path, null, "there is no line below the header", "Give a file with data.");
            var inputs = Tensor.From([.. x], [texts.Count, features.Length]);
            if (!classes) return new(inputs, Tensor.From([.. texts.Select((text, i) => Number(path, lines[i], target, text))]), features, []);
            string[] names = [.. texts.Distinct().Order(StringComparer.Ordinal)];
            return new(inputs, Tensor.From([.. texts.Select(text => (long)Array.IndexOf(names, text))]), features, names);
        }
        catch (CsvHelperException error)
        {
            throw new DataFormatException(path, null, $"line {csv.Parser.Row} cannot be read: {error.Message.Split('\n')[0].TrimEnd('.', '\r')}", "Give every line as many fields as the header.", error);
        }
    }

    private static float Number(string path, long line, string column, string? text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) ? value
        : throw new DataFormatException(path, null, $"'{text}' in line {line}, column '{column}', is no number", "Give numbers like 1.5, or leave the column out.");
}

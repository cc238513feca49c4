using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Formats.SafeTensors;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.9: the risk level travels with the weights.</summary>
internal sealed class ModelCard() : CourseSystem("01.model-card", "Model card: the risk level in the checkpoint",
    "Systems are classed by risk; a high one brings stricter duties and transparency.")
{
    private static readonly Dictionary<string, string> Card = new() { ["risk"] = "limited", ["purpose"] = "reads digits", ["data"] = "MNIST, 9,000 images" };

    public override void Run(SystemContext context)
    {
        foreach (var (name, value) in RoundTrip(context).Metadata) context.Out.WriteLine($"{name}: {value}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var file = RoundTrip(context);
        yield return Figure.Equal("fields of the card that come back as they were", Card.Count(entry => file.Metadata.TryGetValue(entry.Key, out var value) && value == entry.Value), Card.Count);
        yield return Figure.Equal("tensors beside it", file.Tensors.Count, 2);
    }

    private static SafeTensorsFile RoundTrip(SystemContext context)
    {
        var writer = new SafeTensorsWriter();
        foreach (var (name, value) in Card) writer.Metadata[name] = value;
        writer.AddAll("", new Linear(4, 2, random: context.Random()).StateDict());
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return SafeTensorsFile.Parse(stream.ToArray());
    }
}

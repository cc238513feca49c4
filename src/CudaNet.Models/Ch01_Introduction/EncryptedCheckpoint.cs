using System.Security.Cryptography;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Formats.SafeTensors;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.1: a checkpoint at rest that nobody reads without its key.</summary>
internal sealed class EncryptedCheckpoint() : CourseSystem("01.encrypted", "A checkpoint encrypted at rest",
    "Databases with biometric data lay open without protection.")
{
    private const int NonceSize = 12, TagSize = 16;

    public override void Run(SystemContext context)
    {
        var (plain, key) = Weights(context);
        var box = Encrypt(plain, key);
        context.Out.WriteLine($"{plain.Length} bytes, encrypted {box.Length}: {Convert.ToHexString(box.AsSpan(0, 24))}…");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (plain, key) = Weights(context);
        var box = Encrypt(plain, key);
        yield return Figure.Holds("the right key gives the same bytes", Decrypt(box, key)?.AsSpan().SequenceEqual(plain) == true);
        yield return Figure.Holds("a wrong key is refused", Decrypt(box, SHA256.HashData([1])) is null);
        box[NonceSize + TagSize + 5] ^= 1;
        yield return Figure.Holds("one changed bit is refused", Decrypt(box, key) is null);
        yield return Figure.Holds("the encrypted file shows no header", !System.Text.Encoding.Latin1.GetString(box).Contains("weight", StringComparison.Ordinal));
    }

    private static (byte[] Plain, byte[] Key) Weights(SystemContext context)
    {
        var writer = new SafeTensorsWriter();
        writer.AddAll("", new Linear(16, 4, random: context.Random()).StateDict());
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return (stream.ToArray(), Rfc2898DeriveBytes.Pbkdf2("a pass phrase", "salt of this file"u8, 10_000, HashAlgorithmName.SHA256, 32));
    }

    /// <summary>Nonce, tag, AES-GCM of the content.</summary>
    private static byte[] Encrypt(byte[] plain, byte[] key)
    {
        var box = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(box.AsSpan(0, NonceSize), plain, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize));
        return box;
    }

    private static byte[]? Decrypt(byte[] box, byte[] key)
    {
        var plain = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        try
        {
            aes.Decrypt(box.AsSpan(0, NonceSize), box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), plain);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}

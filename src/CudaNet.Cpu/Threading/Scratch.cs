using System.Runtime.InteropServices;

namespace CudaNet.Cpu.Threading;

/// <summary>Native scratch memory that a thread keeps between calls, so that kernels allocate nothing after warm-up.</summary>
internal static unsafe class Scratch
{
    /// <summary>Blocks above this are given back after use.</summary>
    private const nuint KeepAtMost = 256u << 20;

    [ThreadStatic]
    private static Block? t_free;

    /// <summary>Lends at least the given bytes, aligned to 64, content undefined. Dispose on the same thread.</summary>
    public static Lease Rent(long bytes)
    {
        var block = t_free ?? new Block();
        t_free = block.Next; // nested loans, as of an epilogue within a product, take the next one
        block.Next = null;
        block.Ensure(checked((nuint)Math.Max(bytes, 64)));
        return new Lease(block);
    }

    /// <summary>A loan; <see cref="Pointer"/> is valid until it is disposed.</summary>
    public readonly ref struct Lease
    {
        private readonly Block _block;

        internal Lease(Block block) => _block = block;

        /// <summary>First byte, at a multiple of 64.</summary>
        public byte* Pointer => _block.Pointer;

        /// <summary>Returns the memory to the thread.</summary>
        public void Dispose()
        {
            if (_block.Bytes > KeepAtMost)
            {
                _block.Free();
                return;
            }
            _block.Next = t_free;
            t_free = _block;
        }
    }

    internal sealed class Block
    {
        ~Block() => Free();

        public Block? Next { get; set; }

        public byte* Pointer { get; private set; }

        public nuint Bytes { get; private set; }

        public void Ensure(nuint bytes)
        {
            if (bytes <= Bytes) return;
            Free();
            bytes = Math.Max(bytes, 64u << 10);
            Pointer = (byte*)NativeMemory.AlignedAlloc(bytes, 64);
            Bytes = bytes;
        }

        public void Free()
        {
            NativeMemory.AlignedFree(Pointer);
            Pointer = null;
            Bytes = 0;
        }
    }
}

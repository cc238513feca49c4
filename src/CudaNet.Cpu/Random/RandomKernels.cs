using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Random;

/// <summary>Random draws. Chunks of words are made in the cache and turned into numbers there; where chunks are cut does not
/// matter, since an element depends on its own number only.</summary>
internal static unsafe class RandomKernels
{
    private const int Chunk = 2048; // words: 8 KiB, a quarter of the smallest first-level cache

    public static void Register(KernelTable table)
    {
        table.Add<RandomBits>(static step => step.Outputs[0].DType == DType.Int32 ? new Kernel<uint, Bits32>(step, default) : new Kernel<ulong, Bits64>(step, default));
        table.Add<RandomUniform>(static step => step.Outputs[0].DType switch
        {
            DType.Float32 => new Kernel<float, UniformFloat>(step, default),
            DType.Float64 => new Kernel<double, UniformDouble>(step, default),
            DType.Float16 => new Kernel<Half, UniformHalf>(step, default),
            _ => new Kernel<BFloat16, UniformBFloat16>(step, default),
        });
        table.Add<RandomNormal>(static step => step.Outputs[0].DType switch
        {
            DType.Float32 => new Kernel<float, NormalFloat>(step, default),
            DType.Float64 => new Kernel<double, NormalDouble>(step, default),
            DType.Float16 => new Kernel<Half, NormalHalf>(step, default),
            _ => new Kernel<BFloat16, NormalBFloat16>(step, default),
        });
        table.Add<RandomInteger>(static step =>
        {
            var op = (RandomInteger)step.Op;
            var integers = new Integers(op.Low, unchecked((ulong)(op.High - op.Low)));
            return op.Type switch
            {
                DType.Int64 => new Kernel<long, Integers64>(step, new(integers)),
                DType.Int32 => new Kernel<int, Integers32>(step, new(integers)),
                _ => new Kernel<byte, Integers8>(step, new(integers)),
            };
        });
    }

    /// <summary>How the words of a chunk become elements.</summary>
    private interface IDistribution<T> where T : unmanaged
    {
        /// <summary>Words an element takes.</summary>
        static abstract int WordsEach { get; }

        /// <summary>Turns words into elements; the words of a pair of elements are all there even if the second is not asked for.</summary>
        void Convert(uint* words, T* target, int count);
    }

    private sealed class Kernel<T, TDistribution>(Step step, TDistribution distribution) : IStepKernel
        where T : unmanaged
        where TDistribution : struct, IDistribution<T>
    {
        private readonly long _count = step.Outputs[0].Shape.ElementCount;

        public void Run(ReadOnlySpan<nint> operands)
        {
            var state = (long*)operands[0];
            var elements = Chunk / TDistribution.WordsEach;
            WorkerPool.ParallelFor((_count + elements - 1) / elements, 8, new Job(this, new(state[0], state[1]), (T*)operands[1]));
        }

        private void Chunks(Philox philox, T* target, long start, long end)
        {
            var elements = Chunk / TDistribution.WordsEach;
            var words = stackalloc uint[Chunk];
            for (var chunk = start; chunk < end; chunk++)
            {
                var first = chunk * elements;
                var count = (int)Math.Min(elements, _count - first);
                // Whole blocks of four words: a pair of elements at the end is never cut.
                philox.Fill(words, first * TDistribution.WordsEach, (count * TDistribution.WordsEach + 3) & ~3);
                distribution.Convert(words, target + first, count);
            }
        }

        private readonly struct Job(Kernel<T, TDistribution> kernel, Philox philox, T* target) : IRangeJob
        {
            private readonly Philox _philox = philox;
            private readonly T* _target = target;

            public void Execute(long start, long end, int worker) => kernel.Chunks(_philox, _target, start, end);
        }
    }

    private readonly struct Bits32 : IDistribution<uint>
    {
        public static int WordsEach => 1;

        public void Convert(uint* words, uint* target, int count) => new ReadOnlySpan<uint>(words, count).CopyTo(new(target, count));
    }

    private readonly struct Bits64 : IDistribution<ulong>
    {
        public static int WordsEach => 2;

        public void Convert(uint* words, ulong* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = Word64(words, i);
        }
    }

    private readonly struct UniformFloat : IDistribution<float>
    {
        public static int WordsEach => 1;

        public void Convert(uint* words, float* target, int count)
        {
            var i = 0;
            for (; i + 16 <= count; i += 16)
                (Vector512.ConvertToSingle((Vector512.Load(words + i) >>> 8).AsInt32()) * Vector512.Create(1f / (1 << 24))).Store(target + i);
            for (; i < count; i++) target[i] = Unit(words[i]);
        }
    }

    private readonly struct UniformDouble : IDistribution<double>
    {
        public static int WordsEach => 2;

        public void Convert(uint* words, double* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = UnitDouble(words, i);
        }
    }

    private readonly struct UniformHalf : IDistribution<Half>
    {
        public static int WordsEach => 1;

        public void Convert(uint* words, Half* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = (Half)((words[i] >> 21) * (1f / (1 << 11)));
        }
    }

    private readonly struct UniformBFloat16 : IDistribution<BFloat16>
    {
        public static int WordsEach => 1;

        public void Convert(uint* words, BFloat16* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = (BFloat16)((words[i] >> 24) * (1f / (1 << 8)));
        }
    }

    private readonly struct NormalFloat : IDistribution<float>
    {
        public static int WordsEach => 1;

        [SkipLocalsInit]
        public void Convert(uint* words, float* target, int count)
        {
            var pairs = (count + 1) / 2;
            var radii = stackalloc float[Chunk / 2 + 16];
            var angles = stackalloc float[Chunk / 2 + 16];
            for (var k = 0; k < pairs; k++) (radii[k], angles[k]) = (1 - Unit(words[2 * k]), 2 * MathF.PI * Unit(words[2 * k + 1]));
            for (var k = pairs; k < ((pairs + 15) & ~15); k++) (radii[k], angles[k]) = (1, 0);
            for (var k = 0; k < pairs; k += 16)
            {
                var radius = Vector512.Sqrt(Vector512.Log(Vector512.Load(radii + k)) * -2f);
                var (sine, cosine) = Vector512.SinCos(Vector512.Load(angles + k));
                (radius * cosine).Store(radii + k);
                (radius * sine).Store(angles + k);
            }
            for (var k = 0; k < count / 2; k++) (target[2 * k], target[2 * k + 1]) = (radii[k], angles[k]);
            if (count % 2 == 1) target[count - 1] = radii[pairs - 1];
        }
    }

    private readonly struct NormalDouble : IDistribution<double>
    {
        public static int WordsEach => 2;

        public void Convert(uint* words, double* target, int count)
        {
            for (var i = 0; i < count; i += 2)
            {
                var radius = Math.Sqrt(-2 * Math.Log(1 - UnitDouble(words, i)));
                var (sine, cosine) = Math.SinCos(2 * Math.PI * UnitDouble(words, i + 1));
                target[i] = radius * cosine;
                if (i + 1 < count) target[i + 1] = radius * sine;
            }
        }
    }

    private readonly struct NormalHalf : IDistribution<Half>
    {
        public static int WordsEach => 1;

        public void Convert(uint* words, Half* target, int count)
        {
            var numbers = stackalloc float[Chunk];
            default(NormalFloat).Convert(words, numbers, count);
            for (var i = 0; i < count; i++) target[i] = (Half)numbers[i];
        }
    }

    private readonly struct NormalBFloat16 : IDistribution<BFloat16>
    {
        public static int WordsEach => 1;

        public void Convert(uint* words, BFloat16* target, int count)
        {
            var numbers = stackalloc float[Chunk];
            default(NormalFloat).Convert(words, numbers, count);
            for (var i = 0; i < count; i++) target[i] = (BFloat16)numbers[i];
        }
    }

    /// <summary>Low bound and number of values.</summary>
    private readonly record struct Integers(long Low, ulong Count)
    {
        public long Of(uint* words, int i) => unchecked(Low + (long)Math.BigMul(Word64(words, i), Count, out _));
    }

    private readonly struct Integers64(Integers integers) : IDistribution<long>
    {
        public static int WordsEach => 2;

        public void Convert(uint* words, long* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = integers.Of(words, i);
        }
    }

    private readonly struct Integers32(Integers integers) : IDistribution<int>
    {
        public static int WordsEach => 2;

        public void Convert(uint* words, int* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = (int)integers.Of(words, i);
        }
    }

    private readonly struct Integers8(Integers integers) : IDistribution<byte>
    {
        public static int WordsEach => 2;

        public void Convert(uint* words, byte* target, int count)
        {
            for (var i = 0; i < count; i++) target[i] = (byte)integers.Of(words, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Unit(uint word) => (word >> 8) * (1f / (1 << 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word64(uint* words, int i) => words[2 * i] | (ulong)words[2 * i + 1] << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double UnitDouble(uint* words, int i) => (Word64(words, i) >> 11) * (1.0 / (1L << 53));
}

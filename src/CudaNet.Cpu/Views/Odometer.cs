namespace CudaNet.Cpu.Views;

/// <summary>Walks over an iteration space in row-major order and keeps the place in several operands, in elements.</summary>
internal sealed class Odometer
{
    private readonly long[] _sizes;
    private readonly long[][] _strides;
    private readonly long[] _places;

    /// <summary>Begins at the first position.</summary>
    /// <param name="sizes">The iteration space.</param>
    /// <param name="strides">For each operand its strides along it.</param>
    public Odometer(ReadOnlySpan<long> sizes, params ReadOnlySpan<long[]> strides)
    {
        _sizes = sizes.ToArray();
        _strides = strides.ToArray();
        _places = new long[strides.Length];
        Index = new long[sizes.Length];
    }

    /// <summary>The position, one number an axis.</summary>
    public long[] Index { get; }

    /// <summary>Place of the position in an operand.</summary>
    public long this[int operand] => _places[operand];

    /// <summary>Goes to a position given by its row-major number.</summary>
    public void Seek(long number)
    {
        Array.Clear(_places);
        for (var k = _sizes.Length - 1; k >= 0; k--)
        {
            number = Math.DivRem(number, _sizes[k], out Index[k]);
            for (var n = 0; n < _places.Length; n++) _places[n] += Index[k] * _strides[n][k];
        }
    }

    /// <summary>Goes on to the next position; from the last one to the first.</summary>
    public void Next()
    {
        for (var k = _sizes.Length - 1; k >= 0; k--)
        {
            if (++Index[k] < _sizes[k])
            {
                for (var n = 0; n < _places.Length; n++) _places[n] += _strides[n][k];
                return;
            }
            for (var n = 0; n < _places.Length; n++) _places[n] -= (_sizes[k] - 1) * _strides[n][k];
            Index[k] = 0;
        }
    }
}

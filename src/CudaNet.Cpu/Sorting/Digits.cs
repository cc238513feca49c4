namespace CudaNet.Cpu.Sorting;

/// <summary>Sorts keys with their places: few by insertion, many digit by digit from the lowest (radix 256).</summary>
internal static unsafe class Digits
{
    private const int Few = 48;

    /// <summary>The places of the keys in sorted order; equal keys keep theirs. Keys and places are overwritten.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="places">Filled with 0 … count − 1 here.</param>
    /// <param name="otherKeys">As much memory again.</param>
    /// <param name="otherPlaces">As much memory again.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">Low bytes of a key that may differ.</param>
    public static int* Sort(ulong* keys, int* places, ulong* otherKeys, int* otherPlaces, int count, int bytes)
    {
        for (var i = 0; i < count; i++) places[i] = i;
        if (count <= Few)
        {
            Insert(keys, places, count);
            return places;
        }
        // All counts in one pass over the keys.
        var counts = stackalloc int[256 * bytes];
        new Span<int>(counts, 256 * bytes).Clear();
        for (var i = 0; i < count; i++)
        {
            var key = keys[i];
            for (var digit = 0; digit < bytes; digit++, key >>= 8) counts[256 * digit + (byte)key]++;
        }
        for (var digit = 0; digit < bytes; digit++)
        {
            var starts = counts + 256 * digit;
            var shift = 8 * digit;
            if (starts[(byte)(keys[0] >> shift)] == count) continue; // all equal here
            var sum = 0;
            for (var value = 0; value < 256; value++) (starts[value], sum) = (sum, sum + starts[value]);
            for (var i = 0; i < count; i++)
            {
                var to = starts[(byte)(keys[i] >> shift)]++;
                (otherKeys[to], otherPlaces[to]) = (keys[i], places[i]);
            }
            var (swapKeys, swapPlaces) = ((nint)keys, (nint)places);
            keys = otherKeys;
            places = otherPlaces;
            otherKeys = (ulong*)swapKeys;
            otherPlaces = (int*)swapPlaces;
        }
        return places;
    }

    private static void Insert(ulong* keys, int* places, int count)
    {
        for (var i = 1; i < count; i++)
        {
            var (key, place) = (keys[i], places[i]);
            var k = i;
            for (; k > 0 && keys[k - 1] > key; k--) (keys[k], places[k]) = (keys[k - 1], places[k - 1]);
            (keys[k], places[k]) = (key, place);
        }
    }
}

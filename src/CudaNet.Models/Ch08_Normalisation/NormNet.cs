using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Deep nets with and without normalisation, on digits as rows of pixels.</summary>
internal static class NormNet
{
    /// <summary>784 inputs, hidden layers of 64 each with normalisation and tanh or ReLU, 10 outputs.</summary>
    /// <param name="random">Where the weights come from.</param>
    /// <param name="hidden">Hidden layers.</param>
    /// <param name="norm">True for batch normalisation before each activation.</param>
    /// <param name="scale">Factor of all first weights.</param>
    public static Sequential Mlp(RandomStream random, int hidden, bool norm, double scale = 1)
    {
        var net = new Sequential();
        for (var k = 0; k < hidden; k++)
        {
            var layer = new Linear(k == 0 ? 784 : 64, 64, random: random);
            layer.Weight.Assign((layer.Weight.Value * scale).Realize());
            net.Add(layer);
            if (norm) net.Add(new BatchNorm1d(64));
            net.Add(new ReLU());
        }
        net.Add(new Linear(64, 10, random: random));
        return net;
    }

    /// <summary>Batches of digits in random order, without end.</summary>
    public static Func<int, Tensor[]> Batches(SystemContext context, Digits digits, int size)
    {
        var batches = new Nn.Data.DataLoader(new Nn.Data.TensorDataset(digits.TrainX, digits.TrainY), size, shuffle: true, seed: context.Seed, dropLast: true).Endless().GetEnumerator();
        return _ =>
        {
            batches.MoveNext();
            return [.. batches.Current.Tensors];
        };
    }
}

namespace CudaNet.Tests.Convolution;

/// <summary>What the samples of the convolutions are too small for, and how they compose.</summary>
public class ConvolutionTests
{
    private static Tensor Random(Shape shape, int seed, DType type = DType.Float64) => Tensor.Randn(shape, seed: seed).To(type).Realize();

    [TestCase(1)]
    [TestCase(2)]
    public void An_image_of_several_tiles_equals_the_reference(int stride)
    {
        var (x, w) = (Random([2, 48, 41, 37], 1), Random([5, 48, 3, 3], 2));
        var y = x.Conv2d(w, null, stride, 1);
        var upstream = Random(y.Shape, 3);
        var gradients = Vjp.Of(y, upstream, x, w);
        Close.AssertReference(y, 1e-11);
        Close.AssertReference(gradients[0], 1e-11);
        Close.AssertReference(gradients[1], 1e-11);
    }

    /// <summary>Sums of so many terms are cut, and the second part is added to the first: a tile must not reach into the next panel's rows.</summary>
    [Test]
    public void Long_sums_of_several_panels_equal_the_reference([Values(4, 5, 8, 11, 13)] int filters, [Values] bool single)
    {
        var type = single ? DType.Float32 : DType.Float64;
        var (x, w) = (Random([2, 200, 7, 9], 1, type), Random([filters, 200, 3, 3], 2, type));
        Close.AssertReference(x.Conv2d(w, null, 1, 1), single ? 1e-3 : 1e-11);
    }

    [Test]
    public void Every_stride_padding_dilation_and_group_equals_the_reference([Values(1, 2, 3)] int stride, [Values(0, 1, 3)] int padding, [Values(1, 2)] int dilation)
    {
        foreach (var (groups, channels, filters) in new[] { (1, 1, 1), (1, 3, 13), (2, 6, 18), (4, 4, 4) })
            foreach (var (kernelHeight, kernelWidth) in new[] { (1, 1), (3, 3), (5, 2) })
                foreach (var type in new[] { DType.Float32, DType.Float64 })
                {
                    var (x, w) = (Random([5, channels, 13, 19], 1, type), Random([filters, channels / groups, kernelHeight, kernelWidth], 2, type));
                    var y = x.Conv2d(w, null, stride, padding, dilation, groups);
                    var gradients = Vjp.Of(y, Random(y.Shape, 3, type), x, w);
                    var tolerance = type == DType.Float32 ? 1e-3 : 1e-11;
                    Close.AssertReference(y, tolerance);
                    Close.AssertReference(gradients[0], tolerance);
                    Close.AssertReference(gradients[1], tolerance);
                }
    }

    [Test]
    public void Bands_of_a_large_image_with_bias_and_activation_equal_the_reference([Values(1, 2)] int stride, [Values(3, 7)] int kernel)
    {
        var (x, w, bias) = (Random([1, 3, 150, 161], 1), Random([17, 3, kernel, kernel], 2), Random([17], 3));
        var y = x.Conv2d(w, bias, stride, kernel / 2).Relu();
        var gradients = Vjp.Of(y, Random(y.Shape, 4), x, w);
        Close.AssertReference(y, 1e-11);
        Close.AssertReference(gradients[0], 1e-10);
        Close.AssertReference(gradients[1], 1e-10);
    }

    [Test]
    public void Bands_of_a_large_volume_equal_the_reference([Values(1, 2)] int stride)
    {
        var (x, w) = (Random([1, 2, 20, 30, 31], 1), Random([3, 2, 3, 3, 3], 2));
        var y = x.Conv3d(w, null, stride, 1);
        var gradients = Vjp.Of(y, Random(y.Shape, 3), x, w);
        Close.AssertReference(y, 1e-11);
        Close.AssertReference(gradients[0], 1e-11);
        Close.AssertReference(gradients[1], 1e-10);
    }

    [Test]
    public void Not_a_number_reaches_only_the_results_whose_windows_hold_it()
    {
        // The last element of a row: its neighbours in memory are windows of the next row.
        var values = new float[5 * 6];
        values[11] = float.NaN;
        var x = Tensor.From(values, [1, 1, 5, 6]);
        var w = Tensor.Ones([1, 1, 3, 3]).Realize();
        var y = x.Conv2d(w);
        var gradient = Vjp.Of(y, Tensor.Ones(y.Shape), w)[0];
        Assert.That(y.ToArray<float>().Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 12).Select(i => i is 3 or 7)));
        // Taps of the window's last column alone meet the last column of the input.
        Assert.That(gradient.ToArray<float>().Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 9).Select(i => i is 2 or 5)));
    }

    [Test]
    public void Gradients_are_repeatable_bit_for_bit()
    {
        var (x, w) = (Random([32, 3, 12, 12], 1, DType.Float32), Random([4, 3, 3, 3], 2, DType.Float32));
        float[] Gradient()
        {
            var y = x.Conv2d(w);
            return Vjp.Of(y, y, w)[0].ToArray<float>();
        }
        var first = Gradient();
        for (var i = 0; i < 10; i++) Assert.That(Gradient(), Is.EqualTo(first));
    }

    [Test]
    public void Two_dimensions_of_height_one_are_one_dimension()
    {
        var (x, w) = (Random([2, 3, 17], 1), Random([4, 3, 5], 2));
        Close.Assert(x.Conv1d(w, stride: 2, padding: 2), x.Reshape(2, 3, 1, 17).Conv2d(w.Reshape(4, 3, 1, 5), stride: [1, 2], padding: new Padding((0, 0), (2, 2))).Reshape(2, 4, -1), 1e-14);
    }

    [Test]
    public void A_pointwise_convolution_is_a_matrix_product()
    {
        var (x, w) = (Random([2, 6, 5, 4], 1), Random([7, 6, 1, 1], 2));
        Close.Assert(x.Conv2d(w).Reshape([2, 7, 20]), w.Reshape(7, 6).MatMul(x.Reshape([2, 6, 20])), 1e-13);
    }

    [Test]
    public void Mapping_over_examples_over_weights_and_over_both_is_a_loop()
    {
        var (x, w) = (Random([3, 2, 4, 7, 6], 1), Random([3, 6, 2, 3, 3], 2));
        Tensor Convolve(Tensor a, Tensor b) => a.Conv2d(b, null, 2, 1, groups: 2);
        for (var i = 0; i < 3; i++)
        {
            Close.Assert(Vmap.Of(Convolve)(x, w).Select(0, i), Convolve(x.Select(0, i), w.Select(0, i)), 1e-12);
            Close.Assert(Vmap.Of((Tensor a) => Convolve(a, w.Select(0, 0)))(x).Select(0, i), Convolve(x.Select(0, i), w.Select(0, 0)), 1e-12);
            Close.Assert(Vmap.Of((Tensor b) => Convolve(x.Select(0, 0), b))(w).Select(0, i), Convolve(x.Select(0, 0), w.Select(0, i)), 1e-12);
        }
    }

    [Test]
    public void Gradients_of_single_examples_by_mapping_are_those_of_a_loop()
    {
        var (x, w) = (Random([4, 2, 6, 6], 1), Random([3, 2, 3, 3], 2));
        Tensor One(Tensor example) => Grad.Of(example.Reshape(1, 2, 6, 6).Conv2d(w).MaxPool2d(2).Tanh().Sum(), w);
        var all = Vmap.Of(One)(x);
        for (var i = 0; i < 4; i++) Close.Assert(all.Select(0, i), One(x.Select(0, i)), 1e-12);
    }

    [Test]
    public void A_transposed_convolution_is_the_transpose()
    {
        // ⟨A·x, y⟩ = ⟨x, Aᵀ·y⟩.
        var (x, w) = (Random([2, 3, 9, 8], 1), Random([4, 3, 3, 2], 2));
        var image = x.Conv2d(w, stride: 2, padding: 1);
        var y = Random(image.Shape, 3);
        Close.Assert((image * y).Sum(), (x * y.ConvTranspose2d(w, stride: 2, padding: 1)).Sum(), 1e-10);
    }

    [Test]
    public void Maximum_pooling_sends_the_gradient_to_the_first_of_equals()
    {
        var x = Tensor.Ones([1, 1, 2, 4]).Realize();
        Assert.That(Grad.Of(x.MaxPool2d(2).Sum(), x).ToArray<float>(), Is.EqualTo([1f, 0, 1, 0, 0, 0, 0, 0]));
    }

    [Test]
    public void Maximum_pooling_of_pairs_equals_the_reference_at_every_width([Values] bool single)
    {
        var type = single ? DType.Float32 : DType.Float64;
        for (var width = 2; width < 72; width++)
        {
            // Whole numbers of a small range: many windows have equals.
            var x = (Random([2, 3, 5 + width % 2, width], width, type) * 2).Round().Realize();
            var y = x.MaxPool2d(2);
            var gradient = Vjp.Of(y, Random(y.Shape, 3, type), x)[0];
            Close.AssertReference(y, 0);
            Close.AssertReference(gradient, 0);
        }
    }

    [Test]
    public void The_first_not_a_number_of_a_window_takes_its_gradient([Values(1, 4, 8, 19)] int windows)
    {
        float[] top = [1, float.NaN], bottom = [float.NaN, float.PositiveInfinity];
        float[] Row(float[] pair) => [.. Enumerable.Repeat(pair, windows).SelectMany(values => values)];
        var x = Tensor.From([.. Row(top), .. Row(bottom)], [1, 1, 2, 2 * windows]);
        var y = x.MaxPool2d(2);
        var gradient = Vjp.Of(y, Tensor.Ones(y.Shape), x)[0];
        Assert.That(y.ToArray<float>(), Is.All.NaN);
        Assert.That(gradient.ToArray<float>(), Is.EqualTo((float[])[.. Row([0, 1]), .. Row([0, 0])]));
    }

    [Test]
    public void Not_a_number_passes_maximum_pooling()
    {
        var x = Tensor.From([1f, float.NaN, 2, 3, 4, 5, 6, 7], [1, 1, 2, 4]);
        Assert.That(x.MaxPool2d(2).ToArray<float>(), Is.EqualTo([float.NaN, 7f]));
        Assert.That(x.MaxPool2d([2, 3], 1).ToArray<float>(), Is.EqualTo([float.NaN, float.NaN]));
    }
}

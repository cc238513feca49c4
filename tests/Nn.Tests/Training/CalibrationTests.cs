using CudaNet.Nn.Training;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class CalibrationTests
{
    [Test]
    public void The_error_is_the_gap_of_each_bin_by_its_share()
    {
        Assert.That(Calibration.ExpectedError([0.9, 0.8, 0.6, 0.55], [true, true, false, true]), Is.EqualTo(0.1125).Within(1e-12));
        Assert.That(Calibration.ExpectedError([0.9, 0.8, 0.6, 0.55], [true, true, false, true], 1), Is.EqualTo(0.75 - 0.7125).Within(1e-12));
        Assert.That(Calibration.ExpectedError([1, 0], [true, false]), Is.Zero);
    }

    [Test]
    public void What_is_no_probability_is_refused()
    {
        Assert.That(Assert.Throws<ArgumentException>(() => Calibration.ExpectedError([1.2], [true]))!.Message, Does.Contain("1.2 is no probability"));
        Assert.Throws<ArgumentException>(() => Calibration.ExpectedError([double.NaN], [true]));
        Assert.Throws<ArgumentException>(() => Calibration.ExpectedError([], []));
        Assert.Throws<ArgumentException>(() => Calibration.ExpectedError([0.5], [true, false]));
    }
}

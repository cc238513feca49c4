using System.Text;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Formats.TensorBoard;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;

namespace CudaNet.Tests.Training;

[TestFixture]
internal sealed class TrainingLogTests
{
    [Test]
    public void The_checksum_is_Castagnolis()
    {
        Assert.That(RecordFraming.Crc32C(Encoding.ASCII.GetBytes("123456789")), Is.EqualTo(0xE3069283));
        Assert.That(RecordFraming.Crc32C(new byte[32]), Is.EqualTo(0x8A9136AA), "RFC 3720: 32 zeros");
    }

    [Test]
    public void A_record_has_the_bytes_that_TensorFlow_writes()
    {
        // The record "foo" of TFRecord files: length 3, its masked checksum, the bytes, their masked checksum by the definition.
        using var stream = new MemoryStream();
        RecordFraming.Write(stream, "foo"u8);
        var bytes = stream.ToArray();
        Assert.That(bytes, Has.Length.EqualTo(8 + 4 + 3 + 4));
        Assert.That(bytes[..8], Is.EqualTo(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0 }));
        static uint Mask(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8u);
        Assert.That(BitConverter.ToUInt32(bytes, 8), Is.EqualTo(Mask(RecordFraming.Crc32C(bytes.AsSpan(0, 8)))));
        Assert.That(BitConverter.ToUInt32(bytes, 15), Is.EqualTo(Mask(RecordFraming.Crc32C("foo"u8))));
    }

    [Test]
    public void Entries_come_back_as_they_were_written()
    {
        using var folder = new TemporaryFolder();
        string path;
        using (var log = new TensorBoardLog(folder["runs/a"]))
        {
            path = log.Path;
            log.Scalar("train/loss", 7, 0.25);
            log.Scalar("train/loss", 1L << 40, double.NaN);
            log.Histogram("weights", 8, [1, 2, 4, double.NaN, -3]);
        }
        var events = TensorBoardEvent.ReadAll(path);
        Assert.That(Path.GetFileName(path), Does.StartWith("events.out.tfevents."));
        Assert.That(events.Select(e => (e.FileVersion, e.Tag, e.Step, e.Scalar)), Is.EqualTo(new (string?, string?, long, float?)[]
        {
            ("brain.Event:2", null, 0, null), (null, "train/loss", 7, 0.25f), (null, "train/loss", 1L << 40, float.NaN), (null, "weights", 8, null),
        }));
        Assert.That(DateTimeOffset.FromUnixTimeMilliseconds((long)(1000 * events[1].WallTime)), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));
        var h = events[3].Histogram!;
        Assert.That((h.Min, h.Max, h.Count, h.Sum, h.SumOfSquares), Is.EqualTo((-3.0, 4.0, 4.0, 4.0, 30.0)));
        Assert.That(h.Counts.Sum(), Is.EqualTo(4));
        Assert.That(h.Limits, Is.Ordered.And.Count.EqualTo(h.Counts.Count));
        Assert.That(h.Limits[^1], Is.EqualTo(4).Within(1e-12));
    }

    [Test]
    public void An_event_has_the_fields_of_TensorFlows_message()
    {
        // Event { wall_time 1.0, step 2, summary { value { tag "a", simple_value 1.0 } } }, field by field.
        byte[] expected = [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 2, 0x2A, 10, 0x0A, 8, 0x0A, 1, (byte)'a', 0x15, 0, 0, 0x80, 0x3F];
        Assert.That(new TensorBoardEvent(1, 2, "a", 1).Encode(), Is.EqualTo(expected));
    }

    [TestCase(0, "length"), TestCase(14, "a record is wrong"), TestCase(-1, "a record is wrong")]
    public void A_damaged_file_is_refused_with_the_place(int damaged, string message)
    {
        using var folder = new TemporaryFolder();
        string path;
        using (var log = new TensorBoardLog(folder["a"])) path = log.Path;
        var bytes = File.ReadAllBytes(path);
        bytes[damaged < 0 ? ^1 : damaged] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.That(() => TensorBoardEvent.ReadAll(path), Throws.TypeOf<DataFormatException>().With.Message.Contain(message));
        File.WriteAllBytes(path, bytes[..5]);
        Assert.That(() => TensorBoardEvent.ReadAll(path), Throws.TypeOf<DataFormatException>().With.Message.Contain("ends inside"));
    }

    [Test]
    public void A_trainer_writes_batches_and_epochs_into_all_of_its_logs()
    {
        using var folder = new TemporaryFolder();
        using var board = new TensorBoardLog(folder["board"]);
        using var csv = new CsvLog(folder["log.csv"]);
        var data = new DataLoader(new TensorDataset(Tensor.Randn([20, 3], seed: 1), Tensor.From(Enumerable.Range(0, 20).Select(i => (long)(i % 2)).ToArray())), 4);
        var model = new Linear(3, 2, random: new(1));
        var losses = new List<double>();
        var trainer = new Trainer(model, new Sgd(model.Parameters(), 0.1)) { Logs = [board, csv], LogInterval = 2, LogHistograms = true };
        var result = trainer.Fit(data, data, 2);
        var events = TensorBoardEvent.ReadAll(board.Path);
        IEnumerable<(long Step, float? Value)> Of(string tag) => events.Where(e => e.Tag == tag).Select(e => (e.Step, e.Scalar));
        Assert.That(Of("batch/loss").Select(e => e.Step), Is.EqualTo(new long[] { 2, 4, 6, 8, 10 }));
        Assert.That(Of("batch/accuracy").All(e => e.Value is >= 0 and <= 1), Is.True);
        Assert.That(Of("batch/learning_rate").All(e => e.Value == 0.1f), Is.True);
        Assert.That(Of("batch/samples_per_second").Count(), Is.GreaterThanOrEqualTo(4));
        Assert.That(Of("test/loss"), Is.EqualTo(new (long, float?)[] { (5, (float)result.Epochs[0].TestLoss), (10, (float)result.Epochs[1].TestLoss) }));
        Assert.That(Of("train/accuracy").Last().Value, Is.EqualTo((float)result.Epochs[1].TrainAccuracy));
        Assert.That(events.Where(e => e.Histogram is not null).Select(e => (e.Tag, e.Step, e.Histogram!.Count)), Is.EqualTo(new[] { ("parameters/weight", 5L, 6.0), ("parameters/bias", 5L, 2.0), ("parameters/weight", 10L, 6.0), ("parameters/bias", 10L, 2.0) }));
        csv.Dispose();
        var lines = File.ReadAllLines(csv.Path);
        Assert.That(lines[0], Is.EqualTo("step,tag,value"));
        Assert.That(lines, Does.Contain(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"10,test/loss,{result.Epochs[1].TestLoss:R}")));
        using (var more = new CsvLog(folder["log.csv"])) more.Scalar("a, b", 11, 1e-3);
        Assert.That(File.ReadAllLines(csv.Path), Is.EqualTo(lines.Append("11,\"a, b\",0.001")), "an earlier file is gone on with");
    }

    [Test]
    public void An_interval_of_no_batch_is_refused()
    {
        var model = new Linear(1, 1, random: new(1));
        var trainer = new Trainer(model, new Sgd(model.Parameters(), 0.1), (output, target) => Loss.Mse(output, target)) { LogInterval = 0 };
        Assert.That(() => trainer.Fit(new DataLoader(new TensorDataset(Tensor.Ones([2, 1]), Tensor.Ones([2, 1])), 1)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contain("interval of the logs is 0"));
    }

    [Test]
    public void NaN_in_the_data_is_found_where_it_enters()
    {
        var model = new Linear(4, 2, random: new(1));
        var trainer = new Trainer(model, new Sgd(model.Parameters(), 0.1)) { DetectAnomaly = true };
        var data = new TensorDataset(Tensor.From([1f, 2f, float.NaN, 3f, 1f, 2f, 4f, 3f], [2, 4]), Tensor.Zeros([2], DType.Int64));
        Assert.That(() => trainer.Fit(new DataLoader(data, 2)), Throws.TypeOf<TrainingException>().With.Message.Contain("step 1 (batch 1 of epoch 1)").And.Message.Contain("f32[2, 4], which was given and holds NaN already").And.Message.Contain("Linear."));
    }

    [TestCase(true), TestCase(false)]
    public void The_operation_whose_gradient_is_infinite_is_named_and_the_step_is_undone(bool compile)
    {
        // √w has no slope at 0, where the third step arrives: w = 2, 1, 0 by a gradient of 1 that another term adds.
        var model = new Root();
        var data = new DataLoader(new TensorDataset(Tensor.Ones([6, 1]), Tensor.Ones([6, 1])), 1);
        var optimizer = new Sgd(model.Parameters(), 1);
        var trainer = new Trainer(model, optimizer, (output, _) => output.Mean(), compile) { DetectAnomaly = true };
        var error = Assert.Throws<TrainingException>(() => trainer.Fit(data))!;
        Assert.That(error.Message, Does.Contain("step 3 (batch 3 of epoch 1)").And.Contain("in the gradient of Sqrt, built in Root.Forward (TrainingLogTests.cs:"));
        Assert.That(error.InnerException, Is.TypeOf<AnomalyException>());
        Assert.That((model.Weight.Value.Item(), optimizer.StepCount), Is.EqualTo((0.0, 2L)));
    }

    [Test]
    public void Looking_for_anomalies_changes_no_weight()
    {
        byte[] Weights(bool detect)
        {
            RandomStream random = new(1);
            var model = new Sequential(new Linear(3, 8, random: random), new Dropout(0.5, random), new Linear(8, 2, random: random));
            var data = new TensorDataset(Tensor.Randn([20, 3], seed: 1), Tensor.From(Enumerable.Range(0, 20).Select(i => (long)(i % 2)).ToArray()));
            var result = new Trainer(model, new Adam(model.Parameters(), 0.1)) { DetectAnomaly = detect }.Fit(new DataLoader(data, 4, shuffle: true), epochs: 2);
            Assert.That(result.Epochs[^1].TrainAccuracy, Is.InRange(0, 1));
            return model.Parameters()[0].Value.ToBytes();
        }
        Assert.That(Weights(true), Is.EqualTo(Weights(false)));
    }

    private sealed class Root : Module
    {
        public Parameter Weight { get; } = new(Tensor.From(2f));

        /// <summary>w and 0·√w: the second term has the gradient 0·∞ at w = 0.</summary>
        public override Tensor Forward(Tensor x) => x * (Weight.Value + (Weight.Value.Sqrt() * 0.0f * x).Sum());
    }
}

namespace Optimi.Tests;

/// <summary>A whole checkpoint of something else is refused with the list of what is missing, unexpected or different, and nothing
/// changes.</summary>
internal sealed class MismatchTests
{
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;
    private AdamW _optimizer = null!;
    private MemoryStream _file = null!;

    [SetUp]
    public void Save()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = Parameters("first", "second");
        _optimizer = new AdamW(_parameters, lr: 0.1);
        foreach (Parameter parameter in _parameters)
            parameter.Gradient.Fill(1);
        _optimizer.Step();
        _file = new MemoryStream();
        Checkpoint.Save(_file, new TrainingState(_optimizer));
    }

    [TearDown]
    public void Close()
    {
        _file.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void What_is_missing_and_what_is_unexpected_is_listed()
    {
        using ParameterBuffer parameters = Parameters("first", "third");
        using var optimizer = new AdamW(parameters, lr: 0.1);
        CheckpointMismatchException error = Refused(new TrainingState(optimizer));
        Assert.Multiple(() =>
        {
            Assert.That(error.Missing, Is.EqualTo(new[] { "third" }));
            Assert.That(
                error.Unexpected,
                Is.EquivalentTo(new[] { "second", "state.second.exp_avg", "state.second.exp_avg_sq", "state.second.step" }));
            Assert.That(error.Different, Is.Empty);
            Assert.That(error.Message, Does.Contain("third").And.Contain("second").And.Contain("Nothing was changed"));
        });
    }

    [Test]
    public void What_does_not_fit_is_left_as_it_is_unless_all_must_fit()
    {
        using ParameterBuffer parameters = Parameters("first", "third");
        using var optimizer = new AdamW(parameters, lr: 0.1);
        parameters.Last().Value.Fill(7);
        _file.Position = 0;
        CheckpointInfo info = Checkpoint.Load(_file, new TrainingState(optimizer), new() { Strict = false });
        Assert.Multiple(() =>
        {
            Assert.That(info.Missing, Is.EqualTo(new[] { "third" }));
            Assert.That(info.Unexpected, Has.Count.EqualTo(4));
            Assert.That(optimizer.StepCount(parameters.First()), Is.EqualTo(1));
            Assert.That(TestTraining.Numbers(parameters.First().Value), Is.EqualTo(TestTraining.Numbers(_parameters.First().Value)));
            Assert.That(TestTraining.Numbers(parameters.Last().Value), Is.All.EqualTo(7));
        });
    }

    [Test]
    public void Another_shape_is_refused_even_then()
    {
        using var parameters = new ParameterBuffer(_device);
        parameters.Add("first", DType.Float32, 3, 1);
        parameters.Add("second", DType.Float32, 3);
        using var optimizer = new AdamW(parameters, lr: 0.1);
        CheckpointMismatchException error = Refused(new TrainingState(optimizer), new() { Strict = false });
        Assert.That(error.Different, Has.Some.Contains("'first' has shape [3], but the parameter [3, 1]"));
    }

    [Test]
    public void Schedules_and_scalers_belong_to_it()
    {
        var schedule = new StepLR(_optimizer, stepSize: 2);
        CheckpointMismatchException error = Refused(
            new TrainingState(_optimizer, schedule) { Scaler = new GradientScaler() });
        Assert.That(error.Missing, Is.EqualTo(new[] { "schedule 0 (StepLR)", "scaler" }));
        using var file = new MemoryStream();
        Checkpoint.Save(file, new TrainingState(_optimizer, schedule));
        file.Position = 0;
        Assert.That(
            () => Checkpoint.Load(file, new TrainingState(_optimizer, new ExponentialLR(_optimizer, gamma: 0.9))),
            Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains("StepLR"));
    }

    [Test]
    public void Groups_with_other_options_than_those_that_share_one_now_are_refused()
    {
        using ParameterBuffer parameters = Parameters("first", "second");
        using var two = new AdamW(
            new ParameterGroup([parameters.First()], new AdamWOptions { Lr = 0.1 }),
            new ParameterGroup([parameters.Last()], new AdamWOptions { Lr = 0.1, WeightDecay = 0 }));
        using var file = new MemoryStream();
        Checkpoint.Save(file, new TrainingState(two));
        file.Position = 0;
        Assert.That(
            () => Checkpoint.Load(file, new TrainingState(_optimizer)),
            Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains("in groups with other options"));
        file.Position = 0;
        Checkpoint.Load(file, new TrainingState(_optimizer), new() { RestoreOptions = false });
    }

    [Test]
    public void A_name_that_is_there_twice_or_cannot_be_written_is_refused()
    {
        using ParameterBuffer others = Parameters("first");
        Assert.That(
            () => Checkpoint.Save(Stream.Null, new TrainingState([.. _parameters, .. others])),
            Throws.TypeOf<ParameterException>().With.Message.Contains("'first' is there twice"));
        foreach (string name in (string[])["__checksum__", "a\nb", new string('x', 1025)])
        {
            using ParameterBuffer parameters = Parameters(name);
            Assert.That(
                () => Checkpoint.Save(Stream.Null, new TrainingState(parameters)),
                Throws.TypeOf<ParameterException>().With.Message.Contains("rename it"));
        }
    }

    [Test]
    public void A_later_version_is_refused()
    {
        byte[] bytes = _file.ToArray();
        int at = bytes.AsSpan().IndexOf("""\"version\":1"""u8);
        bytes[at + """\"version\":""".Length] = (byte)'7';
        using var file = new MemoryStream(bytes);
        Assert.That(
            () => Checkpoint.Describe(file), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("version 7"));
    }

    [Test]
    public void A_damaged_byte_is_found_before_anything_changes()
    {
        byte[] bytes = _file.ToArray();
        bytes[^40] ^= 1;
        using var file = new MemoryStream(bytes);
        _optimizer.Step();
        float[] before = TestTraining.Numbers(_parameters.First().Value);
        Assert.That(
            () => Checkpoint.Load(file, new TrainingState(_optimizer)),
            Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("damaged"));
        Assert.That(TestTraining.Numbers(_parameters.First().Value), Is.EqualTo(before));
        _optimizer.Step();
    }

    private CheckpointMismatchException Refused(TrainingState training, CheckpointLoadOptions? options = null)
    {
        _file.Position = 0;
        return Assert.Throws<CheckpointMismatchException>(() => Checkpoint.Load(_file, training, options))!;
    }

    private ParameterBuffer Parameters(params string[] names)
    {
        var parameters = new ParameterBuffer(_device);
        foreach (string name in names)
            parameters.Add(name, DType.Float32, 3);
        return parameters;
    }
}

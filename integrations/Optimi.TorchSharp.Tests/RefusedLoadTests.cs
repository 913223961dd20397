using Optimi;

namespace FusedTests;

/// <summary>Loads that are refused: training goes on as if nobody had tried.</summary>
internal sealed class RefusedLoadTests
{
    [Test]
    public void A_rate_that_no_step_can_have_changes_nothing([Values] bool file) => AssertUnchanged<OptionException>(
        p => new FusedAdamW(p),
        p => new FusedAdamW(p, 0.5, 0.5),
        file,
        from => from.ParamGroups.Single().LearningRate = -1);

    [Test]
    public void An_option_that_no_step_can_have_changes_nothing([Values] bool file) => AssertUnchanged<OptionException>(
        p => new FusedLion(p),
        p => new FusedLion(p, 0.5),
        file,
        from => ((optim.IBetas)from.ParamGroups.Single()).Betas = (0.5, 2));

    [Test]
    public void Momentum_for_an_optimizer_without_changes_nothing([Values] bool file) =>
        AssertUnchanged<OptionException>(p => new FusedSGD(p, 0.1), p => new FusedSGD(p, 0.2, 0.9), file);

    [Test]
    public void No_momentum_for_an_optimizer_with_it_changes_nothing([Values] bool file) =>
        AssertUnchanged<OptionException>(p => new FusedSGD(p, 0.1, 0.9), p => new FusedSGD(p, 0.2), file);

    [Test]
    public void Options_without_a_rate_change_nothing()
    {
        using var tried = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        using var other = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        optim.Optimizer.StateDictionary dictionary = other.Optimizer.state_dict();
        dictionary.Options[0].LearningRate = null;
        Assert.That(() => tried.Optimizer.load_state_dict(dictionary), Throws.InstanceOf<CheckpointMismatchException>());
        Assert.That(() => tried.Run(1), Throws.Nothing);
    }

    [Test]
    public void Damage_to_the_form_of_a_tensor_is_an_error_of_the_file([Values("AdamW", "SGD", "Ranger")] string kind)
    {
        using var stream = new MemoryStream();
        using var training = new Training(ScalarType.BFloat16, p => kind switch
        {
            "AdamW" => new FusedAdamW(p),
            "SGD" => new FusedSGD(p, 0.1, 0.9),
            _ => new FusedRanger(p),
        });
        training.Run(2);
        var optimizer = (FusedOptimizer)training.Optimizer;
        optimizer.save_state_dict(new BinaryWriter(stream));
        byte[] bytes = stream.ToArray();
        Load(bytes);
        foreach (int at in Headers(bytes, [64, 8]))
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[at] ^= (byte)(1 << bit);
                Assert.That(() => Load(damaged), Throws.InstanceOf<OptimiException>(), $"bit {bit} of byte {at}");
            }
        }

        Assert.That(() => training.Run(1), Throws.Nothing);

        void Load(byte[] content)
        {
            using var reader = new BinaryReader(new MemoryStream(content));
            optimizer.load_state_dict(reader);
        }
    }

    [Test]
    public void What_does_not_fit_changes_nothing()
    {
        using var file = new TestFile();
        using var training = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        using var other = new Training(ScalarType.Float32, p => new FusedLion(p));
        using var fewer = new Training(ScalarType.Float32, p => new FusedAdamW(p.Take(2)));
        using var amsgrad = new Training(ScalarType.Float32, p => optim.AdamW(p, amsgrad: true));
        using var reordered = new Training(ScalarType.Float32, p => new FusedAdamW(p.Reverse()));
        foreach (Training each in (Training[])[training, other, fewer, amsgrad, reordered])
            each.Run(3);
        var optimizer = (FusedOptimizer)training.Optimizer;
        float[] before = Averages(optimizer);
        ((FusedOptimizer)other.Optimizer).save_state_dict(file.Path);
        Assert.That(() => optimizer.load_state_dict(file.Path), Throws.InstanceOf<CheckpointMismatchException>().With.Message.Contains("FusedLion"));
        Assert.That(
            () => optimizer.load_state_dict(other.Optimizer.state_dict()), Throws.InstanceOf<CheckpointMismatchException>().With.Message.Contains("LionOptions"));
        Assert.That(
            () => optimizer.load_state_dict(fewer.Optimizer.state_dict()),
            Throws.InstanceOf<CheckpointMismatchException>().With.Message.Contains("1 groups and 2 parameters"));
        Assert.That(() => optimizer.load_state_dict(amsgrad.Optimizer.state_dict()), Throws.InstanceOf<OptionException>().With.Message.Contains("amsgrad"));
        Assert.That(
            () => optimizer.load_state_dict(reordered.Optimizer.state_dict()),
            Throws.InstanceOf<CheckpointMismatchException>().With.Message.Contains("has 1 numbers"));
        optimizer.save_state_dict(file.Path);
        File.WriteAllBytes(file.Path, File.ReadAllBytes(file.Path)[..^100]);
        Assert.That(() => optimizer.load_state_dict(file.Path), Throws.InstanceOf<CheckpointFormatException>().With.Message.Contains("cut short"));
        Assert.That(Averages(optimizer), Is.EqualTo(before).Within(1e-5f).Percent);
    }

    [Test]
    public void A_damaged_file_changes_nothing([Values] bool known)
    {
        using var file = new TestFile();
        using var training = new Training(
            ScalarType.BFloat16, known ? p => new FusedAdamW(p) : p => new FusedRanger(p));
        training.Run(3);
        var optimizer = (FusedOptimizer)training.Optimizer;
        optimizer.save_state_dict(file.Path);
        byte[] bytes = File.ReadAllBytes(file.Path);
        float[] before = Averages(optimizer);
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] cut = bytes[..random.Next(i < 100 ? 300 : bytes.Length)];
            Assert.That(() => Load(cut), Throws.InstanceOf<CheckpointFormatException>(), $"cut to {cut.Length}");
            byte[] damaged = [.. bytes];
            damaged[random.Next(40)] ^= (byte)(1 << random.Next(8));
            try
            {
                Load(damaged);
            }
            catch (OptimiException)
            {
                // What is noticed is told so; a rate of another bit is a rate.
            }

            Load(bytes);
        }

        Assert.That(Averages(optimizer), Is.EqualTo(before));
        void Load(byte[] content)
        {
            using var reader = new BinaryReader(new MemoryStream(content));
            optimizer.load_state_dict(reader);
        }
    }

    /// <summary>Where the first shapes are written, and the type and the number of dimensions before.</summary>
    private static IEnumerable<int> Headers(byte[] bytes, long[] shape)
    {
        // TorchSharp writes each number in groups of 7 bits: the type, the number of dimensions, the dimensions.
        byte[] written = [(byte)shape.Length, .. shape.Select(extent => (byte)extent)];
        int at = bytes.AsSpan().IndexOf(written);
        Assert.That(at, Is.Positive);
        return Enumerable.Range(at - 1, written.Length + 1);
    }

    private static void AssertUnchanged<TError>(
        Func<IEnumerable<Parameter>, FusedOptimizer> make,
        Func<IEnumerable<Parameter>, FusedOptimizer> makeOther,
        bool file,
        Action<OptimizerHelper>? spoil = null)
        where TError : OptimiException
    {
        using var saved = new TestFile();
        using var tried = new Training(ScalarType.Float32, make);
        using var never = new Training(ScalarType.Float32, make);
        using var other = new Training(ScalarType.Float32, makeOther);
        foreach (Training each in (Training[])[tried, never, other])
            each.Run(3);
        optim.Optimizer.StateDictionary dictionary = other.Optimizer.state_dict();
        spoil?.Invoke(other.Optimizer);
        other.Optimizer.save_state_dict(saved.Path);
        var optimizer = (FusedOptimizer)tried.Optimizer;
        Assert.That(
            () =>
            {
                if (file)
                    optimizer.load_state_dict(saved.Path);
                else
                    optimizer.load_state_dict(dictionary);
            },
            Throws.InstanceOf<TError>());
        tried.Run(5);
        never.Run(5);
        Assert.That(Weights.Distance(tried.Model, never.Model), Is.Zero);
    }

    private static float[] Averages(FusedOptimizer optimizer)
    {
        TensorStorage state = optimizer.Engine.State(optimizer.Engine.Groups[0].Parameters[0], "exp_avg");
        var numbers = new float[state.Length];
        state.CopyTo(numbers);
        return numbers;
    }
}

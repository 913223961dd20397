using Optimi;

namespace FusedTests;

/// <summary>State dictionaries: an optimizer that loads one goes on as the one that made it.</summary>
internal sealed class StateDictTests
{
    private static TestCaseData Case(string name, ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make) =>
        new TestCaseData(dtype, make).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Optimizers =>
    [
        Case("AdamW", ScalarType.Float32, p => new FusedAdamW(p, weight_decay: 0.01)),
        Case("AdamW, bf16", ScalarType.BFloat16, p => new FusedAdamW(p)),
        Case("AdamW, bf16 without Kahan", ScalarType.BFloat16, p => new FusedAdamW(p, kahan: false)),
        Case("AdamW, float32 states", ScalarType.BFloat16, p => new FusedAdamW(p, configure: o => o with { StateDType = DType.Float32 })),
        Case("AdamW, 24 bits", ScalarType.BFloat16, p => new FusedAdamW(p, configure: o => o with { MasterWeightBits = 24 })),
        Case("AdamW, smallest", ScalarType.BFloat16, p => new FusedAdamW(p, configure: o => o.With(Precision.Smallest))),
        Case("Adam", ScalarType.Float32, p => new FusedAdam(p)),
        Case("RAdam", ScalarType.Float32, p => new FusedRAdam(p)),
        Case("SGD", ScalarType.Float32, p => new FusedSGD(p, 1e-2)),
        Case("SGD, momentum", ScalarType.Float32, p => new FusedSGD(p, 1e-2, 0.9)),
        Case("SGD, dampening", ScalarType.BFloat16, p => new FusedSGD(p, 1e-2, 0.9, 0.9)),
        Case("Lion", ScalarType.Float32, p => new FusedLion(p)),
        Case("Lion, bf16", ScalarType.BFloat16, p => new FusedLion(p)),
        Case("Adan", ScalarType.Float32, p => new FusedAdan(p)),
        Case("Ranger", ScalarType.BFloat16, p => new FusedRanger(p)),
        Case("StableAdamW", ScalarType.Float32, p => new FusedStableAdamW(p)),
    ];

    [TestCaseSource(nameof(Optimizers))]
    public void Saved_and_loaded_the_next_steps_are_equal(ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make)
    {
        using var file = new TestFile();
        AssertGoesOn(dtype, make, (from, to) =>
        {
            from.save_state_dict(file.Path);
            to.load_state_dict(file.Path);
        });
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Loaded_from_a_dictionary_the_next_steps_are_equal(ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make) =>
        AssertGoesOn(dtype, make, (from, to) => to.load_state_dict(from.state_dict()));

    /// <summary>Code that knows no more than TorchSharp's base class.</summary>
    [TestCaseSource(nameof(Optimizers))]
    public void Loaded_as_any_torch_optimizer_the_next_steps_are_equal(ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make)
    {
        using var file = new TestFile();
        // TorchSharp's own format has no place for what rounding took from the weights.
        bool isExact = dtype == ScalarType.Float32;
        AssertGoesOn(
            dtype,
            make,
            (from, to) =>
            {
                ((OptimizerHelper)from).save_state_dict(file.Path);
                ((OptimizerHelper)to).load_state_dict(file.Path);
            },
            isExact ? 0 : 0.02);
    }

    [Test]
    public void Files_are_loaded_by_variables_of_either_type([Values] bool savesAsFused, [Values] bool loadsAsFused)
    {
        using var file = new TestFile();
        AssertGoesOn(
            ScalarType.Float32,
            p => new FusedAdamW(p),
            (from, to) =>
            {
                if (savesAsFused)
                    from.save_state_dict(file.Path);
                else
                    ((OptimizerHelper)from).save_state_dict(file.Path);
                if (loadsAsFused)
                    to.load_state_dict(file.Path);
                else
                    ((OptimizerHelper)to).load_state_dict(file.Path);
            });
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Loaded_with_states_from_before_the_first_step_it_begins_anew(
        ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make)
    {
        using var fresh = new Training(dtype, make);
        using var trained = new Training(dtype, make);
        trained.Run(5);
        // NaN would stay in an average, whatever it is multiplied by.
        foreach (Parameter parameter in trained.Model.parameters())
            parameter.grad!.fill_(float.NaN);
        trained.Optimizer.step();
        fresh.CopyTo(trained, (from, to) => to.load_state_dict(from.state_dict()));
        fresh.Run(5);
        trained.Run(5);
        Assert.That(Weights.Distance(fresh.Model, trained.Model), Is.Zero);
    }

    [Test]
    public void A_model_that_was_moved_goes_on_from_states_taken_before()
    {
        using var training = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        training.Run(3);
        optim.Optimizer.StateDictionary before = training.Optimizer.state_dict();
        training.Model.to(ScalarType.BFloat16);
        foreach (Action call in (Action[])
            [
                () => training.Optimizer.step(),
                () => training.Optimizer.state_dict(),
                () => training.Optimizer.load_state_dict(before),
                () => ((FusedOptimizer)training.Optimizer).load_state_dict(new BinaryReader(Stream.Null)),
                () => _ = ((FusedOptimizer)training.Optimizer).Engine,
            ])
        {
            Assert.That(call, Throws.InstanceOf<ParameterException>().With.Message.Contains("take the state_dict(), or save it, before to()"));
        }

        using var after = new FusedAdamW(training.Model.parameters());
        after.load_state_dict(before);
        Assert.That(after.Engine.StepCount(after.Engine.Groups[0].Parameters[0]), Is.EqualTo(3));
    }

    [Test]
    public void Loaded_as_any_torch_optimizer_averages_are_of_the_loaded_betas()
    {
        using var file = new TestFile();
        AssertGoesOn<OptimizerHelper, OptimizerHelper>(
            ScalarType.Float32,
            p => new FusedAdamW(p, beta1: 0.5, beta2: 0.9),
            p => new FusedAdamW(p),
            (from, to) =>
            {
                from.save_state_dict(file.Path);
                to.load_state_dict(file.Path);
            },
            0);
    }

    private static IEnumerable<TestCaseData> SharedKinds()
    {
        yield return Pair("AdamW", p => new FusedAdamW(p), p => optim.AdamW(p));
        yield return Pair("Adam", p => new FusedAdam(p), p => optim.Adam(p));
        yield return Pair("SGD", p => new FusedSGD(p, 1e-2, 0.9), p => optim.SGD(p, 1e-2, 0.9));
    }

    private static TestCaseData Pair(
        string name, Func<IEnumerable<Parameter>, FusedOptimizer> fused, Func<IEnumerable<Parameter>, OptimizerHelper> torchs) =>
        new TestCaseData(fused, torchs).SetArgDisplayNames(name);

    [TestCaseSource(nameof(SharedKinds))]
    public void Torchs_dictionary_is_gone_on_from(
        Func<IEnumerable<Parameter>, FusedOptimizer> fused, Func<IEnumerable<Parameter>, OptimizerHelper> torchs) =>
        AssertGoesOn<OptimizerHelper, FusedOptimizer>(ScalarType.Float32, torchs, fused, (from, to) => to.load_state_dict(from.state_dict()), 1e-5);

    [TestCaseSource(nameof(SharedKinds))]
    public void Torchs_file_is_gone_on_from(
        Func<IEnumerable<Parameter>, FusedOptimizer> fused, Func<IEnumerable<Parameter>, OptimizerHelper> torchs)
    {
        using var file = new TestFile();
        AssertGoesOn<OptimizerHelper, FusedOptimizer>(
            ScalarType.Float32,
            torchs,
            fused,
            (from, to) =>
            {
                from.save_state_dict(file.Path);
                to.load_state_dict(file.Path);
            },
            1e-5);
    }

    [TestCaseSource(nameof(SharedKinds))]
    public void Torch_goes_on_from_a_fused_dictionary(
        Func<IEnumerable<Parameter>, FusedOptimizer> fused, Func<IEnumerable<Parameter>, OptimizerHelper> torchs) =>
        AssertGoesOn<FusedOptimizer, OptimizerHelper>(ScalarType.Float32, fused, torchs, (from, to) => to.load_state_dict(from.state_dict()), 1e-5);

    [Test]
    public void Torch_goes_on_in_bf16_from_a_fused_dictionary()
    {
        using var ours = new Training(ScalarType.BFloat16, p => new FusedAdamW(p, kahan: false));
        ours.Run(20);
        using var theirs = new Training(ScalarType.BFloat16, p => optim.AdamW(p));
        ours.CopyTo(theirs, (from, to) => to.load_state_dict(from.state_dict()));
        theirs.Run(5);
        ours.Run(5);
        Assert.That(Weights.Distance(ours.Model, theirs.Model), Is.LessThan(0.01));
    }

    [Test]
    public void A_dictionary_has_raw_averages()
    {
        using var ours = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        using var theirs = new Training(ScalarType.Float32, p => optim.AdamW(p));
        ours.Run(10);
        theirs.Run(10);
        optim.Optimizer.StateDictionary a = ours.Optimizer.state_dict();
        optim.Optimizer.StateDictionary b = theirs.Optimizer.state_dict();
        Assert.That(a.State.Zip(b.State, (x, y) => x.ApproximatelyEquals(y)), Is.All.True);
    }

    [Test]
    public void A_dictionary_is_the_state_until_the_next_step()
    {
        using var training = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        training.Run(10);
        optim.Optimizer.StateDictionary dictionary = training.Optimizer.state_dict();
        Assert.That(training.Optimizer.state_dict().State, Is.EqualTo(dictionary.State));
        foreach (AdamW.State state in dictionary.State.Cast<AdamW.State>())
        {
            state.step = 1000;
            state.exp_avg.zero_();
        }

        Optimi.Parameter first = ((FusedOptimizer)training.Optimizer).Engine.Groups[0].Parameters[0];
        training.Run(1);
        Assert.That(((FusedOptimizer)training.Optimizer).Engine.StepCount(first), Is.EqualTo(1001));
        Assert.That(((AdamW.State)training.Optimizer.state_dict().State[0]).step, Is.EqualTo(1001));
        Assert.That(((AdamW.State)dictionary.State[0]).step, Is.EqualTo(1000), "then it is a copy");
    }

    [Test]
    public void Options_and_rates_are_loaded()
    {
        using var from = new Training(ScalarType.Float32, p => new FusedAdamW(p, 3e-3, 0.8, 0.9, 1e-5, 0.2));
        using var to = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        to.Optimizer.load_state_dict(from.Optimizer.state_dict());
        var options = (AdamWOptions)((FusedOptimizer)to.Optimizer).Engine.Groups[0].Options;
        Assert.That((options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay), Is.EqualTo((0.8, 0.9, 1e-5, 0.2)));
        Assert.That(to.Optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(3e-3));
    }

    [Test]
    public void Options_of_what_torch_has_not_are_loaded()
    {
        using var file = new TestFile();
        using var from = new Training(ScalarType.Float32, p => new FusedRanger(p, 3e-3, 0.8, weight_decay: 0.2, k: 3, alpha: 0.7));
        using var to = new Training(ScalarType.Float32, p => new FusedRanger(p));
        from.Run(4);
        ((FusedOptimizer)from.Optimizer).save_state_dict(file.Path);
        ((FusedOptimizer)to.Optimizer).load_state_dict(file.Path);
        var options = (RangerOptions)((FusedOptimizer)to.Optimizer).Engine.Groups[0].Options;
        Assert.That((options.Beta1, options.WeightDecay, options.Interval, options.Alpha), Is.EqualTo((0.8, 0.2, 3, 0.7)));
        Assert.That(((FusedOptimizer)to.Optimizer).Engine.Lr, Is.EqualTo(3e-3));
    }

    [Test]
    public void A_save_that_fails_leaves_the_old_file()
    {
        using var file = new TestFile();
        using var training = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        var optimizer = (FusedOptimizer)training.Optimizer;
        optimizer.save_state_dict(file.Path);
        byte[] before = File.ReadAllBytes(file.Path);
        optimizer.Dispose();
        Assert.That(() => optimizer.save_state_dict(file.Path), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(File.ReadAllBytes(file.Path), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(Path.GetTempPath(), $"{Path.GetFileName(file.Path)}*"), Has.Length.EqualTo(1));
    }

    private static void AssertGoesOn(
        ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make, Action<FusedOptimizer, FusedOptimizer> carry, double tolerance = 0) =>
        AssertGoesOn<FusedOptimizer, FusedOptimizer>(dtype, make, make, carry, tolerance);

    private static void AssertGoesOn<TFrom, TTo>(
        ScalarType dtype,
        Func<IEnumerable<Parameter>, TFrom> makeFrom,
        Func<IEnumerable<Parameter>, TTo> makeTo,
        Action<TFrom, TTo> carry,
        double tolerance)
        where TFrom : OptimizerHelper
        where TTo : OptimizerHelper
    {
        using var first = new Training(dtype, makeFrom);
        first.Run(20);
        using var second = new Training(dtype, makeTo);
        // What it has done before is nothing to what it loads.
        second.Run(2);
        first.CopyTo(second, (from, to) => carry((TFrom)from, (TTo)to));
        Assert.That(Weights.Distance(first.Model, second.Model), Is.Zero);
        first.Run(15);
        second.Run(15);
        Assert.That(Weights.Distance(first.Model, second.Model), Is.LessThanOrEqualTo(tolerance));
    }
}

using System.Runtime.CompilerServices;

namespace Optimi.Tests;

/// <summary>Options that change between steps.</summary>
[NonParallelizable]
internal sealed class OptionChangeTests : OptimizerFixture
{
    [Test]
    public void Every_option_that_is_not_storage_changes_what_the_next_step_does()
    {
        GradientsAreThere();
        using var optimizer = new SGD(Parameters, new SGDOptions { Lr = 0.5, Momentum = 0.5 });
        ParameterGroup group = optimizer.Groups[0];
        optimizer.Step();
        Assert.That(Numbers(Second.Value), Is.All.EqualTo(-0.5f));
        group.Options = (SGDOptions)group.Options with { Momentum = 0.25, WeightDecay = 0.5, DecoupleWd = true, Lr = 7, MaxLr = 9 };
        optimizer.Step();
        // m = 0.25 * 1 + 1; p = -0.5 (1 - 0.5 * 0.5) - 0.5 m, at the rate that the group had.
        Assert.That(Numbers(Second.Value), Is.All.EqualTo(-0.375f - 0.625f));
        Assert.That(group.Lr, Is.EqualTo(0.5));
        group.Options = (SGDOptions)group.Options with { Momentum = 0.5, DecoupleWd = false, Maximize = true };
        optimizer.Step();
        // m = 0.5 * 1.25 - 1 + 0.5 p
        Assert.That(Numbers(Second.Value), Is.All.EqualTo(-1 + (0.5f * 0.875f)));
    }

    [Test]
    public void The_highest_rate_stays_what_it_was()
    {
        GradientsAreThere();
        Second.Value.Fill(1);
        using var optimizer = new AdamW([Second], new AdamWOptions { Lr = 0.25, MaxLr = 0.5, WeightDecay = 1e-4, DecoupleLr = true });
        ParameterGroup group = optimizer.Groups[0];
        group.Options = (AdamWOptions)group.Options with { WeightDecay = 0.5, MaxLr = 100 };
        Second.Gradient.Fill(0);
        optimizer.Step();
        Assert.That(Numbers(Second.Value), Is.All.EqualTo(0.75f));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Storage_cannot_change(bool kahan)
    {
        GradientsAreThere();
        using var optimizer = new AdamW(Parameters, new AdamWOptions { Lr = 0.5, Kahan = kahan });
        ParameterGroup group = optimizer.Groups[0];
        OptimizerOptions before = group.Options;
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Refused<OptionException>(() => group.Options = before with { Kahan = !kahan }, "storage cannot change");
            Refused<OptionException>(() => group.Options = before with { StateDType = DType.Float32 }, "[Float32, Float32, -, -]");
            Refused<OptionException>(() => group.Options = new SGDOptions { Lr = 1, Kahan = kahan }, "SGDOptions are not");
            Refused<OptionException>(() => group.Options = before with { WeightDecay = -1 }, "WeightDecay is -1");
            Refused<OptionException>(() => group.Options = before with { WeightDecay = 1e39 }, "WeightDecay is 1E+39");
            Assert.That(() => group.Options = null!, Throws.ArgumentNullException);
        });
        Assert.That(group.Options, Is.SameAs(before));
        optimizer.Step();
    }

    [Test]
    public void Options_of_another_optimizer_are_refused()
    {
        using var optimizer = new Adam([Second], lr: 1);
        Refused<OptionException>(
            () => optimizer.Groups[0].Options = new RAdamOptions { Lr = 1 }, "RAdamOptions are not the options of Adam");
        optimizer.Groups[0].Options = new AdamWOptions { Lr = 1 };
    }

    [Test]
    public void A_rate_in_new_options_is_not_taken_and_warned_of()
    {
        var messages = new List<string>();
        Warnings.Raised += Listen;
        using var optimizer = new AdamW([Second], lr: 0.125);
        ParameterGroup group = optimizer.Groups[0];
        group.Lr = 0.5;
        group.Options = group.Options with { WeightDecay = 0.25 };
        group.Options = group.Options with { Lr = 0.5 };
        Assert.That(messages, Is.Empty);
        group.Options = group.Options with { Lr = 5, MaxLr = 7 };
        Warnings.Raised -= Listen;
        Assert.That(messages, Has.Count.EqualTo(2));
        Assert.That(messages[0], Does.Contain("Lr 5 of the new options is not taken: the group goes on with 0.5"));
        Assert.That(messages[1], Does.Contain("MaxLr 7 of the new options is not taken: the group goes on with 0.125"));

        void Listen(object? sender, WarningEventArgs warning) => messages.Add(warning.Message);
    }

    [Test]
    public void A_group_of_two_optimizers_is_checked_by_both_and_keeps_neither()
    {
        var group = new ParameterGroup([Second], new AdamWOptions { Lr = 1 });
        WeakReference first = Made(group);
        using var second = new AdamW(group);
        Refused<OptionException>(() => group.Options = new RAdamOptions { Lr = 1 }, "RAdamOptions are not");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(first.IsAlive, Is.False);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Made(ParameterGroup group) => new(new AdamW(group));
    }

    [Test]
    public void A_change_allocates_nothing_but_the_options()
    {
        GradientsAreThere();
        using var optimizer = new AdamW(Parameters, lr: 1);
        ParameterGroup group = optimizer.Groups[0];
        OptimizerOptions[] options = [group.Options with { WeightDecay = 0.1 }, group.Options with { WeightDecay = 0.2 }];
        Assert.That(Allocations.Of(() =>
        {
            group.Options = options[0];
            optimizer.Step();
            group.Options = options[1];
            optimizer.Step();
        }), Is.Zero);
    }

    private static IEnumerable<TestCaseData> DevicesOfAscent =>
        TestDevice.Kinds.Select(device => new TestCaseData(device).LongIf(device.IsOpenCL));

    [TestCaseSource(nameof(DevicesOfAscent))]
    public void Ascent_is_descent_of_the_opposite_gradient(TestDevice row)
    {
        foreach (TestOptimizer optimizer in TestOptimizer.All)
        {
            // Every decay, but where each is a kernel that has to be compiled.
            foreach (OptimizerOptions options in row.Shared.IsHost ? optimizer.Decays : optimizer.Decays.Take(1))
            {
                float[] up = Train(row.Shared, optimizer, options with { Maximize = true }, 1);
                Assert.That(up, Is.EqualTo(Train(row.Shared, optimizer, options, -1)), $"{options}");
            }
        }
    }

    [Test]
    public void Ascent_is_a_functions_too()
    {
        float[] values = [0, 0, 0];
        Functional.Step(new SGDOptions { Lr = 0.5, Maximize = true }, 1, values, new float[] { 1, 2, 3 });
        Assert.That(values, Is.EqualTo((float[])[0.5f, 1, 1.5f]));
    }

    private static float[] Train(ComputeDevice device, TestOptimizer optimizer, OptimizerOptions options, float sign)
    {
        var random = new Random(11);
        using var parameters = new ParameterBuffer(device);
        foreach (DType dtype in Enum.GetValues<DType>())
            parameters.Add($"{dtype}", dtype, 300).Value.CopyFrom(TestTraining.Numbers(random, 300));
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, options));
        created.PrepareAsync().GetAwaiter().GetResult();
        for (int step = 0; step < 3; step++)
        {
            foreach (Parameter parameter in parameters)
                parameter.Gradient.CopyFrom([.. TestTraining.Numbers(random, 300).Select(number => sign * number)]);
            created.Accumulate = step == 1 && options is not SGDOptions { Momentum: 0 };
            created.Step();
        }

        return [.. parameters.SelectMany(parameter => Numbers(parameter.Value))];
    }
}

namespace Optimi.Tests;

/// <summary>What <see cref="Optimi.Functional"/> refuses, and that it does nothing then.</summary>
internal sealed class FunctionalMisuseTests
{
    private static readonly AdamWOptions _options = new() { Lr = 1 };

    [Test]
    public void A_missing_state_is_named() => Refused<ParameterException>(
        () => Functional.Step(_options, 1, new float[2], new float[2], new float[2]), "exp_avg_sq", "pass 2 numbers of Float32");

    [Test]
    public void A_missing_compensation_says_how_to_do_without() => Refused<ParameterException>(
        () => Functional.Step(_options, 1, new BFloat16[2], new BFloat16[2], new BFloat16[2], new BFloat16[2]),
        "kahan_comp", "Kahan = false");

    [Test]
    public void A_superfluous_state_is_refused() => Refused<ParameterException>(
        () => Functional.Step(new SGDOptions { Lr = 1 }, 1, new float[2], new float[2], new float[2]), "exp_avg", "leave it out");

    [Test]
    public void A_superfluous_compensation_is_refused() => Refused<ParameterException>(
        () => Functional.Step(_options, 1, new float[2], new float[2], new float[2], new float[2], kahanComp: new float[2]),
        "kahan_comp", "not compensated");

    [Test]
    public void Another_length_is_refused() => Refused<ParameterException>(
        () => Functional.Step(_options, 1, new float[2], new float[3], new float[2], new float[2]), "2 values", "3 numbers of gradients");

    [Test]
    public void Another_storage_is_refused() => Refused<ParameterException>(
        () => Functional.Step(_options with { Kahan = false }, 1, new BFloat16[2], new BFloat16[2], new float[2], new float[2]),
        "exp_avg is stored as Float32", "BFloat16");

    [Test]
    public void No_values_beside_gradients_are_refused() => Refused<ParameterException>(
        () => Functional.Step(_options, 1, Array.Empty<float>(), new float[2]), "0 values", "2 numbers of gradients");

    [TestCase(0)]
    [TestCase(-1)]
    public void Steps_are_counted_from_one(long step) => Refused<OptionException>(
        () => Functional.Step(_options, step, new float[2], new float[2], new float[2], new float[2]), FormattableString.Invariant($"step is {step}"));

    [Test]
    public void A_learning_rate_that_is_none_is_refused() => Refused<OptionException>(
        () => Functional.Step(_options, 1, new float[2], new float[2], new float[2], new float[2], lr: double.NaN), "Lr is NaN");

    [Test]
    public void Options_are_validated() => Refused<OptionException>(
        () => Functional.Step(_options with { Beta1 = 1 }, 1, new float[2], new float[2], new float[2], new float[2]), "Beta1 is 1");

    [Test]
    public void Accumulation_without_states_is_refused() => Refused<OptionException>(
        () => Functional.Step(new SGDOptions { Lr = 1 }, 1, new float[2], new float[2], accumulate: true), "use momentum");

    [Test]
    public void Of_a_list_with_an_error_nothing_is_stepped()
    {
        float[] values = [1];
        TensorSlots good = new(values, new float[] { 1 }, new float[1], new float[1]);
        Refused<ParameterException>(() => Functional.Step(_options, 1, [good, good with { Second = default }]), "exp_avg_sq");
        Assert.That(values[0], Is.EqualTo(1));
        Functional.Step(_options, 1, [good]);
        Assert.That(values[0], Is.Not.EqualTo(1));
    }

    [Test]
    public void A_view_of_another_accelerator_is_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ComputeDevice other = ComputeDevice.Open("cpu");
        using var values = other.Accelerator.Allocate1D<float>(2);
        using var gradients = device.Accelerator.Allocate1D<float>(2);
        Refused<ParameterException>(
            () => Functional.Step(device, new SGDOptions { Lr = 1 }, 1, values.View, gradients.View), "ComputeDevice.From");
    }

    private static void Refused<TException>(Action action, params string[] texts)
        where TException : OptimiException
    {
        string message = Assert.Throws<TException>(() => action())!.Message;
        foreach (string text in texts)
            Assert.That(message, Does.Contain(text));
    }
}

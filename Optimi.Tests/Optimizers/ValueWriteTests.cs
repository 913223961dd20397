namespace Optimi.Tests;

/// <summary>Values that are set while a training is on are meant as they are.</summary>
internal sealed class ValueWriteTests
{
    private const double Lr = 1e-3;

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds
        from dtype in (DType[])[DType.BFloat16, DType.Float16, DType.Float32]
        select new TestCaseData(device, dtype);

    [TestCaseSource(nameof(Cases))]
    public void A_compensation_of_old_values_is_not_added_to_new_ones(TestDevice row, DType dtype)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", dtype, 300);
        using var optimizer = new AdamW(parameters, lr: Lr, weightDecay: 0);
        foreach (float value in (float[])[0, 0.001f, -3])
        {
            parameter.Value.Fill(100);
            for (int step = 0; step < 200; step++)
                Step(parameter, optimizer);
            parameter.Value.Fill(value);
            Assert.That(Numbers(parameter.Value), Is.All.EqualTo(Numbers(parameter.Value)[0]));
            double stored = Numbers(parameter.Value)[0];
            Step(parameter, optimizer);
            double moved = stored - Numbers(parameter.Value)[0] - Compensation(parameter, optimizer);
            Assert.That(moved, Is.EqualTo(Lr).Within(2).Percent);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Slow_weights_become_the_new_values(TestDevice row, DType dtype)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", dtype, 300);
        Parameter other = parameters.Add("other", dtype, 300);
        parameter.Value.Fill(8);
        other.Value.Fill(8);
        using var optimizer = new Ranger(parameters, new RangerOptions { Lr = 0, Interval = 4, Alpha = 0.5 });
        for (int step = 0; step < 6; step++)
            Step(parameter, optimizer, other);
        parameter.Value.CopyFrom(Enumerable.Repeat((Half)2, 300).ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(optimizer.State(parameter, "la_param")), Is.All.EqualTo(2));
            Assert.That(Numbers(optimizer.State(other, "la_param")), Is.All.EqualTo(8));
        });
        for (int step = 0; step < 6; step++)
            Step(parameter, optimizer, other);
        Assert.That(Numbers(parameter.Value), Is.All.EqualTo(2));
        Assert.That(Numbers(other.Value), Is.All.EqualTo(8));
    }

    [TestCaseSource(nameof(Cases))]
    public void What_is_written_into_states_afterwards_stands(TestDevice row, DType dtype)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", dtype, 3);
        using var first = new Ranger(parameters, lr: Lr);
        using var second = new AdamW(parameters, lr: Lr);
        Step(parameter, first);
        Step(parameter, second);
        parameter.Value.Fill(1);
        first.State(parameter, "la_param").Fill(5);
        Assert.That(Numbers(first.State(parameter, "la_param")), Is.All.EqualTo(5));
        foreach (Optimizer optimizer in (Optimizer[])[first, second])
        {
            if (!optimizer.TryGetState(parameter, "kahan_comp", out TensorStorage? compensation))
                continue;
            Assert.That(Numbers(compensation), Is.All.Zero);
            compensation.Fill(0.001f);
            Assert.That(Numbers(compensation), Is.All.EqualTo(0.001f).Within(1).Percent);
        }

        Assert.That(Numbers(first.State(parameter, "exp_avg")), Is.All.EqualTo(1));
    }

    [TestCaseSource(nameof(Cases))]
    public void A_forgotten_parameter_begins_anew(TestDevice row, DType dtype)
    {
        float[] expected = Train(row.Shared, dtype, before: 0);
        Assert.That(Train(row.Shared, dtype, before: 5), Is.EqualTo(expected));

        static float[] Train(ComputeDevice device, DType dtype, int before)
        {
            using var parameters = new ParameterBuffer(device);
            Parameter parameter = parameters.Add("p", dtype, 300);
            Parameter other = parameters.Add("other", dtype, 300);
            using var optimizer = new Adan(parameters, lr: Lr, kahan: true);
            for (int step = 0; step < before; step++)
                Step(parameter, optimizer, other);
            parameter.Value.Fill(4);
            optimizer.ResetState(parameter);
            Assert.That(optimizer.StepCount(parameter), Is.Zero);
            Assert.That(optimizer.StepCount(other), Is.EqualTo(before));
            for (int step = 0; step < 3; step++)
                Step(parameter, optimizer, other);
            Assert.That(optimizer.StepCount(parameter), Is.EqualTo(3));
            Assert.That(optimizer.StepCount(other), Is.EqualTo(before + 3));
            return
            [
                .. Numbers(parameter.Value),
                .. optimizer.StateNames(parameter).SelectMany(name => Numbers(optimizer.State(parameter, name))),
            ];
        }
    }

    [Test]
    public void What_the_optimizer_does_not_own_it_cannot_forget()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 1);
        using var optimizer = new AdamW([parameters.Add("q", DType.Float32, 1)], lr: Lr);
        Assert.That(() => optimizer.ResetState(parameter), Throws.TypeOf<ParameterException>().With.Message.Contains("'p' is in no group"));
    }

    private static void Step(Parameter parameter, Optimizer optimizer, Parameter? other = null)
    {
        parameter.Gradient.Fill(1);
        other?.Gradient.Fill(1);
        optimizer.Step();
    }

    private static double Compensation(Parameter parameter, Optimizer optimizer) =>
        optimizer.TryGetState(parameter, "kahan_comp", out TensorStorage? compensation) ? Numbers(compensation)[0] : 0;

    private static float[] Numbers(TensorStorage storage) => TestTraining.Numbers(storage);
}

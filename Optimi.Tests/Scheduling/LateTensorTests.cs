namespace Optimi.Tests;

/// <summary>Tensors that came late share the launch of the others, wherever kernels take addresses.</summary>
internal sealed class LateTensorTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_hundred_groups_that_were_added_late_are_one_launch(TestDevice row)
    {
        const int Groups = 100;
        using ComputeDevice device = row.Open();
        using ComputeDevice host = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        using var others = new ParameterBuffer(host);
        using var optimizer = new AdamW(Add(parameters, 0), lr: 0.01);
        var alone = new List<AdamW> { new(Add(others, 0), lr: 0.01) };
        optimizer.Step();
        alone[0].Step();
        for (int group = 1; group < Groups; group++)
        {
            var options = new AdamWOptions { Lr = 0.01 / group };
            optimizer.AddGroup(Add(parameters, group), options);
            alone.Add(new AdamW(Add(others, group), options));
            // Some come together, and some after a step of the others.
            if (group % 10 != 0)
                continue;
            optimizer.Step();
            alone.ForEach(one => one.Step());
        }

        long before = device.Launches;
        optimizer.Step();
        alone.ForEach(one => one.Step());
        Assert.Multiple(() =>
        {
            if (device.HasAddresses)
                Assert.That(device.Launches - before, Is.EqualTo(1));
            Assert.That(
                parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value)),
                Is.EqualTo(others.SelectMany(parameter => TestTraining.Bits(parameter.Value))));
            Assert.That(
                parameters.Select(optimizer.StepCount),
                Is.EqualTo(others.Zip(alone).Select(pair => pair.Second.StepCount(pair.First))));
        });
        alone.ForEach(one => one.Dispose());
    }

    private static IEnumerable<Parameter> Add(ParameterBuffer parameters, int group)
    {
        Parameter parameter = parameters.Add($"p{group}", DType.Float32, 1 + (37 * group % 500));
        parameter.Value.Fill(group);
        parameter.Gradient.Fill(0.5f - (group % 3));
        return [parameter];
    }
}

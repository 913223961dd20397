namespace Optimi.Tests;

/// <summary>Allocations that fail while tensors come late, or while gradients are rented.</summary>
[NonParallelizable]
internal sealed class FailedLateAllocationTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Late_tensors_join_the_launch_of_the_others_or_not_at_all(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var failing = new FailingDevice(device);
        int failures = 0;
        for (int n = 1; failures == n - 1; n++)
        {
            using var parameters = new ParameterBuffer(device);
            Parameter early = parameters.Add("early", DType.Float32, 300);
            early.Gradient.Fill(1);
            using var optimizer = new SGD(parameters, new SGDOptions { Lr = 1, Momentum = 0.5 });
            optimizer.Step();
            optimizer.Step();
            Parameter late = parameters.Add("late", DType.Float32, 5);
            late.Gradient.Fill(1);
            optimizer.AddGroup([late], new SGDOptions { Lr = 2, Momentum = 0.5 });
            failing.FailAt(n);
            failing.Retry(optimizer.Step);
            failures += failing.Failures;
            optimizer.Step();
            Assert.That(TestTraining.Numbers(early.Value), Is.All.EqualTo(-1 - 1.5f - 1.75f - 1.875f));
            Assert.That(TestTraining.Numbers(late.Value), Is.All.EqualTo(-2 - 3));
            Assert.That((optimizer.StepCount(early), optimizer.StepCount(late)), Is.EqualTo((4, 2)));
        }

        Assert.That(failures, Is.GreaterThan(1));
        Assert.That(device.Allocator.Live, Is.EqualTo(failing.LiveAtFirst));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Averages_are_switched_on_and_swapped_in_or_nothing_changes(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var failing = new FailingDevice(device);
        int failures = 0;
        for (int n = 1; failures == n - 1; n++)
        {
            failing.FailAt(0);
            using var parameters = new ParameterBuffer(device);
            Parameter[] all = [.. Enum.GetValues<DType>().Select(dtype => parameters.Add($"{dtype}", dtype, 300))];
            foreach (Parameter parameter in all)
                parameter.Gradient.Fill(1);
            using var optimizer = new SGD(parameters, new SGDOptions { Lr = 1, Momentum = 0.5 });
            optimizer.Step();
            failing.FailAt(n);
            failing.Retry(() => optimizer.AverageDecay = 0.5);
            Assert.That(optimizer.AverageDecay, Is.EqualTo(0.5));
            failing.Retry(optimizer.Step);
            Assert.That(all.SelectMany(parameter => TestTraining.Numbers(parameter.Value)), Is.All.EqualTo(-2.5f));
            IDisposable? swapped = null;
            try
            {
                swapped = optimizer.SwapIn();
            }
            catch (DeviceException)
            {
                Assert.That(all.SelectMany(parameter => TestTraining.Numbers(parameter.Value)), Is.All.EqualTo(-2.5f));
                swapped = optimizer.SwapIn();
            }

            Assert.That(all.SelectMany(parameter => TestTraining.Numbers(parameter.Value)), Is.All.EqualTo(-1.75f));
            swapped.Dispose();
            failures += failing.Failures;
            optimizer.Step();
            Assert.That(all.SelectMany(parameter => TestTraining.Numbers(parameter.Value)), Is.All.EqualTo(-4.25f));
            Assert.That(all.Select(optimizer.StepCount), Is.All.EqualTo(3));
        }

        Assert.That(failures, Is.GreaterThan(3));
        Assert.That(device.Allocator.Live, Is.EqualTo(failing.LiveAtFirst));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_layer_is_stepped_from_rented_gradients_as_a_whole_or_not_at_all(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var failing = new FailingDevice(device);
        int failures = 0;
        for (int n = 1; failures == n - 1; n++)
        {
            using var parameters = new ParameterBuffer(device, GradientMemory.None);
            Parameter[] layer = [parameters.Add("weight", DType.Float32, 300), parameters.Add("bias", DType.BFloat16, 5)];
            using var optimizer = new SGD(parameters, new SGDOptions { Lr = 1, Momentum = 0.5 });
            RentedGradient[] gradients = [.. layer.Select(parameter => parameter.RentGradient())];
            foreach (RentedGradient gradient in gradients)
                gradient.Fill(1);
            failing.FailAt(n);
            // What is still rented can be stepped with again.
            failing.Retry(() => optimizer.Step(gradients));
            failures += failing.Failures;
            Assert.That(layer.SelectMany(parameter => TestTraining.Numbers(parameter.Value)), Is.All.EqualTo(-1));
            Assert.That(layer.Select(optimizer.StepCount), Is.All.EqualTo(1));
        }

        Assert.That(failures, Is.GreaterThan(3));
        Assert.That(device.Allocator.Live, Is.EqualTo(failing.LiveAtFirst));
    }
}

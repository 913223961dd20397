using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>
/// A device that fails its n-th allocation, for every n: the error has its type, nothing has changed, and the call works once there is
/// memory again.
/// </summary>
[NonParallelizable]
internal sealed class FailedAllocationTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds
        from optimizer in TestOptimizer.All
        select new TestCaseData(device, optimizer);

    [TestCaseSource(nameof(Cases))]
    public void A_training_goes_on_as_if_it_had_not_failed(TestDevice row, TestOptimizer optimizer) =>
        FailEach(row.Shared, failing => Train(failing, optimizer));

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_training_whose_gradients_are_judged_goes_on_as_if_it_had_not_failed(TestDevice row) =>
        FailEach(row.Shared, failing => Train(failing, TestOptimizer.All.First(optimizer => optimizer.Name == "adamw"), maxNorm: 1));

    /// <summary>Fails each allocation of a training in turn.</summary>
    private static void FailEach(ComputeDevice device, Func<FailingDevice, uint[]> train)
    {
        using var failing = new FailingDevice(device);
        uint[] expected = train(failing);
        int allocations = failing.Allocations;
        // Values, gradients and the step's own, of three storage types; on the host there is nothing else.
        Assert.That(allocations, Is.GreaterThanOrEqualTo(6));
        for (int n = 1; n <= allocations; n++)
        {
            failing.FailAt(n);
            Assert.That(train(failing).AsSpan().SequenceEqual(expected), Is.True, $"the failure of allocation {n}");
            Assert.That(failing.Failures, Is.EqualTo(1));
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void What_was_written_before_a_slab_was_refused_is_there_afterwards(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var failing = new FailingDevice(device);
        using var parameters = new ParameterBuffer(device);
        Parameter small = parameters.Add("s", DType.Float32, 3);
        Parameter big = parameters.Add("big", DType.BFloat16, 3000);
        small.Value.Fill(7);
        small.Gradient.Fill(-7);
        big.Value.Fill(5);
        foreach (int n in (int[])[3, 2, 1])
        {
            failing.FailAt(n);
            Assert.That(() => parameters.ValueBytes, Throws.TypeOf<DeviceException>());
            Assert.That(device.Allocator.Live, Is.EqualTo(failing.LiveBefore));
            small.Value.CopyFrom([7, n, 7]);
        }

        Assert.Multiple(() =>
        {
            Assert.That(Numbers(small.Value), Is.EqualTo((float[])[7, 1, 7]));
            Assert.That(Numbers(small.Gradient), Is.All.EqualTo(-7));
            Assert.That(Numbers(big.Value), Is.All.EqualTo(5));
        });
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Values_are_not_placed_for_gradients_that_are_refused(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var failing = new FailingDevice(device);
        using var parameters = new ParameterBuffer(device);
        Parameter first = parameters.Add("first", DType.Float32, 10);
        foreach (Action use in (Action[])[() => first.Gradient.AsArrayView<float>(), () => first.Gradient.CopyTo(new float[10])])
        {
            failing.FailAt(2);
            Assert.That(use, Throws.TypeOf<DeviceException>());
            Assert.That(device.Allocator.Live, Is.EqualTo(failing.LiveBefore));
        }

        Parameter second = parameters.Add("second", DType.Float32, 10);
        first.Gradient.CopyTo(new float[10]);
        Assert.That(second.Place, Is.SameAs(first.Place));
    }

    [Test]
    public void Gradients_of_several_buffers_are_zeroed_together_or_not_at_all()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var failing = new FailingDevice(device);
        using var placed = new ParameterBuffer(device);
        using var unplaced = new ParameterBuffer(device);
        Parameter[] first = [placed.Add("a", DType.Float32, 3), placed.Add("b", DType.BFloat16, 3)];
        foreach (Parameter parameter in first)
            parameter.Gradient.Fill(1);
        _ = placed.ValueBytes;
        using var optimizer = new SGD([.. first, unplaced.Add("c", DType.Float32, 3)], lr: 1);
        failing.FailAt(1);
        Assert.That(optimizer.ZeroGradients, Throws.TypeOf<DeviceException>());
        Assert.That(first.SelectMany(parameter => Numbers(parameter.Gradient)), Is.All.EqualTo(1));
        optimizer.ZeroGradients();
        Assert.That(first.SelectMany(parameter => Numbers(parameter.Gradient)), Is.All.Zero);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Functions_of_device_memory_work_after_a_failure(TestDevice row)
    {
        // A device of its own has not met these lengths yet, for which it keeps tables.
        using ComputeDevice device = row.Open();
        if (device.Kind == DeviceKind.Host)
            Assert.Ignore("Functions of the host's memory allocate none.");
        using var failing = new FailingDevice(device);
        var options = new StableAdamWOptions { Lr = 1, WeightDecay = 0 };
        int failures = 0;
        for (int n = 1; failures == n - 1; n++)
        {
            using MemoryBuffer1D<float, Stride1D.Dense> memory = device.Accelerator.Allocate1D<float>(4 * 256);
            memory.MemSetToZero(device.Stream);
            ArrayView<float>[] slots = [.. Enumerable.Range(0, 4).Select(i => memory.View.AsContiguous().SubView(256 * i, 100 + n))];
            slots[1].CopyFromCPU(device.Stream, Enumerable.Repeat(1f, 100 + n).ToArray());
            failing.FailAt(n);
            failing.Retry(() => Functional.Step(device, options, 1, slots[0], slots[1], slots[2], slots[3]));
            Assert.That(slots[0].GetAsArray(device.Stream), Is.All.EqualTo(-1).Within(1e-5));
            failures += failing.Failures;
        }

        Assert.That(failures, Is.GreaterThan(8));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_table_that_cannot_grow_stays_as_it_was(TestDevice row)
    {
        const int Groups = 40;
        ComputeDevice device = row.Shared;
        using var failing = new FailingDevice(device);
        using var parameters = new ParameterBuffer(device);
        for (int i = 0; i < Groups; i++)
            parameters.Add($"p{i}", DType.Float32, 10).Gradient.Fill(1);
        using var optimizer = new SGD([.. parameters.Select((parameter, i) =>
            new ParameterGroup([parameter], new SGDOptions { Lr = i + 1 }))]);
        foreach (Parameter parameter in parameters.Skip(3))
            parameter.HasGradient = false;
        optimizer.Step();
        foreach (Parameter parameter in parameters)
            parameter.HasGradient = true;
        int failures = 0;
        for (int n = 1; failures == n - 1; n++)
        {
            failing.FailAt(n);
            try
            {
                optimizer.Step();
            }
            catch (DeviceException)
            {
                failures++;
            }
        }

        Assert.That(failures, Is.Positive);
        Assert.That(
            parameters.Select(parameter => Numbers(parameter.Value)[0]),
            Is.EqualTo(Enumerable.Range(1, Groups).Select(i => (float)(i <= 3 ? -2 * i : -i))));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.All))]
    public void Float32_states_of_tensors_that_share_a_slab_are_cut_where_a_device_gives_no_larger_piece(TestDevice row)
    {
        float[][] whole = Train(long.MaxValue, out int launchesOfWhole);
        // Four tensors in a slab of values, and two of their float32 states in one: so many launches it takes without addresses.
        float[][] cut = Train(4 * 256 * sizeof(ushort), out int launches);
        Assert.That(cut, Is.EqualTo(whole));
        Assert.That((launchesOfWhole, launches), Is.EqualTo((1, row.Shared.HasAddresses ? 1 : 5)));

        float[][] Train(long most, out int launches)
        {
            using ComputeDevice device = row.Open();
            device.MaxAllocationBytes = Math.Min(most, device.MaxAllocationBytes);
            using var parameters = new ParameterBuffer(device);
            for (int i = 0; i < 10; i++)
            {
                parameters.Add($"p{i}", DType.BFloat16, 200).Value.Fill(i);
                parameters[$"p{i}"].Gradient.Fill(1);
            }

            using var ranger = new Ranger(parameters, new RangerOptions { Lr = 0.1, StateDType = DType.Float32 });
            ranger.Step();
            launches = (int)device.Launches;
            return [.. parameters.Select(parameter => Numbers(parameter.Value))];
        }
    }

    [Test]
    public void A_state_that_no_piece_of_memory_holds_is_refused_by_name()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        device.MaxAllocationBytes = 2048;
        using var parameters = new ParameterBuffer(device);
        parameters.Add("large", DType.BFloat16, 1000).Gradient.Fill(1);
        using var lion = new Lion(parameters, new LionOptions { Lr = 1, StateDType = DType.Float32 });
        int live = device.Allocator.Live;
        Assert.That(lion.Step, Throws.TypeOf<DeviceException>().With.Message.Contains("'large' takes 4,096 bytes"));
        Assert.That(device.Allocator.Live, Is.EqualTo(live));
        device.MaxAllocationBytes = 4096;
        lion.Step();
        Assert.That(Numbers(parameters["large"].Value), Is.All.EqualTo(-1));
    }

    /// <summary>A training of all storage types with both kinds of steps, in which every call that fails is made again.</summary>
    private static uint[] Train(FailingDevice device, TestOptimizer optimizer, double? maxNorm = null)
    {
        var random = new Random(3);
        using var parameters = new ParameterBuffer(device.Device);
        foreach (DType dtype in Enum.GetValues<DType>())
        {
            foreach (int length in (int[])[300, 20])
                Set(parameters.Add($"{dtype} {length}", dtype, length).Value);
        }

        using Optimizer created = optimizer.Create(new ParameterGroup(parameters.Take(4), optimizer.Options));
        created.MaxNorm = maxNorm;
        foreach (Parameter parameter in parameters)
            Set(parameter.Gradient);
        bool hasStates = optimizer.Options is not SGDOptions { Momentum: 0 };
        for (int step = 0; step < 4; step++)
        {
            created.Accumulate = hasStates && step == 1;
            device.Retry(created.Step);
            if (step == 0)
                optimizer.AddGroup(created, parameters.Skip(4), optimizer.Options);
            if (step == 2 && maxNorm is null)
                device.Retry(() => created.Step(parameters.First()));
        }

        uint[] bits = [];
        device.Retry(() => bits =
        [
            .. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
                created.StateNames(parameter).SelectMany(name => TestTraining.Bits(created.State(parameter, name))))),
            .. parameters.Select(parameter => (uint)created.StepCount(parameter)),
        ]);
        created.Dispose();
        parameters.Dispose();
        Assert.That(device.Device.Allocator.Live, Is.EqualTo(device.LiveAtFirst), "allocations that nobody freed");
        return bits;

        void Set(TensorStorage storage)
        {
            float[] numbers = TestTraining.Numbers(random, (int)storage.Length);
            device.Retry(() => storage.CopyFrom(numbers));
        }
    }

    private static float[] Numbers(TensorStorage storage) => TestTraining.Numbers(storage);
}
